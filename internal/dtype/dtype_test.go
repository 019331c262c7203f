package dtype_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/dtype"
)

// values lists numbers of every type around the limits of every other, exactly.
func values() []*big.Float {
	var out []*big.Float
	add := func(f *big.Float) {
		out = append(out, f)
		if f.Sign() != 0 {
			out = append(out, new(big.Float).Neg(f))
		}
	}
	for _, e := range []int{0, 1, 7, 8, 11, 15, 16, 24, 31, 32, 53, 62, 63, 64, 65} {
		for d := -2; d <= 2; d++ {
			p := new(big.Float).SetPrec(200).SetMantExp(big.NewFloat(1), e)
			add(p.Add(p, big.NewFloat(float64(d))))
		}
	}
	add(big.NewFloat(0.5))
	add(big.NewFloat(65504))
	add(big.NewFloat(1e30))
	return out
}

// encode returns the bytes of the number in type t, or nil if t cannot hold it.
func encode(f *big.Float, t dtype.Type) []byte {
	b := make([]byte, 8)
	switch t {
	case dtype.Bool:
		if v, acc := f.Int64(); acc != big.Exact || v>>1 != 0 {
			return nil
		} else {
			b[0] = byte(v)
		}
	case dtype.Float16:
		v, acc := f.Float32()
		h := dtype.ToFloat16(v)
		if acc != big.Exact || dtype.FromFloat16(h) != v {
			return nil
		}
		binary.LittleEndian.PutUint16(b, h)
	case dtype.Float32:
		v, acc := f.Float32()
		if acc != big.Exact {
			return nil
		}
		binary.LittleEndian.PutUint32(b, math.Float32bits(v))
	case dtype.Float64:
		v, acc := f.Float64()
		if acc != big.Exact {
			return nil
		}
		binary.LittleEndian.PutUint64(b, math.Float64bits(v))
	default:
		i, acc := f.Int(nil)
		low, high := big.NewInt(0), new(big.Int).Lsh(big.NewInt(1), uint(8*t.Size()))
		if t >= dtype.Int8 {
			high.Rsh(high, 1)
			low.Neg(high)
		}
		if acc != big.Exact || i.Cmp(low) < 0 || i.Cmp(high) >= 0 {
			return nil
		}
		v := new(big.Int).And(i, new(big.Int).SetUint64(math.MaxUint64)).Uint64()
		binary.LittleEndian.PutUint64(b, v)
	}
	return b[:t.Size()]
}

// Every number of every type becomes every other type exactly where that can hold
// it, and is refused where it cannot.
func TestDecodeIsExactOrRefuses(t *testing.T) {
	into[uint8](t)
	into[uint16](t)
	into[uint32](t)
	into[uint64](t)
	into[int8](t)
	into[int16](t)
	into[int32](t)
	into[int64](t)
	into[float32](t)
	into[float64](t)
	into[named](t)
}

type named int16

func into[T grid.Element](t *testing.T) {
	want := dtype.Of[T]()
	done := 0
	for _, from := range dtype.All {
		for _, f := range values() {
			src := encode(f, from)
			if src == nil {
				continue
			}
			done++
			for _, big := range []bool{false, true} {
				if big {
					src = reversed(src)
				}
				dst := make([]T, 1)
				err := dtype.Decode(dst, src, from, big)
				bytes := encode(f, want)
				if bytes == nil {
					if err == nil {
						t.Errorf("%v %v becomes %v %v", from, f, want, dst[0])
					}
					continue
				}
				got := dtype.Bytes(dst)
				if err != nil || string(got) != string(bytes) {
					t.Errorf("%v %v becomes %v %v, %v", from, f, want, dst[0], err)
				}
			}
		}
	}
	if done < 300 {
		t.Fatalf("only %d numbers tried", done)
	}
}

func reversed(b []byte) []byte {
	r := make([]byte, len(b))
	for i := range b {
		r[len(b)-1-i] = b[i]
	}
	return r
}

func TestSpecialFloats(t *testing.T) {
	nan := math.Float64frombits(0x7ff8 << 48) // one that float32 has too
	for _, f := range []float64{nan, math.Inf(1), math.Inf(-1), math.Copysign(0, -1)} {
		src := dtype.Bytes([]float64{f})
		single := make([]float32, 1)
		if err := dtype.Decode(single, src, dtype.Float64, false); err != nil || math.Float64bits(float64(single[0])) != math.Float64bits(f) {
			t.Errorf("%v becomes float32 %v, %v", f, single[0], err)
		}
		if err := dtype.Decode(make([]int64, 1), src, dtype.Float64, false); (err == nil) != (f == 0) {
			t.Errorf("%v as int64: %v", f, err)
		}
	}
}

func TestErrorsNameTheFirst(t *testing.T) {
	src := make([]byte, 2*2000)
	binary.LittleEndian.PutUint16(src[2*1500:], 300)
	binary.LittleEndian.PutUint16(src[2*1600:], 400)
	err := dtype.Decode(make([]uint8, 2000), src, dtype.Uint16, false)
	if err == nil || err.Error() != "value 300 at index 1500 is no uint8" {
		t.Errorf("the error is %v", err)
	}
}

// What memory has is what an encoder for any processor makes, of any length.
func TestBytes(t *testing.T) {
	bytesOf[uint8](t)
	bytesOf[uint16](t)
	bytesOf[uint32](t)
	bytesOf[uint64](t)
	bytesOf[int8](t)
	bytesOf[int16](t)
	bytesOf[int32](t)
	bytesOf[int64](t)
	bytesOf[float32](t)
	bytesOf[float64](t)
	bytesOf[named](t)
}

func bytesOf[T grid.Element](t *testing.T) {
	size := dtype.Of[T]().Size()
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range 20 {
		src := make([]T, n)
		for i := range src {
			src[i] = T(rng.Int64()>>rng.IntN(64)) / T(1+rng.IntN(3))
		}
		want := make([]byte, n*size)
		dtype.EncodeAnywhere(want, src)
		if got := dtype.Bytes(src); !bytes.Equal(got, want) {
			t.Fatalf("bytes of %T %v are %x, want %x", src, src, got, want)
		}
		back := make([]T, n)
		if err := dtype.Decode(back, want, dtype.Of[T](), false); err != nil || !slices.Equal(back, src) {
			t.Fatalf("%T %v decoded is %v, %v", src, src, back, err)
		}
	}
}

// Every half precision number comes back from float32.
func TestFloat16RoundTrip(t *testing.T) {
	for h := range 1 << 16 {
		f := dtype.FromFloat16(uint16(h))
		if got := dtype.ToFloat16(f); got != uint16(h) && !(f != f && got == uint16(h)|0x200) {
			t.Fatalf("%04x is %v, which is %04x", h, f, got)
		}
	}
}
