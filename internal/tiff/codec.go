package tiff

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/bits"

	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/image/ccitt"
	"golang.org/x/image/tiff/lzw"
)

const (
	compressionNone       = 1
	compressionGroup4     = 4
	compressionLZW        = 5
	compressionDeflate    = 8 // Adobe's number
	compressionPackBits   = 32773
	compressionOldDeflate = 32946
	compressionZstd       = 50000
)

// refused names codecs that exist and are not for labels, or that no library reads.
var refused = map[int64]string{
	2: "CCITT RLE", 3: "CCITT group 3", 6: "old JPEG", 7: "JPEG", 34712: "JPEG 2000", 33003: "JPEG 2000", 33005: "JPEG 2000",
	34887: "LERC", 34892: "JPEG", 34925: "LZMA", 34926: "old zstd", 50001: "WebP", 50002: "JPEG XL", 52546: "JPEG XL",
}

func (p *Page) checkCodec() error {
	switch p.compression {
	case compressionNone, compressionLZW, compressionDeflate, compressionPackBits, compressionOldDeflate, compressionZstd:
	case compressionGroup4:
		if p.Bits != 1 || p.Samples != 1 {
			return errors.New("CCITT compression of other than 1-bit pixels")
		}
	default:
		name := refused[p.compression]
		if name == "" {
			name = fmt.Sprintf("code %d", p.compression)
		}
		return fmt.Errorf("its compression (%s) is not supported; save it with deflate, LZW or none, "+
			"as in Python: tifffile.imwrite('mask.tif', tifffile.imread('x.tif'), compression='zlib')", name)
	}
	return p.checkPredictor()
}

// most returns the most bytes that n bytes can be the compressed form of, for a
// tile of so many rows.
func (p *Page) most(n, rowBytes int64) int64 {
	switch p.compression {
	case compressionNone:
		return n
	case compressionPackBits:
		return 64 * n // 128 bytes of 2
	case compressionLZW:
		return 4096 * n // a code of 12 bits may stand for 3837 bytes
	case compressionDeflate, compressionOldDeflate:
		return 1032 * n // by the documentation of zlib
	case compressionGroup4:
		return 8 * n * rowBytes // one bit repeats the row above
	default:
		return 1 << 15 * n // a zstd block of 4 bytes may stand for 128 KiB
	}
}

// decoder decompresses tiles. It keeps what can be used again.
type decoder struct {
	zlib io.ReadCloser
	zstd *zstd.Decoder
}

func (d *decoder) close() {
	if d.zstd != nil {
		d.zstd.Close()
	}
}

// decompress fills dst with the first bytes that src is the compressed form of. There
// may be more of them, for there are files whose last strip has more rows than the
// image. Where there is a checksum at the end of them all, it must be right; LZW data
// have none, and in some files not even an end marker.
func (d *decoder) decompress(p *Page, dst, src []byte, rows int) error {
	if p.fillOrder == 2 {
		for i, b := range src {
			src[i] = bits.Reverse8(b)
		}
	}
	switch p.compression {
	case compressionNone:
		if copy(dst, src) < len(dst) {
			return io.ErrUnexpectedEOF
		}
		return nil
	case compressionPackBits:
		return unpackBits(dst, src)
	case compressionLZW:
		if len(src) >= 2 && src[0] == 0 && src[1]&1 == 1 {
			return errors.New("LZW data in the bit order that was given up in 1992")
		}
		r := lzw.NewReader(bytes.NewReader(src), lzw.MSB, 8)
		defer r.Close()
		_, err := io.ReadFull(r, dst)
		return err
	case compressionDeflate, compressionOldDeflate:
		return d.inflate(p, dst, src)
	case compressionGroup4:
		r := ccitt.NewReader(bytes.NewReader(src), ccitt.MSB, ccitt.Group4, int(p.tileWidth), rows, &ccitt.Options{Invert: true})
		_, err := io.ReadFull(r, dst)
		return err
	default:
		return d.unzstd(p, dst, src)
	}
}

func (d *decoder) inflate(p *Page, dst, src []byte) (err error) {
	r := bytes.NewReader(src)
	if d.zlib == nil {
		d.zlib, err = zlib.NewReader(r)
	} else {
		err = d.zlib.(zlib.Resetter).Reset(r, nil)
	}
	if err != nil {
		return err
	}
	return readAll(d.zlib, dst, p)
}

func (d *decoder) unzstd(p *Page, dst, src []byte) (err error) {
	r := bytes.NewReader(src)
	if d.zstd == nil {
		// A window need not be larger than the tile, but is by default of 8 MiB.
		d.zstd, err = zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(max(8<<20, uint64(len(dst)))))
	} else {
		err = d.zstd.Reset(r)
	}
	if err != nil {
		return err
	}
	return readAll(d.zstd, dst, p)
}

// readAll fills dst, and reads on to the end, where the checksum is.
func readAll(r io.Reader, dst []byte, p *Page) error {
	if _, err := io.ReadFull(r, dst); err != nil {
		return err
	}
	most := p.rowBytes()*p.tileHeight + 64<<10
	switch _, err := io.CopyN(io.Discard, r, most); err {
	case io.EOF, zstd.ErrMagicMismatch: // the latter after a whole frame, of bytes that fill up the strip
		return nil
	case nil:
		return fmt.Errorf("decompresses to far more than its %d bytes: it is damaged", len(dst))
	default:
		return err
	}
}

// unpackBits is section 9 of TIFF 6.0.
func unpackBits(dst, src []byte) error {
	for len(dst) > 0 {
		if len(src) < 2 {
			return io.ErrUnexpectedEOF
		}
		n := int(int8(src[0]))
		src = src[1:]
		switch {
		case n >= 0: // n + 1 bytes as they are
			k := copy(dst, src[:min(n+1, len(src))])
			if k < n+1 && k < len(dst) {
				return io.ErrUnexpectedEOF
			}
			dst, src = dst[k:], src[k:]
		case n > -128: // one byte 1 − n times
			k := min(1-n, len(dst))
			for i := range k {
				dst[i] = src[0]
			}
			dst, src = dst[k:], src[1:]
		}
	}
	return nil
}
