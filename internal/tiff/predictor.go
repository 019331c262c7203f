package tiff

import (
	"encoding/binary"
	"fmt"
)

const (
	predictorNone       = 1
	predictorHorizontal = 2 // TIFF 6.0, section 14
	predictorFloat      = 3 // Adobe Photoshop TIFF technical note 3
)

func (p *Page) checkPredictor() error {
	switch p.compression {
	case compressionLZW, compressionDeflate, compressionOldDeflate, compressionZstd:
	default:
		p.predictor = predictorNone // it is defined for these codecs alone
	}
	switch {
	case p.predictor == predictorNone:
	case p.predictor == predictorHorizontal && p.Bits == 8*p.Type.Size():
	case p.predictor == predictorFloat && p.Type.Float():
	default:
		return fmt.Errorf("predictor %d does not go with samples of %d bits of type %v", p.predictor, p.Bits, p.Type)
	}
	return nil
}

// unpredict undoes the predictor of one row, in place or with the help of a row of
// scratch space. The samples stay in the file's byte order.
func (p *Page) unpredict(row, scratch []byte) {
	stride, size := p.interleaved(), p.Type.Size()
	order := p.tags.file.order
	switch p.predictor {
	case predictorHorizontal:
		switch size {
		case 1:
			for i := stride; i < len(row); i++ {
				row[i] += row[i-stride]
			}
		case 2:
			for i := 2 * stride; i < len(row); i += 2 {
				order.PutUint16(row[i:], order.Uint16(row[i:])+order.Uint16(row[i-2*stride:]))
			}
		case 4:
			for i := 4 * stride; i < len(row); i += 4 {
				order.PutUint32(row[i:], order.Uint32(row[i:])+order.Uint32(row[i-4*stride:]))
			}
		case 8:
			for i := 8 * stride; i < len(row); i += 8 {
				order.PutUint64(row[i:], order.Uint64(row[i:])+order.Uint64(row[i-8*stride:]))
			}
		}
	case predictorFloat:
		for i := stride; i < len(row); i++ {
			row[i] += row[i-stride]
		}
		// The row has first all the most significant bytes, then the next, and so on.
		copy(scratch, row)
		n := len(row) / size
		for b := range size {
			at := b
			if order == binary.LittleEndian {
				at = size - 1 - b
			}
			for i, v := range scratch[b*n : (b+1)*n] {
				row[i*size+at] = v
			}
		}
	}
}
