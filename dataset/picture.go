package dataset

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"slices"

	"golang.org/x/image/bmp"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/dtype"
	"github.com/weightmap/weightmap/internal/npy"
	"github.com/weightmap/weightmap/internal/tiff"
)

// picture is an image that a network sees, as its file has it: one of the grids is
// not nil. Its shape is that of the mask, with an axis of 2 to 4 channels at the end
// where there are several.
type picture struct {
	bytes  *grid.Grid[uint8]
	words  *grid.Grid[uint16]
	floats *grid.Map
}

func (p *picture) shape() []int {
	switch {
	case p.bytes != nil:
		return p.bytes.Shape
	case p.words != nil:
		return p.words.Shape
	default:
		return p.floats.Shape
	}
}

// write writes the image as NPY.
func (p *picture) write(w io.Writer) error {
	switch {
	case p.bytes != nil:
		return npy.Write(w, p.bytes)
	case p.words != nil:
		return npy.Write(w, p.words)
	default:
		return npy.Write(w, p.floats)
	}
}

// pictureFormats are those of images that the standard library knows.
var pictureFormats = []struct {
	matches func([]byte) bool
	config  func(io.Reader) (image.Config, error)
	decode  func(io.Reader) (image.Image, error)
}{
	{magic("\x89PNG\r\n\x1a\n"), png.DecodeConfig, png.Decode},
	{magic("\xff\xd8\xff"), jpeg.DecodeConfig, jpeg.Decode},
	{magic("GIF87a", "GIF89a"), gif.DecodeConfig, gif.Decode},
	{magic("BM"), bmp.DecodeConfig, bmp.Decode},
}

// readPicture reads the image at path, which must be that of a mask of the shape. It
// returns the bytes of its file, too. Errors name the path.
func readPicture(path string, shape []int) (*picture, []byte, error) {
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	p, err := decodePicture(file, shape)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := checkFits(p.shape(), shape); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return p, file, nil
}

// maxChannels are red, green, blue and alpha.
const maxChannels = 4

// checkFits is an error unless an image of shape got is one of a mask of that shape:
// with channels at the end, or without.
func checkFits(got, mask []int) error {
	n := len(mask)
	channels := len(got) == n+1 && slices.Equal(got[:n], mask)
	switch {
	case slices.Equal(got, mask) || channels && got[n] >= 2 && got[n] <= maxChannels:
		return nil
	case channels && got[n] > maxChannels:
		return fmt.Errorf("the image has %d channels, of which at most %d are taken", got[n], maxChannels)
	}
	return fmt.Errorf("the image has shape %v, and its mask %v", got, mask)
}

func decodePicture(file []byte, shape []int) (*picture, error) {
	switch {
	case magic(npyMagic)(file):
		return numbersPicture(file, shape)
	case tiff.Magic(file):
		return tiffPicture(file)
	}
	for _, f := range pictureFormats {
		if !f.matches(file) {
			continue
		}
		c, err := f.config(bytes.NewReader(file))
		if err != nil {
			return nil, err
		}
		// Memory for pixels is taken only where it is known how many there are.
		if err := checkFits([]int{c.Height, c.Width}, shape); err != nil {
			return nil, err
		}
		img, err := f.decode(bytes.NewReader(file))
		if err != nil {
			return nil, err
		}
		return colours(img), nil
	}
	return nil, errors.New("its content is of no known format: images are read from PNG, TIFF, NPY, JPEG, GIF and BMP files")
}

func numbersPicture(file []byte, shape []int) (*picture, error) {
	r := bytes.NewReader(file)
	h, err := npy.ReadHeader(r)
	if err != nil {
		return nil, err
	}
	if err := checkFits(h.Shape, shape); err != nil {
		return nil, err
	}
	l := npy.Limits{Bytes: int64(len(file))}
	p := &picture{}
	switch h.Dtype {
	case dtype.Bool, dtype.Uint8:
		p.bytes, err = npy.ReadData[uint8](r, h, l)
	case dtype.Uint16:
		p.words, err = npy.ReadData[uint16](r, h, l)
	case dtype.Float16, dtype.Float32:
		p.floats, err = npy.ReadData[float32](r, h, l)
	case dtype.Float64:
		var wide *grid.Grid[float64]
		if wide, err = npy.ReadData[float64](r, h, l); err == nil {
			p.floats = grid.New[float32](wide.Shape...)
			for i, v := range wide.Data {
				p.floats.Data[i] = float32(v)
			}
		}
	default:
		return nil, fmt.Errorf("the image is of %v, and must be of uint8, uint16 or floats", h.Dtype)
	}
	if err != nil {
		return nil, err
	}
	return p, nil
}

