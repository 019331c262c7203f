package dtype

import (
	"encoding/binary"
	"math"
	"unsafe"

	"github.com/weightmap/weightmap/grid"
)

// Bytes returns the elements as files have them, little-endian. Where memory has them so,
// too, it is that of src and only to be read.
func Bytes[T grid.Element](src []T) []byte {
	if one := []byte{1, 0}; binary.NativeEndian.Uint16(one) == 1 {
		return memory(src)
	}
	b := make([]byte, len(src)*Of[T]().Size())
	encode(b, src)
	return b
}

// memory returns the bytes of the elements as they lie there. Numbers have no pointers in
// them, and there is no byte between them.
func memory[T grid.Element](src []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(src))), len(src)*Of[T]().Size())
}

// encode stores the elements little-endian in dst, whatever the processor.
func encode[T grid.Element](dst []byte, src []T) {
	switch Of[T]() {
	case Uint8, Int8:
		for i, v := range src {
			dst[i] = byte(v)
		}
	case Uint16, Int16:
		for i, v := range src {
			binary.LittleEndian.PutUint16(dst[2*i:], uint16(v))
		}
	case Uint32, Int32:
		for i, v := range src {
			binary.LittleEndian.PutUint32(dst[4*i:], uint32(v))
		}
	case Uint64, Int64:
		for i, v := range src {
			binary.LittleEndian.PutUint64(dst[8*i:], uint64(v))
		}
	case Float32:
		for i, v := range src {
			binary.LittleEndian.PutUint32(dst[4*i:], math.Float32bits(float32(v)))
		}
	case Float64:
		for i, v := range src {
			binary.LittleEndian.PutUint64(dst[8*i:], math.Float64bits(float64(v)))
		}
	}
}

// EncodeFloat16 stores the elements as little-endian IEEE 754 half precision,
// rounded as by [ToFloat16].
func EncodeFloat16(dst []byte, src []float32) {
	for i, v := range src {
		binary.LittleEndian.PutUint16(dst[2*i:], ToFloat16(v))
	}
}
