package tiff

import (
	"fmt"
	"image/color"
	"math"

	"github.com/weightmap/weightmap/internal/dtype"
)

// Page is one image of a file.
type Page struct {
	Number        int // from 1
	Width, Height int
	Samples       int        // numbers a pixel
	Alpha         int        // the place of the sample that is transparency, or −1
	Type          dtype.Type // of a sample; numbers of other than 8, 16, 32 or 64 bits count as the next such type
	Bits          int        // of a sample

	tags        tags
	compression int64
	predictor   int64
	fillOrder   int64
	inverted    bool // white is zero
	paletted    bool // the samples are indices of colours
	planar      bool // each sample has strips or tiles of its own

	// Strips are tiles as wide as the image.
	tiled                 bool
	tileWidth, tileHeight int64

	skip int64 // bytes after the place that the tags name; see addContiguous
}

// Values of tags, by TIFF 6.0, section 8, and later registrations.
const (
	whiteIsZero = 0
	blackIsZero = 1
	rgb         = 2
	palette     = 3
	mask        = 4

	planarSeparate = 2
)

func newPage(t tags, number int) (*Page, error) {
	p := &Page{Number: number, tags: t, Alpha: -1}
	var err error
	get := func(tag uint16, missing int64) int64 {
		v, e := t.int(tag, missing)
		if err == nil {
			err = e
		}
		return v
	}
	width, height := get(tagWidth, 0), get(tagHeight, 0)
	samples := get(tagSamplesPerPixel, 1)
	p.compression = get(tagCompression, compressionNone)
	p.predictor = get(tagPredictor, predictorNone)
	p.fillOrder = get(tagFillOrder, 1)
	p.planar = get(tagPlanar, 1) == planarSeparate && samples > 1
	photometric := get(tagPhotometric, blackIsZero)
	depth := get(tagImageDepth, 1)
	if err != nil {
		return nil, err
	}
	if depth != 1 {
		return nil, fmt.Errorf("is a volume of %d slices on one page, which is not read: save a page a slice, "+
			"as in Python: tifffile.imwrite('mask.tif', tifffile.imread('x.tif'), photometric='minisblack')", depth)
	}
	if width < 1 || height < 1 || width > math.MaxInt32 || height > math.MaxInt32 || samples < 1 || samples > math.MaxUint16 {
		return nil, fmt.Errorf("declares %d×%d pixels of %d samples", width, height, samples)
	}
	if float64(width)*float64(height)*float64(samples) > 1<<56 {
		return nil, fmt.Errorf("declares %d×%d pixels of %d samples, which is more than memory can hold", width, height, samples)
	}
	p.Width, p.Height, p.Samples = int(width), int(height), int(samples)

	switch photometric {
	case whiteIsZero:
		p.inverted = !t.file.asStored
	case blackIsZero, rgb, palette, mask:
	default:
		return nil, fmt.Errorf("its colours are neither gray, RGB nor a palette, but of kind %d", photometric)
	}
	p.paletted = photometric == palette
	colours := int64(1)
	if photometric == rgb {
		colours = 3
	}
	if extra := t.entry(tagExtraSamples).count; extra > 0 && samples > colours {
		kinds, err := t.ints(tagExtraSamples, min(extra, uint64(samples)))
		if err != nil {
			return nil, err
		}
		for i, kind := range kinds {
			if at := int(samples) - len(kinds) + i; kind == 1 || kind == 2 { // associated or not
				p.Alpha = at
				break
			}
		}
	}
	if err := p.setType(); err != nil {
		return nil, err
	}
	if err := p.checkCodec(); err != nil {
		return nil, err
	}
	return p, p.setTiles()
}

// Palette returns the colours whose indices the samples are; nil if there are none.
func (p *Page) Palette() (color.Palette, error) {
	if !p.paletted || p.Type > dtype.Uint8 || !p.tags.has(tagColorMap) {
		return nil, nil
	}
	n := 1 << p.Bits
	v, err := p.tags.ints(tagColorMap, uint64(3*n))
	if err != nil {
		return nil, fmt.Errorf("tiff: page %d: %w", p.Number, err)
	}
	colours := make(color.Palette, n)
	for i := range colours {
		colours[i] = color.RGBA64{R: uint16(v[i]), G: uint16(v[n+i]), B: uint16(v[2*n+i]), A: math.MaxUint16}
	}
	return colours, nil
}

