package dtype

import "github.com/weightmap/weightmap/grid"

// EncodeAnywhere is what Bytes has for processors that are not little-endian.
func EncodeAnywhere[T grid.Element](dst []byte, src []T) { encode(dst, src) }