func tiffPicture(file []byte) (*picture, error) {
	t, err := tiff.Open(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, err
	}
	first := t.Pages[0]
	for _, q := range t.Pages[1:] {
		if q.Width != first.Width || q.Height != first.Height || q.Samples != first.Samples || q.Type != first.Type {
			return nil, errors.New("its pages differ in size or type, and make no stack")
		}
	}
	p := &picture{}
	switch first.Type {
	case dtype.Bool, dtype.Uint8:
		p.bytes, err = tiffPages[uint8](t)
	case dtype.Uint16:
		p.words, err = tiffPages[uint16](t)
	case dtype.Float32:
		p.floats, err = tiffPages[float32](t)
	default:
		return nil, fmt.Errorf("the image is of %v, and must be of uint8, uint16 or float32", first.Type)
	}
	if err != nil {
		return nil, err
	}
	return p, nil
}

// tiffPages reads all pages, without the axes that have length 1 for want of more.
func tiffPages[T grid.Element](t *tiff.File) (*grid.Grid[T], error) {
	g, err := tiff.Read[T](t, t.Pages)
	if err != nil {
		return nil, err
	}
	if n := len(g.Shape); g.Shape[n-1] == 1 {
		g.Shape = g.Shape[:n-1]
	}
	if g.Shape[0] == 1 {
		g.Shape = g.Shape[1:]
	}
	return g, nil
}

// colours takes the samples of an image: gray, red, green and blue, or these with
// alpha, of 8 or 16 bits as the file has them.
func colours(img image.Image) *picture {
	b := img.Bounds()
	h, w := b.Dy(), b.Dx()
	switch m := img.(type) {
	case *image.Gray:
		return &picture{bytes: grid.FromGray(m)}
	case *image.Gray16:
		g := grid.New[uint16](h, w)
		for y := range h {
			for x := range w {
				g.Data[y*w+x] = m.Gray16At(b.Min.X+x, b.Min.Y+y).Y
			}
		}
		return &picture{words: g}
	}
	channels := 3
	if o, ok := img.(interface{ Opaque() bool }); !ok || !o.Opaque() {
		channels = 4
	} else if _, ok := img.(*image.NRGBA); ok {
		channels = 4 // the file has alpha, if all of it is opaque
	} else if _, ok := img.(*image.NRGBA64); ok {
		channels = 4
	}
	switch img.(type) {
	case *image.RGBA64, *image.NRGBA64:
		g := grid.New[uint16](h, w, channels)
		for i := range h * w {
			c := color.NRGBA64Model.Convert(img.At(b.Min.X+i%w, b.Min.Y+i/w)).(color.NRGBA64)
			copy(g.Data[i*channels:(i+1)*channels], []uint16{c.R, c.G, c.B, c.A})
		}
		return &picture{words: g}
	}
	g := grid.New[uint8](h, w, channels)
	for i := range h * w {
		c := color.NRGBAModel.Convert(img.At(b.Min.X+i%w, b.Min.Y+i/w)).(color.NRGBA)
		copy(g.Data[i*channels:(i+1)*channels], []uint8{c.R, c.G, c.B, c.A})
	}
	return &picture{bytes: g}
}

// gray returns the brightness of each pixel of a mask of n pixels, as float32: bytes
// divided by 255 and words by 65535, so that it is in [0, 1]; floats as they are. Of
// colours it is 0.299 R + 0.587 G + 0.114 B (Rec. ITU-R BT.601), as most programs
// have it, whatever their alpha.
func (p *picture) gray(n int) (*grid.Map, error) {
	switch {
	case p.bytes != nil:
		return luminance(p.bytes, n, 255)
	case p.words != nil:
		return luminance(p.words, n, 65535)
	}
	for i, v := range p.floats.Data {
		if v-v != 0 {
			return nil, fmt.Errorf("the image has the value %v at index %d", v, i)
		}
	}
	return luminance(p.floats, n, 1)
}

func luminance[T uint8 | uint16 | float32](g *grid.Grid[T], n int, white float32) (*grid.Map, error) {
	channels := len(g.Data) / max(n, 1)
	out := &grid.Map{Data: make([]float32, n)}
	switch channels {
	case 1:
		for i, v := range g.Data {
			out.Data[i] = float32(v) / white
		}
	case 3, 4:
		for i := range n {
			r, g, b := float32(g.Data[i*channels]), float32(g.Data[i*channels+1]), float32(g.Data[i*channels+2])
			out.Data[i] = float32(0.299*r) + float32(0.587*g) + float32(0.114*b)
			out.Data[i] /= white
		}
	default:
		return nil, fmt.Errorf("an image of shape %v has %d channels, which are neither gray nor colours", g.Shape, channels)
	}
	out.Shape = slices.Clone(g.Shape)
	if channels > 1 {
		out.Shape = out.Shape[:len(out.Shape)-1]
	}
	return out, nil
}
