package dataset

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"

	"github.com/weightmap/weightmap/grid"
)

// Colour types of the PNG specification, table 11.1.
const (
	pngGray        = 0
	pngColour      = 2
	pngPalette     = 3
	pngGrayAlpha   = 4
	pngColourAlpha = 6
)

func readPNG(f *file, o ReadOptions) (*Image, error) {
	var head [33]byte // signature and IHDR
	if _, err := io.ReadFull(f, head[:]); err != nil || string(head[12:16]) != "IHDR" {
		return nil, errors.New("png: the file ends within its header, or has none")
	}
	width, height := binary.BigEndian.Uint32(head[16:]), binary.BigEndian.Uint32(head[20:])
	depth, colour := head[24], head[25]
	if width > 1<<31-1 || height > 1<<31-1 {
		return nil, fmt.Errorf("png: a size of %d×%d is not allowed", width, height)
	}
	if err := checkPixels(o, int(height), int(width)); err != nil {
		return nil, err
	}
	// Deflate makes at most 1032 bytes of one (the zlib documentation on its
	// maximum compression factor), so a small file cannot hold a large image.
	channels := map[byte]uint64{pngGray: 1, pngColour: 3, pngPalette: 1, pngGrayAlpha: 2, pngColourAlpha: 4}[colour]
	if raw := (uint64(width)*channels*uint64(depth) + 7) / 8 * uint64(height); raw/1032 > uint64(f.size) {
		return nil, fmt.Errorf("png: declares %d×%d pixels, which %d bytes cannot hold", width, height, f.size)
	}
	// What the decoder makes is an image of its own, of whole bytes, and of four channels
	// where there is colour; where lines are interlaced, there is half of it once more.
	beside := max(1, int(depth)/8)
	if transparent := channels == 1 && colour != pngPalette; channels > 1 || transparent {
		beside *= 4
	}
	if interlaced := head[28] != 0; interlaced {
		beside += (beside + 1) / 2
	}
	if err := o.declare(declared{shape: []int{int(height), int(width)}, beside: beside}); err != nil {
		return nil, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	img, err := png.Decode(bufio.NewReaderSize(f, 1<<16))
	if err != nil {
		return nil, err
	}
	switch {
	case colour == pngGray && depth == 1:
		im, err := fromGray(img)
		if err == nil {
			im.Dtype = "bool"
			for i, v := range im.Values.Data {
				im.Values.Data[i] = v & 1 // the decoder makes 255 of 1
			}
		}
		return im, err
	case colour == pngGray:
		return fromGray(img)
	case colour == pngPalette:
		return fromPalette(img)
	case colour == pngColour:
		// A single transparent colour (tRNS) says nothing about the numbers.
		return fromColour(img, o.Channel, 3, true)
	default:
		channel := o.Channel
		if colour == pngGrayAlpha && channel == "2" {
			channel = "alpha"
		}
		return fromColour(img, channel, 4, false)
	}
}

// fromGray takes the gray values of an image that has no other, whatever type the
// decoder made of it.
func fromGray(img image.Image) (*Image, error) {
	size := img.Bounds().Size()
	im := &Image{Values: grid.New[int32](size.Y, size.X), Dtype: "uint8"}
	out := im.Values.Data
	for y := range size.Y {
		row := out[y*size.X : (y+1)*size.X]
		switch p := img.(type) {
		case *image.Gray:
			for x, v := range p.Pix[y*p.Stride:][:size.X] {
				row[x] = int32(v)
			}
		case *image.Gray16:
			im.Dtype = "uint16"
			widen(row, p.Pix[y*p.Stride:][:2*size.X])
		case *image.NRGBA: // gray with a transparent value
			for x := range row {
				row[x] = int32(p.Pix[y*p.Stride+4*x])
			}
		case *image.NRGBA64:
			im.Dtype = "uint16"
			for x := range row {
				row[x] = int32(binary.BigEndian.Uint16(p.Pix[y*p.Stride+8*x:]))
			}
		default:
			return nil, fmt.Errorf("an image of type %T is not gray", img)
		}
	}
	return im, nil
}

// widen makes values of big-endian numbers of 16 bits, four at a time.
func widen(row []int32, pix []byte) {
	for len(row) >= 4 && len(pix) >= 8 {
		four := binary.BigEndian.Uint64(pix)
		row[0], row[1] = int32(four>>48), int32(four>>32&0xffff)
		row[2], row[3] = int32(four>>16&0xffff), int32(four&0xffff)
		row, pix = row[4:], pix[8:]
	}
	for x := range row {
		row[x] = int32(binary.BigEndian.Uint16(pix[2*x:]))
	}
}

// fromPalette takes the indices into the palette: they, not the colours, are the ids.
func fromPalette(img image.Image) (*Image, error) {
	p, ok := img.(*image.Paletted)
	if !ok {
		return nil, fmt.Errorf("an image of type %T has no palette", img)
	}
	im := &Image{Values: grid.New[int32](p.Rect.Dy(), p.Rect.Dx()), Dtype: "uint8"}
	for y := range p.Rect.Dy() {
		for x, v := range p.Pix[y*p.Stride:][:p.Rect.Dx()] {
			im.Values.Data[y*p.Rect.Dx()+x] = int32(v)
		}
	}
	im.Warning = disordered(p.Palette, im.Values)
	return im, nil
}

// disordered is a warning if the colours in use are grays, and some brighter one has a
// lower index than another: programs that reduce a gray image to few colours sort them
// as they like, so that black may be 1 and white 0. It is "" if any has a colour, as
// those of data sets with palettes have.
func disordered(colours color.Palette, indices *grid.Labels) string {
	if colours == nil {
		return ""
	}
	var used [256]bool
	for _, v := range indices.Data {
		used[v&0xff] = true
	}
	last, gray := -1, -1
	wrong := ""
	for i, c := range colours {
		if i >= len(used) || !used[i] {
			continue
		}
		r, g, b, _ := c.RGBA()
		if r != g || r != b {
			return ""
		}
		if now := int(r >> 8); now >= gray {
			last, gray = i, now
		} else if wrong == "" {
			wrong = fmt.Sprintf("its palette is of grays out of order (%d is gray %d, and %d is gray %d), and the numbers read are the indices; "+
				"if the grays are meant, save it without a palette, as in Python: Image.open('x.png').convert('L').save('mask.png')", last, gray, i, now)
		}
	}
	return wrong
}
