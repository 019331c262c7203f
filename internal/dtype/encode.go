package dtype

import (
	"encoding/binary"
	"math"

	"github.com/weightmap/weightmap/grid"
)

// Encode stores the elements little-endian in dst, which must have room for them.
func Encode[T grid.Element](dst []byte, src []T) {
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
