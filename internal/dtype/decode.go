package dtype

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"

	"github.com/weightmap/weightmap/grid"
)

// ValueError says which number the wanted type cannot hold.
type ValueError struct {
	Index int    // its place among the numbers decoded
	Value string // the number, in decimal
	Want  Type
}

func (e *ValueError) Error() string {
	return fmt.Sprintf("value %s at index %d is no %v", e.Value, e.Index, e.Want)
}

// Decode turns the bytes of len(dst) numbers of type t into elements of dst. The
// error is a *[ValueError]; dst is filled up to its Index then. Decode panics
// unless src has exactly as many bytes as that takes.
func Decode[T grid.Element](dst []T, src []byte, t Type, bigEndian bool) error {
	if len(src) != len(dst)*t.Size() {
		panic(fmt.Sprintf("dtype: %d bytes for %d numbers of type %v", len(src), len(dst), t))
	}
	switch t {
	case Bool:
		return decode(dst, src, 1, func(dst []uint8, src []byte) {
			for i, b := range src {
				dst[i] = 0
				if b != 0 {
					dst[i] = 1
				}
			}
		})
	case Uint8:
		return exact(dst, src, 0)
	case Int8:
		return decode(dst, src, 1, func(dst []int8, src []byte) {
			for i, b := range src {
				dst[i] = int8(b)
			}
		})
	case Uint16:
		return decode(dst, src, 2, load16[uint16](bigEndian))
	case Int16:
		return decode(dst, src, 2, load16[int16](bigEndian))
	case Uint32:
		return decode(dst, src, 4, load32[uint32](bigEndian))
	case Int32:
		return decode(dst, src, 4, load32[int32](bigEndian))
	case Uint64:
		return decode(dst, src, 8, load64[uint64](bigEndian))
	case Int64:
		return decode(dst, src, 8, load64[int64](bigEndian))
	case Float16:
		load := load16[uint16](bigEndian)
		return decode(dst, src, 2, func(dst []float32, src []byte) {
			var half [chunk]uint16
			load(half[:len(dst)], src)
			for i := range dst {
				dst[i] = FromFloat16(half[i])
			}
		})
	case Float32:
		load := load32[uint32](bigEndian)
		return decode(dst, src, 4, func(dst []float32, src []byte) {
			var raw [chunk]uint32
			load(raw[:len(dst)], src)
			for i := range dst {
				dst[i] = math.Float32frombits(raw[i])
			}
		})
	case Float64:
		load := load64[uint64](bigEndian)
		return decode(dst, src, 8, func(dst []float64, src []byte) {
			var raw [chunk]uint64
			load(raw[:len(dst)], src)
			for i := range dst {
				dst[i] = math.Float64frombits(raw[i])
			}
		})
	default:
		panic("dtype: Decode of an invalid type")
	}
}

// chunk is the number of elements converted at a time: few enough for the cache
// and the stack, many enough that the calls do not count.
const chunk = 512

// decode loads numbers as what they are and then makes them what is wanted.
func decode[S, T grid.Element](dst []T, src []byte, size int, load func([]S, []byte)) error {
	var buf [chunk]S
	for at := 0; at < len(dst); at += chunk {
		n := min(chunk, len(dst)-at)
		load(buf[:n], src[at*size:(at+n)*size])
		if err := exact(dst[at:at+n], buf[:n], at); err != nil {
			return err
		}
	}
	return nil
}

func load16[S int16 | uint16](bigEndian bool) func([]S, []byte) {
	if bigEndian {
		return func(dst []S, src []byte) {
			for i := range dst {
				dst[i] = S(binary.BigEndian.Uint16(src[2*i:]))
			}
		}
	}
	return func(dst []S, src []byte) {
		for i := range dst {
			dst[i] = S(binary.LittleEndian.Uint16(src[2*i:]))
		}
	}
}

func load32[S int32 | uint32](bigEndian bool) func([]S, []byte) {
	if bigEndian {
		return func(dst []S, src []byte) {
			for i := range dst {
				dst[i] = S(binary.BigEndian.Uint32(src[4*i:]))
			}
		}
	}
	return func(dst []S, src []byte) {
		for i := range dst {
			dst[i] = S(binary.LittleEndian.Uint32(src[4*i:]))
		}
	}
}

func load64[S int64 | uint64](bigEndian bool) func([]S, []byte) {
	if bigEndian {
		return func(dst []S, src []byte) {
			for i := range dst {
				dst[i] = S(binary.BigEndian.Uint64(src[8*i:]))
			}
		}
	}
	return func(dst []S, src []byte) {
		for i := range dst {
			dst[i] = S(binary.LittleEndian.Uint64(src[8*i:]))
		}
	}
}

// exact converts numbers; first is the index of src[0] in errors.
func exact[S, T grid.Element](dst []T, src []S, first int) error {
	fits := integerToInteger[S, T]
	switch from, to := Of[S](), Of[T](); {
	case from.Float() && to.Float():
		fits = floatToFloat[S, T]
	case from.Float():
		fits = floatToInteger[S, T]
	case to.Float():
		fits = integerToFloat[S, T]
	}
	if i := fits(dst, src); i < len(src) {
		return &ValueError{Index: first + i, Value: fmt.Sprint(src[i]), Want: Of[T]()}
	}
	return nil
}

// Each of these returns the index of the first number that does not fit.

func integerToInteger[S, T grid.Element](dst []T, src []S) int {
	for i, v := range src {
		t := T(v)
		if S(t) != v || (t < 0) != (v < 0) {
			return i
		}
		dst[i] = t
	}
	return len(src)
}

func floatToInteger[S, T grid.Element](dst []T, src []S) int {
	// What a conversion out of range gives depends on the processor, so the range
	// is checked first; powers of two are exact in every float.
	width := 8 * Of[T]().Size()
	low, high := 0.0, math.Ldexp(1, width)
	if minusOne := -1; T(minusOne) < 0 {
		low, high = -math.Ldexp(1, width-1), math.Ldexp(1, width-1)
	}
	for i, v := range src {
		if f := float64(v); !(f >= low && f < high) {
			return i
		}
		t := T(v)
		if S(t) != v {
			return i
		}
		dst[i] = t
	}
	return len(src)
}

func integerToFloat[S, T grid.Element](dst []T, src []S) int {
	digits := 24 // of the significand, in bits
	if Of[T]() == Float64 {
		digits = 53
	}
	for i, v := range src {
		magnitude := uint64(v)
		if v < 0 {
			magnitude = -magnitude
		}
		if bits.Len64(magnitude) > digits && bits.Len64(magnitude)-bits.TrailingZeros64(magnitude) > digits {
			return i
		}
		dst[i] = T(v)
	}
	return len(src)
}

func floatToFloat[S, T grid.Element](dst []T, src []S) int {
	for i, v := range src {
		t := T(v)
		if S(t) != v && v == v {
			return i
		}
		dst[i] = t
	}
	return len(src)
}
