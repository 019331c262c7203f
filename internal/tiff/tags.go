package tiff

import (
	"fmt"
	"math"
)

// Tags of TIFF 6.0 that say how pixels are stored.
const (
	tagNewSubfileType  = 254
	tagWidth           = 256
	tagHeight          = 257
	tagBitsPerSample   = 258
	tagCompression     = 259
	tagPhotometric     = 262
	tagFillOrder       = 266
	tagDescription     = 270
	tagStripOffsets    = 273
	tagSamplesPerPixel = 277
	tagRowsPerStrip    = 278
	tagStripByteCounts = 279
	tagXResolution     = 282
	tagYResolution     = 283
	tagPlanar          = 284
	tagSoftware        = 305
	tagPredictor       = 317
	tagColorMap        = 320
	tagTileWidth       = 322
	tagTileHeight      = 323
	tagTileOffsets     = 324
	tagTileByteCounts  = 325
	tagExtraSamples    = 338
	tagSampleFormat    = 339
	tagImageDepth      = 32997 // registered by SGI
)

// typeSizes are the bytes of one value of each type of tag, and 0 for unknown types.
var typeSizes = [19]int64{1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}

// tags is one directory of tags. Values that do not fit in it are read when asked for.
type tags struct {
	file    *File
	entries []entry
}

type entry struct {
	tag, kind uint16
	count     uint64
	inline    [8]byte // the value, or the offset of it; classic TIFF has room for 4 bytes
}

// entry returns that of the tag, or one of no values.
func (t tags) entry(tag uint16) entry {
	for _, e := range t.entries {
		if e.tag == tag {
			return e
		}
	}
	return entry{}
}

// tags reads the directory at the offset and returns the offset of the next.
func (f *File) tags(offset int64) (tags, int64, error) {
	t := tags{file: f}
	countSize, entrySize, wordSize := int64(2), int64(12), int64(4)
	if f.big {
		countSize, entrySize, wordSize = 8, 20, 8
	}
	b, err := f.bytes(offset, countSize)
	if err != nil {
		return t, 0, err
	}
	var n uint64
	if f.big {
		n = f.order.Uint64(b)
	} else {
		n = uint64(f.order.Uint16(b))
	}
	if n > math.MaxUint16 {
		return t, 0, fmt.Errorf("declares %d tags", n)
	}
	if b, err = f.bytes(offset+countSize, int64(n)*entrySize); err != nil {
		return t, 0, err
	}
	for ; len(b) > 0; b = b[entrySize:] {
		e := entry{tag: f.order.Uint16(b), kind: f.order.Uint16(b[2:])}
		if !wanted[e.tag] {
			continue
		}
		if f.big {
			e.count = f.order.Uint64(b[4:])
			copy(e.inline[:], b[12:20])
		} else {
			e.count = uint64(f.order.Uint32(b[4:]))
			copy(e.inline[:], b[8:12])
		}
		t.entries = append(t.entries, e)
	}
	if b, err = f.bytes(offset+countSize+int64(n)*entrySize, wordSize); err != nil {
		return t, 0, err
	}
	if f.big {
		return t, int64(f.order.Uint64(b)), nil
	}
	return t, int64(f.order.Uint32(b)), nil
}

// wanted are the tags to keep.
var wanted = map[uint16]bool{
	tagNewSubfileType: true, tagWidth: true, tagHeight: true, tagBitsPerSample: true, tagCompression: true,
	tagPhotometric: true, tagFillOrder: true, tagDescription: true, tagStripOffsets: true, tagSamplesPerPixel: true,
	tagRowsPerStrip: true, tagStripByteCounts: true, tagPlanar: true, tagSoftware: true, tagPredictor: true, tagTileWidth: true,
	tagTileHeight: true, tagTileOffsets: true, tagTileByteCounts: true, tagExtraSamples: true, tagSampleFormat: true, tagColorMap: true, tagImageDepth: true,
	tagXResolution: true, tagYResolution: true,
}

