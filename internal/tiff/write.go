package tiff

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/klauspost/compress/zlib"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/dtype"
)

// Write writes an image {height, width} or a stack {pages, height, width} as gray
// numbers of their own type, compressed with deflate. One that could outgrow the
// 32-bit offsets of classic TIFF is written as BigTIFF. Other shapes, and sides of
// no pixels, panic.
func Write[T uint8 | uint16 | uint32 | int8 | int16 | int32](w io.Writer, g *grid.Grid[T]) error {
	// Deflate makes nothing longer by more than a thousandth, and tags are short.
	big := int64(len(g.Data))*int64(dtype.Of[T]().Size()) > 4e9
	return write(w, g, big)
}

func write[T grid.Element](w io.Writer, g *grid.Grid[T], big bool) error {
	n := len(g.Shape)
	if n != 2 && n != 3 || len(g.Data) == 0 {
		panic(fmt.Sprintf("tiff: shape %v is no image and no stack", g.Shape))
	}
	height, width := g.Shape[n-2], g.Shape[n-1]
	e := &encoder{w: w, big: big, width: width, height: height}
	e.bits, e.format = 8*dtype.Of[T]().Size(), 1
	switch dtype.Of[T]() {
	case dtype.Int8, dtype.Int16, dtype.Int32:
		e.format = 2
	}
	// Strips of 64 KiB, as libtiff's documentation advises, and of whole rows.
	e.rows = min(max(1, 1<<16/(width*e.bits/8)), height)
	if err := e.header(); err != nil {
		return fmt.Errorf("tiff: %w", err)
	}
	z := zlib.NewWriter(nil)
	for page := g.Data; len(page) > 0; page = page[height*width:] {
		var strips bytes.Buffer
		var ends []int
		for y := 0; y < height; y += e.rows {
			rows := page[y*width : min(y+e.rows, height)*width]
			z.Reset(&strips)
			if _, err := z.Write(dtype.Bytes(rows)); err != nil {
				return fmt.Errorf("tiff: %w", err)
			}
			if err := z.Close(); err != nil {
				return fmt.Errorf("tiff: %w", err)
			}
			ends = append(ends, strips.Len())
		}
		if err := e.page(strips.Bytes(), ends, len(page) == height*width); err != nil {
			return fmt.Errorf("tiff: %w", err)
		}
	}
	return nil
}

// encoder writes pages one after another: of each the tags, what does not fit into
// them, and the strips. So all offsets are known before they are written.
type encoder struct {
	w             io.Writer
	big           bool
	width, height int
	bits, format  int
	rows          int   // of a strip
	at            int64 // how much was written
}

func (e *encoder) put(b []byte) error {
	n, err := e.w.Write(b)
	e.at += int64(n)
	return err
}

// offset appends a number of the size that offsets have.
func (e *encoder) offset(b []byte, v int64) []byte {
	if e.big {
		return binary.LittleEndian.AppendUint64(b, uint64(v))
	}
	return binary.LittleEndian.AppendUint32(b, uint32(v))
}

func (e *encoder) header() error {
	if e.big {
		return e.put(e.offset([]byte{'I', 'I', 43, 0, 8, 0, 0, 0}, 16))
	}
	return e.put(e.offset([]byte{'I', 'I', 42, 0}, 8))
}

// page writes one page, whose strips end at those places of their bytes.
func (e *encoder) page(strips []byte, ends []int, last bool) error {
	const short, long, long8 = 3, 4, 16
	const tags = 10
	offsets, word, entry, count := uint16(long), int64(4), int64(12), int64(2)
	if e.big {
		offsets, word, entry, count = long8, 8, 20, 8
	}
	beyond := e.at + count + tags*entry + word // what does not fit into a tag
	data := beyond
	if len(ends) > 1 {
		data += 2 * int64(len(ends)) * word
	}
	next := (data + int64(len(strips)) + 7) &^ 7 // offsets of tags are even

	var ifd, lists []byte
	if e.big {
		ifd = e.offset(ifd, tags)
	} else {
		ifd = binary.LittleEndian.AppendUint16(ifd, tags)
	}
	tag := func(id, kind uint16, values ...int64) {
		ifd = binary.LittleEndian.AppendUint16(ifd, id)
		ifd = binary.LittleEndian.AppendUint16(ifd, kind)
		ifd = e.offset(ifd, int64(len(values)))
		if len(values) == 1 { // little-endian, so a short is at the start of its field
			ifd = e.offset(ifd, values[0])
			return
		}
		ifd = e.offset(ifd, beyond+int64(len(lists)))
		for _, v := range values {
			lists = e.offset(lists, v)
		}
	}
	starts, lengths := make([]int64, len(ends)), make([]int64, len(ends))
	from := 0
	for i, end := range ends {
		starts[i], lengths[i] = data+int64(from), int64(end-from)
		from = end
	}
	tag(256, long, int64(e.width))
	tag(257, long, int64(e.height))
	tag(258, short, int64(e.bits))
	tag(259, short, 8) // deflate
	tag(262, short, 1) // black is zero
	tag(273, offsets, starts...)
	tag(277, short, 1) // sample a pixel
	tag(278, long, int64(e.rows))
	tag(279, offsets, lengths...)
	tag(339, short, int64(e.format))
	if last {
		ifd = e.offset(ifd, 0)
	} else {
		ifd = e.offset(ifd, next)
	}
	for _, b := range [][]byte{ifd, lists, strips} {
		if err := e.put(b); err != nil {
			return err
		}
	}
	if last {
		return nil
	}
	return e.put(make([]byte, next-e.at))
}
