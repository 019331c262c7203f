package tiff_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"

	"github.com/klauspost/compress/zstd"
)

// layout is a way to write a page. The encoder writes what it is told to, sense or
// nonsense.
type layout struct {
	order         binary.ByteOrder
	big           bool
	compression   int
	predictor     int
	bits, format  int
	width, height int
	samples       int
	planar        bool
	photometric   int
	tileWidth     int // 0 is strips
	tileHeight    int // or rows a strip
	description   string
	software      string
	subfile       int
	depth         int // of a volume on one page; 0 says nothing
}

type tag struct {
	id, kind uint16
	count    uint64
	value    []byte
}

func (l layout) String() string {
	return fmt.Sprintf("%v big=%v compression=%d predictor=%d bits=%d format=%d %dx%dx%d planar=%v tiles=%dx%d",
		l.order, l.big, l.compression, l.predictor, l.bits, l.format, l.width, l.height, l.samples, l.planar, l.tileWidth, l.tileHeight)
}

// encode writes pages whose samples are given as bit patterns, pixel by pixel.
func encode(pages []layout, samples [][]uint64) []byte {
	order, big := pages[0].order, pages[0].big
	word := func(b []byte, v uint64) []byte {
		if big {
			return appendUint(b, order, v, 8)
		}
		return appendUint(b, order, v, 4)
	}
	var file []byte
	version := uint64(42)
	if big {
		version = 43
	}
	if order == binary.BigEndian {
		file = append(file, "MM"...)
	} else {
		file = append(file, "II"...)
	}
	file = appendUint(file, order, version, 2)
	if big {
		file = appendUint(appendUint(file, order, 8, 2), order, 0, 2)
	}
	link := len(file) // where the offset of the next directory goes
	file = word(file, 0)
	setLink := func() {
		at := word(nil, uint64(len(file)))
		copy(file[link:], at)
	}
	for i, l := range pages {
		var offsets, counts []uint64
		for _, raw := range l.tiles(samples[i]) {
			c := compress(l.compression, raw)
			offsets, counts = append(offsets, uint64(len(file))), append(counts, uint64(len(c)))
			file = append(file, c...)
		}
		var tags []tag
		add := func(id uint16, size int, values ...uint64) {
			kind := map[int]uint16{2: 3, 4: 4, 8: 16}[size]
			t := tag{id, kind, uint64(len(values)), nil}
			for _, v := range values {
				t.value = appendUint(t.value, order, v, size)
			}
			tags = append(tags, t)
		}
		repeat := func(v int) (all []uint64) {
			for range l.samples {
				all = append(all, uint64(v))
			}
			return all
		}
		planar := uint64(1)
		if l.planar {
			planar = 2
		}
		offsetSize := 4
		if big {
			offsetSize = 8
		}
		add(254, 4, uint64(l.subfile))
		add(256, 4, uint64(l.width))
		add(257, 4, uint64(l.height))
		add(258, 2, repeat(l.bits)...)
		add(259, 2, uint64(l.compression))
		add(262, 2, uint64(l.photometric))
		if l.description != "" {
			tags = append(tags, tag{270, 2, uint64(len(l.description) + 1), append([]byte(l.description), 0)})
		}
		if l.tileWidth == 0 {
			add(273, offsetSize, offsets...)
		}
		add(277, 2, uint64(l.samples))
		if l.tileWidth == 0 {
			add(278, 4, uint64(l.tileHeight))
			add(279, 4, counts...)
		}
		add(284, 2, planar)
		if l.software != "" {
			tags = append(tags, tag{305, 2, uint64(len(l.software)), []byte(l.software)})
		}
		add(317, 2, uint64(l.predictor))
		if l.tileWidth > 0 {
			add(322, 4, uint64(l.tileWidth))
			add(323, 4, uint64(l.tileHeight))
			add(324, offsetSize, offsets...)
			add(325, 4, counts...)
		}
		add(339, 2, repeat(l.format)...)
		if l.depth > 0 {
			add(32997, 4, uint64(l.depth))
		}
		for j, t := range tags {
			room := 4
			if big {
				room = 8
			}
			if len(t.value) > room {
				at := uint64(len(file))
				file = append(file, t.value...)
				tags[j].value = word(nil, at)
			}
		}
		setLink()
		file = appendUint(file, order, uint64(len(tags)), map[bool]int{false: 2, true: 8}[big])
		for _, t := range tags {
			file = appendUint(appendUint(file, order, uint64(t.id), 2), order, uint64(t.kind), 2)
			file = word(file, t.count)
			file = append(file, t.value...)
			room := 4
			if big {
				room = 8
			}
			file = append(file, make([]byte, room-len(t.value))...)
		}
		link = len(file)
		file = word(file, 0)
	}
	return file
}

