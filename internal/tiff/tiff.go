// Package tiff reads the numbers of TIFF files exactly, and writes label images.
//
// Label images are written as TIFF by nearly every program of microscopy, and in
// nearly every way the format allows. This reader takes integers of 1 to 64 bits,
// signed or not, and floats; strips and tiles, samples interleaved or in planes,
// both byte orders, classic and BigTIFF; uncompressed, LZW, deflate, PackBits, zstd
// and CCITT group 4, with either predictor. It gives the samples as they are
// stored, except that white-is-zero is turned round: colours, and what the axes of
// a stack mean, are for the caller to judge, with the help of [File.Axes].
//
//	f, err := tiff.Open(r, size)
//	g, err := tiff.Read[int32](f, f.Pages) // {pages, height, width, samples}
//
// [Write] makes a file that every reader of TIFF knows: gray, deflate, a page a slice.
//
// No number in a file is trusted. Everything that is read, tags and strips alike,
// is paid from a budget proportional to the file's size, so pages that share bytes
// cannot multiply it; and before memory is taken for pixels, each strip must have
// enough bytes for what its codec can make of them at the very most.
//
// References: TIFF revision 6.0 (Adobe 1992), its technical notes on predictor 3
// (2005), and the BigTIFF description at https://www.awaresystems.be/imaging/tiff/bigtiff.html.
package tiff

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
)

// File is an opened TIFF file.
type File struct {
	// Pages are the images of the file, in its order, without thumbnails, pyramid
	// levels and transparency masks, unless it has nothing else.
	Pages []*Page

	r      io.ReaderAt
	size   int64
	budget int64 // bytes that may still be read
	order  binary.ByteOrder
	big    bool // BigTIFF

	// asStored is true of files by tifffile, which writes booleans as white-is-zero,
	// but stores and reads 1 for true.
	asStored bool
}

// Magic reports whether a file that starts so is a TIFF file.
func Magic(head []byte) bool {
	if len(head) < 4 {
		return false
	}
	switch string(head[:4]) {
	case "II*\x00", "MM\x00*", "II+\x00", "MM\x00+":
		return true
	}
	return false
}

// Open reads the tags of all pages, and no pixels.
func Open(r io.ReaderAt, size int64) (*File, error) {
	// Each byte is needed once. Some writers let equal strips share their bytes.
	f := &File{r: r, size: size, budget: 16*size + 1<<16}
	head, err := f.bytes(0, 8)
	if err != nil {
		return nil, err
	}
	if !Magic(head) {
		return nil, errors.New("tiff: this is no TIFF file")
	}
	f.order = binary.LittleEndian
	if head[0] == 'M' {
		f.order = binary.BigEndian
	}
	next := int64(f.order.Uint32(head[4:]))
	if f.big = f.order.Uint16(head[2:]) == 43; f.big {
		if head, err = f.bytes(0, 16); err != nil {
			return nil, err
		}
		if f.order.Uint16(head[4:]) != 8 || f.order.Uint16(head[6:]) != 0 {
			return nil, errors.New("tiff: a BigTIFF file whose offsets are not of 8 bytes")
		}
		next = int64(f.order.Uint64(head[8:]))
	}
	for _, all := range []bool{false, true} {
		if err := f.addPages(next, all); err != nil {
			return nil, err
		}
		if len(f.Pages) > 0 {
			return f, f.addContiguous()
		}
	}
	return nil, errors.New("tiff: the file has no page")
}

// addPages adds the pages from the one on whose directory of tags is at the offset.
func (f *File) addPages(next int64, all bool) (err error) {
	seen := map[int64]bool{}
	for next != 0 {
		number := len(f.Pages) + 1
		if seen[next] {
			return fmt.Errorf("tiff: page %d is a page before it: the file is damaged", number)
		}
		seen[next] = true
		if next, err = f.addPage(next, all); err != nil {
			return fmt.Errorf("tiff: page %d: %w", number, err)
		}
	}
	return nil
}

// addPage adds the page whose directory of tags is at the offset, unless it is one
// of those that are left out, and returns the offset of the next.
func (f *File) addPage(offset int64, all bool) (next int64, err error) {
	t, next, err := f.tags(offset)
	if err != nil {
		return 0, err
	}
	if len(f.Pages) == 0 { // tifffile says so on the first page alone
		software, err := t.text(tagSoftware)
		if err != nil {
			return 0, err
		}
		f.asStored = strings.HasPrefix(software, "tifffile")
	}
	kind, err := t.int(tagNewSubfileType, 0)
	if err != nil {
		return 0, err
	}
	const reduced, transparency = 1, 4
	if kind&(reduced|transparency) != 0 && !all {
		return next, nil
	}
	p, err := newPage(t, len(f.Pages)+1)
	if err != nil {
		return 0, err
	}
	f.Pages = append(f.Pages, p)
	return next, nil
}

// bytes reads n bytes at an offset, and pays for them.
func (f *File) bytes(offset, n int64) ([]byte, error) {
	if offset < 0 || n < 0 || n > f.size || offset > f.size-n {
		return nil, fmt.Errorf("%d bytes at offset %d are beyond the end of the file, which has %d", n, offset, f.size)
	}
	if f.budget -= n; f.budget < 0 {
		return nil, errors.New("the parts of the file overlap too much: it is damaged, or made to exhaust its readers")
	}
	b := make([]byte, n)
	if got, err := f.r.ReadAt(b, offset); got < len(b) {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF // it has become shorter since its size was taken
		}
		return nil, err
	}
	return b, nil
}