func (t tags) has(tag uint16) bool { return t.entry(tag).count > 0 }

// value returns the bytes of the first n values of a tag, and the size of one.
func (t tags) value(tag uint16, n uint64) ([]byte, int64, error) {
	e := t.entry(tag)
	if int(e.kind) >= len(typeSizes) || typeSizes[e.kind] == 0 {
		return nil, 0, fmt.Errorf("tag %d is of the unknown type %d", tag, e.kind)
	}
	size := typeSizes[e.kind]
	if e.count > math.MaxInt64/8 || n > e.count {
		return nil, 0, fmt.Errorf("tag %d has %d values where %d are needed", tag, e.count, n)
	}
	room, offset := int64(4), int64(t.file.order.Uint32(e.inline[:]))
	if t.file.big {
		room, offset = 8, int64(t.file.order.Uint64(e.inline[:]))
	}
	if int64(e.count)*size <= room {
		return e.inline[:int64(n)*size], size, nil
	}
	b, err := t.file.bytes(offset, int64(n)*size)
	if err != nil {
		return nil, 0, fmt.Errorf("tag %d: %w", tag, err)
	}
	return b, size, nil
}

// ints returns the first n values of a tag of unsigned integers.
func (t tags) ints(tag uint16, n uint64) ([]int64, error) {
	switch kind := t.entry(tag).kind; kind {
	case 1, 3, 4, 13, 16, 18: // BYTE, SHORT, LONG, IFD, LONG8, IFD8
	default:
		return nil, fmt.Errorf("tag %d is of type %d, which is no unsigned integer", tag, kind)
	}
	b, size, err := t.value(tag, n)
	if err != nil {
		return nil, err
	}
	out := make([]int64, n)
	for i := range out {
		switch v := b[int64(i)*size:]; size {
		case 1:
			out[i] = int64(v[0])
		case 2:
			out[i] = int64(t.file.order.Uint16(v))
		case 4:
			out[i] = int64(t.file.order.Uint32(v))
		default:
			if out[i] = int64(t.file.order.Uint64(v)); out[i] < 0 {
				return nil, fmt.Errorf("tag %d has the value %d", tag, uint64(out[i]))
			}
		}
	}
	return out, nil
}

// int returns the first value of a tag, or what it is if the tag is missing.
func (t tags) int(tag uint16, missing int64) (int64, error) {
	if !t.has(tag) {
		return missing, nil
	}
	v, err := t.ints(tag, 1)
	if err != nil {
		return 0, err
	}
	return v[0], nil
}

// rational returns the value of a tag that is a fraction, or 0 if it has none.
func (t tags) rational(tag uint16) float64 {
	const kind = 5
	if e := t.entry(tag); e.count != 1 || e.kind != kind {
		return 0
	}
	b, _, err := t.value(tag, 1)
	if err != nil {
		return 0
	}
	return float64(t.file.order.Uint32(b)) / float64(t.file.order.Uint32(b[4:]))
}

// same returns the one value that all samples have.
func (t tags) same(tag uint16, missing int64) (int64, error) {
	if !t.has(tag) {
		return missing, nil
	}
	v, err := t.ints(tag, min(t.entry(tag).count, math.MaxUint16))
	if err != nil {
		return 0, err
	}
	for _, other := range v {
		if other != v[0] {
			return 0, fmt.Errorf("the samples of a pixel are of different types (tag %d is %v)", tag, v)
		}
	}
	return v[0], nil
}

// text returns a tag of text, without the zero at its end.
func (t tags) text(tag uint16) (string, error) {
	if !t.has(tag) {
		return "", nil
	}
	if kind := t.entry(tag).kind; kind != 1 && kind != 2 && kind != 7 {
		return "", fmt.Errorf("tag %d is no text", tag)
	}
	b, _, err := t.value(tag, t.entry(tag).count)
	if err != nil {
		return "", err
	}
	for len(b) > 0 && b[len(b)-1] == 0 {
		b = b[:len(b)-1]
	}
	return string(b), nil
}
