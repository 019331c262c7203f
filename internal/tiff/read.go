package tiff

import (
	"encoding/binary"
	"fmt"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/dtype"
)

// Read reads pages of one size and type into a grid {pages, height, width, samples}.
// A sample that T cannot hold is a [*dtype.ValueError].
func Read[T grid.Element](f *File, pages []*Page) (*grid.Grid[T], error) {
	first := pages[0]
	shape := []int{len(pages), first.Height, first.Width, first.Samples}
	n, ok := grid.CheckedSize(shape)
	if !ok || n > maxInt/8 {
		return nil, fmt.Errorf("tiff: %d pages of %d×%d pixels are more than memory can hold", len(pages), first.Width, first.Height)
	}
	tiles := make([][]tile, len(pages))
	for i, p := range pages {
		if p.Width != first.Width || p.Height != first.Height || p.Samples != first.Samples || p.Type != first.Type {
			panic(fmt.Sprintf("tiff: pages of %d×%d×%d %v and %d×%d×%d %v", first.Width, first.Height, first.Samples, first.Type, p.Width, p.Height, p.Samples, p.Type))
		}
		var err error
		if tiles[i], err = p.tiles(); err != nil {
			return nil, fmt.Errorf("tiff: page %d: %w", p.Number, err)
		}
	}
	g := grid.New[T](shape...)
	var d decoder
	defer d.close()
	for i, p := range pages {
		if err := readPage(g.Sub(i), p, tiles[i], &d); err != nil {
			return nil, fmt.Errorf("tiff: page %d: %w", p.Number, err)
		}
	}
	return g, nil
}

const maxInt = int(^uint(0) >> 1)

// tile is where the bytes of a tile or strip are in the file.
type tile struct{ offset, count int64 }

// tiles returns where the tiles are, plane by plane, row by row. Each is within the
// file and can hold its pixels.
func (p *Page) tiles() ([]tile, error) {
	offsetTag, countTag := uint16(tagStripOffsets), uint16(tagStripByteCounts)
	what := "strip"
	if p.tiled {
		offsetTag, countTag, what = tagTileOffsets, tagTileByteCounts, "tile"
		if !p.tags.has(tagTileOffsets) { // as some early writers did
			offsetTag, countTag = tagStripOffsets, tagStripByteCounts
		}
	}
	across, down, planes := p.grid()
	// The tags say how many there are, in so many bytes; no more can be needed.
	if have := p.tags.entry(offsetTag).count; uint64(planes) > have || uint64(across*down) > have/uint64(planes) {
		return nil, fmt.Errorf("has %d %ss where %d×%d×%d are needed", have, what, across, down, planes)
	}
	n := across * down * planes
	offsets, err := p.tags.ints(offsetTag, uint64(n))
	if err != nil {
		return nil, err
	}
	var counts []int64
	if p.tags.has(countTag) || p.compression != compressionNone {
		if counts, err = p.tags.ints(countTag, uint64(n)); err != nil {
			return nil, err
		}
	}
	tiles := make([]tile, n)
	for i := range tiles {
		need := p.rowBytes() * int64(p.tileRows(int64(i)))
		t := tile{offset: offsets[i] + p.skip, count: need}
		if p.compression != compressionNone {
			t.count = counts[i]
		} else if counts != nil && counts[i] < need && p.skip == 0 {
			return nil, fmt.Errorf("%s %d has %d bytes where %d are needed", what, i+1, counts[i], need)
		}
		if t.count < 0 || t.count > p.tags.file.size || t.offset < 0 || t.offset > p.tags.file.size-t.count {
			return nil, fmt.Errorf("%s %d is beyond the end of the file", what, i+1)
		}
		if p.most(t.count, p.rowBytes()) < need {
			return nil, fmt.Errorf("%s %d has %d bytes, which cannot hold the %d bytes it should", what, i+1, t.count, need)
		}
		tiles[i] = t
	}
	return tiles, nil
}

// tileRows returns the number of rows of a tile that are in the image.
func (p *Page) tileRows(i int64) int {
	across, down, _ := p.grid()
	top := i / across % down * p.tileHeight
	return int(min(p.tileHeight, int64(p.Height)-top))
}

// readPage decodes the tiles into dst {height, width, samples}.
func readPage[T grid.Element](dst *grid.Grid[T], p *Page, tiles []tile, d *decoder) error {
	across, down, _ := p.grid()
	rowBytes, inter := int(p.rowBytes()), p.interleaved()
	var raw, scratch []byte
	if p.predictor == predictorFloat {
		scratch = make([]byte, rowBytes)
	}
	var unpacked []byte // a row of samples that are no whole bytes in the file
	width := int(min(p.tileWidth, int64(p.Width)))
	if p.Bits != 8*p.Type.Size() {
		unpacked = make([]byte, width*inter*p.Type.Size())
	}
	var plane []T // a row of one sample of each pixel
	if p.planar {
		plane = make([]T, width)
	}
	big := p.tags.file.order == binary.BigEndian
	for i, t := range tiles {
		src, err := p.tags.file.bytes(t.offset, t.count)
		if err != nil {
			return err
		}
		rows := p.tileRows(int64(i))
		if need := rows * rowBytes; cap(raw) < need {
			raw = make([]byte, need)
		}
		raw = raw[:rows*rowBytes]
		if err := d.decompress(p, raw, src, rows); err != nil {
			return fmt.Errorf("tile or strip %d: %w", i+1, err)
		}
		left := int64(i) % across * p.tileWidth
		top := int64(i) / across % down * p.tileHeight
		sample := int(int64(i) / (across * down))
		columns := int(min(p.tileWidth, int64(p.Width)-left))
		for y := range rows {
			row := raw[y*rowBytes : (y+1)*rowBytes]
			p.unpredict(row, scratch)
			if p.inverted {
				for i := range row {
					row[i] = ^row[i]
				}
			}
			row, big := row, big
			if unpacked != nil {
				row, big = unpack(unpacked[:columns*inter*p.Type.Size()], row, p.Bits, p.Type.Size(), big), false
			}
			row = row[:columns*inter*p.Type.Size()]
			at := ((int(top)+y)*p.Width + int(left)) * p.Samples
			if !p.planar {
				err = dtype.Decode(dst.Data[at:at+columns*inter], row, p.Type, big)
			} else if err = dtype.Decode(plane[:columns], row, p.Type, big); err == nil {
				for x, v := range plane[:columns] {
					dst.Data[at+x*p.Samples+sample] = v
				}
			}
			if err != nil {
				if e, ok := err.(*dtype.ValueError); ok {
					e.Index += at / p.Samples
				}
				return err
			}
		}
	}
	return nil
}

// unpack takes samples of any number of bits, and stores them as little-endian numbers
// of size bytes. The highest bit of a sample comes first, and where it is of whole
// bytes, these are in the file's order.
func unpack(dst, src []byte, bits, size int, big bool) []byte {
	var held uint64 // the bits not yet used, at its low end
	have := 0
	for i := 0; i < len(dst); i += size {
		v := uint64(0)
		for got := 0; got < bits; {
			if have == 0 {
				held, have, src = uint64(src[0]), 8, src[1:]
			}
			n := min(have, bits-got)
			have -= n
			part := held >> have & (1<<n - 1)
			if bits%8 == 0 && !big {
				v |= part << got
			} else {
				v = v<<n | part
			}
			got += n
		}
		for b := range size {
			dst[i+b] = byte(v >> (8 * b))
		}
	}
	return dst
}