// setType finds the type of a sample from its bits and its format.
func (p *Page) setType() error {
	bits, err := p.tags.same(tagBitsPerSample, 1)
	if err != nil {
		return err
	}
	format, err := p.tags.same(tagSampleFormat, 1)
	if err != nil {
		return err
	}
	const unsigned, signed, float, undefined = 1, 2, 3, 4
	switch {
	case (format == unsigned || format == undefined) && bits == 1:
		p.Type = dtype.Bool
	case (format == unsigned || format == undefined) && bits > 1 && bits <= 8:
		p.Type = dtype.Uint8
	case (format == unsigned || format == undefined) && bits > 8 && bits <= 16:
		p.Type = dtype.Uint16
	case (format == unsigned || format == undefined) && bits > 16 && bits <= 32:
		p.Type = dtype.Uint32
	case (format == unsigned || format == undefined) && bits > 32 && bits <= 64:
		p.Type = dtype.Uint64
	case format == signed && bits == 8:
		p.Type = dtype.Int8
	case format == signed && bits == 16:
		p.Type = dtype.Int16
	case format == signed && bits == 32:
		p.Type = dtype.Int32
	case format == signed && bits == 64:
		p.Type = dtype.Int64
	case format == float && bits == 16:
		p.Type = dtype.Float16
	case format == float && bits == 32:
		p.Type = dtype.Float32
	case format == float && bits == 64:
		p.Type = dtype.Float64
	default:
		return fmt.Errorf("its samples have %d bits of format %d, which is no integer or float that is known", bits, format)
	}
	p.Bits = int(bits)
	// Of signed numbers and floats nobody has said what white is zero means.
	p.inverted = p.inverted && p.Type <= dtype.Uint64
	return nil
}

// setTiles finds how the pixels are cut.
func (p *Page) setTiles() error {
	var err error
	if p.tiled = p.tags.has(tagTileWidth) || p.tags.has(tagTileOffsets); p.tiled {
		if p.tileWidth, err = p.tags.int(tagTileWidth, 0); err != nil {
			return err
		}
		if p.tileHeight, err = p.tags.int(tagTileHeight, 0); err != nil {
			return err
		}
	} else {
		p.tileWidth = int64(p.Width)
		if p.tileHeight, err = p.tags.int(tagRowsPerStrip, math.MaxUint32); err != nil {
			return err
		}
		p.tileHeight = min(p.tileHeight, int64(p.Height))
	}
	if p.tileWidth < 1 || p.tileHeight < 1 || p.tileWidth > math.MaxInt32 || p.tileHeight > math.MaxInt32 {
		return fmt.Errorf("has tiles or strips of %d×%d pixels", p.tileWidth, p.tileHeight)
	}
	// A tile may hang over the edge, but one far larger than the page is there only
	// to make its reader take memory.
	const enough = 64 << 20
	if bytes := float64(p.rowBytes()) * float64(p.tileHeight); bytes > enough &&
		bytes > 8*float64(p.Width)*float64(p.Height)*float64(p.Samples)*float64(p.Type.Size()) {
		return fmt.Errorf("has tiles of %d×%d pixels, and only %d×%d pixels in all", p.tileWidth, p.tileHeight, p.Width, p.Height)
	}
	return nil
}

// interleaved is the number of samples of a pixel that stand together.
func (p *Page) interleaved() int {
	if p.planar {
		return 1
	}
	return p.Samples
}

// rowBytes is the number of bytes of one row of a tile. Rows start at whole bytes.
func (p *Page) rowBytes() int64 {
	return (p.tileWidth*int64(p.interleaved())*int64(p.Bits) + 7) / 8
}

// grid returns the number of tiles across, down and in planes.
func (p *Page) grid() (across, down, planes int64) {
	across = (int64(p.Width) + p.tileWidth - 1) / p.tileWidth
	down = (int64(p.Height) + p.tileHeight - 1) / p.tileHeight
	planes = 1
	if p.planar {
		planes = int64(p.Samples)
	}
	return across, down, planes
}