func appendUint(b []byte, order binary.ByteOrder, v uint64, size int) []byte {
	var all [8]byte
	if order == binary.BigEndian {
		binary.BigEndian.PutUint64(all[:], v)
		return append(b, all[8-size:]...)
	}
	binary.LittleEndian.PutUint64(all[:], v)
	return append(b, all[:size]...)
}

// tiles returns the bytes of each tile or strip, before compression.
func (l layout) tiles(samples []uint64) (all [][]byte) {
	tileWidth := l.tileWidth
	if tileWidth == 0 {
		tileWidth = l.width
	}
	planes, together := 1, l.samples
	if l.planar {
		planes, together = l.samples, 1
	}
	for plane := range planes {
		for top := 0; top < l.height; top += l.tileHeight {
			for left := 0; left < l.width; left += tileWidth {
				var tile []byte
				for y := top; y < top+l.tileHeight; y++ {
					if l.tileWidth == 0 && y >= l.height {
						break
					}
					var row []uint64
					for x := left; x < left+tileWidth; x++ {
						for s := range together {
							v := uint64(0)
							if x < l.width && y < l.height {
								v = samples[(y*l.width+x)*l.samples+plane+s]
							}
							row = append(row, v)
						}
					}
					tile = append(tile, l.row(row, together)...)
				}
				all = append(all, tile)
			}
		}
	}
	return all
}

// row applies the predictor and packs the samples.
func (l layout) row(row []uint64, together int) (b []byte) {
	if l.predictor == 2 {
		for i := len(row) - 1; i >= together; i-- {
			row[i] -= row[i-together]
		}
	}
	if l.bits%8 != 0 {
		b = make([]byte, (len(row)*l.bits+7)/8)
		at := 0
		for _, v := range row {
			for k := l.bits - 1; k >= 0; k-- {
				b[at/8] |= byte(v>>k&1) << (7 - at%8)
				at++
			}
		}
		return b
	}
	size := l.bits / 8
	if l.predictor == 3 {
		for i := range size { // the most significant bytes first
			for _, v := range row {
				b = append(b, byte(v>>(8*(size-1-i))))
			}
		}
		for i := len(b) - 1; i >= together; i-- {
			b[i] -= b[i-together]
		}
		return b
	}
	for _, v := range row {
		b = appendUint(b, l.order, v, size)
	}
	return b
}

func compress(compression int, raw []byte) []byte {
	var b bytes.Buffer
	switch compression {
	case 8, 32946:
		zlibEncoder.Reset(&b)
		zlibEncoder.Write(raw)
		zlibEncoder.Close()
		return b.Bytes()
	case 32773:
		return packBits(raw)
	case 5:
		return lzwCodes(raw, true)
	case 50000:
		return zstdEncoder.EncodeAll(raw, nil)
	default:
		return raw
	}
}

var (
	zlibEncoder    = zlib.NewWriter(nil)
	zstdEncoder, _ = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
)

func packBits(raw []byte) (b []byte) {
	for len(raw) > 0 {
		run := 1
		for run < min(128, len(raw)) && raw[run] == raw[0] {
			run++
		}
		if run > 1 {
			b, raw = append(b, byte(1-run), raw[0]), raw[run:]
			continue
		}
		n := 1
		for n < min(128, len(raw)) && raw[n] != raw[n-1] {
			n++
		}
		b, raw = append(append(b, byte(n-1)), raw[:n]...), raw[n:]
	}
	return b
}

// lzwCodes writes every byte as a code of its own and clears the table before the
// codes grow beyond 9 bits. The marker at the end is what some writers forget.
func lzwCodes(raw []byte, marker bool) (b []byte) {
	held, have := uint32(0), 0
	put := func(code uint32) {
		held, have = held<<9|code, have+9
		for ; have >= 8; have -= 8 {
			b = append(b, byte(held>>(have-8)))
		}
	}
	const clear, end = 256, 257
	for i, v := range raw {
		if i%200 == 0 {
			put(clear)
		}
		put(uint32(v))
	}
	if marker {
		put(end)
	}
	if have > 0 {
		b = append(b, byte(held<<(8-have)))
	}
	return b
}
