package render

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"io"
	"os"
	"slices"

	// The formats of images, besides NPY.
	_ "image/gif"
	_ "image/jpeg"
	_ "image/png"

	_ "golang.org/x/image/bmp"
	_ "golang.org/x/image/tiff"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/npy"
)

// ReadPhoto reads the image that a map belongs to, which must have the map's shape:
// PNG, JPEG, GIF, BMP or TIFF for an {H, W} map, and NPY also for a stack, of which
// it returns the slice asked for. Gray images are stretched so that one pixel in
// 500 is white, the darkest black; the whole of a stack alike. Errors name the path.
func ReadPhoto(path string, shape []int, slice int) (image.Image, error) {
	img, err := readPhoto(path, shape, slice)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return img, nil
}

func readPhoto(path string, shape []int, slice int) (image.Image, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, unwrapPath(err)
	}
	defer f.Close()
	head := make([]byte, 6)
	if _, err := io.ReadFull(f, head); err != nil {
		return nil, fmt.Errorf("this is no image: it has less than %d bytes", len(head))
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, unwrapPath(err)
	}
	if bytes.HasPrefix(head, []byte("\x93NUMPY")) {
		return readArray(f, shape, slice)
	}
	config, _, err := image.DecodeConfig(f)
	if err != nil {
		return nil, err
	}
	if len(shape) != 2 || config.Height != shape[0] || config.Width != shape[1] {
		return nil, fmt.Errorf("the image has shape %v, and the map %v", []int{config.Height, config.Width}, shape)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, unwrapPath(err)
	}
	img, _, err := image.Decode(f)
	if err != nil {
		return nil, err
	}
	if m, ok := gray16(img); ok {
		return stretch(m).Paint(m), nil
	}
	return img, nil
}

// unwrapPath takes the path out of an error that will get it in front.
func unwrapPath(err error) error {
	if e, ok := err.(*os.PathError); ok {
		return e.Err
	}
	return err
}

func readArray(f *os.File, shape []int, slice int) (image.Image, error) {
	h, err := npy.ReadHeader(f)
	if err != nil {
		return nil, err
	}
	if !slices.Equal(h.Shape, shape) {
		return nil, fmt.Errorf("the image has shape %v, and the map %v", h.Shape, shape)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, unwrapPath(err)
	}
	v, err := npy.ReadData[float64](f, h, npy.Limits{Bytes: info.Size()})
	if err != nil {
		return nil, err
	}
	m := grid.New[float32](v.Shape...)
	for i, x := range v.Data {
		m.Data[i] = float32(x)
	}
	s := stretch(m)
	if len(shape) == 3 {
		m = m.Sub(slice)
	}
	return s.Paint(m), nil
}

// gray16 returns the gray levels of an image, if that is all it has.
func gray16(img image.Image) (*grid.Map, bool) {
	b := img.Bounds()
	m := grid.New[float32](b.Dy(), b.Dx())
	for y := range b.Dy() {
		for x := range b.Dx() {
			c := color.NRGBA64Model.Convert(img.At(b.Min.X+x, b.Min.Y+y)).(color.NRGBA64)
			if c.R != c.G || c.G != c.B {
				return nil, false
			}
			m.Data[y*b.Dx()+x] = float32(c.R)
		}
	}
	return m, true
}

// stretch returns a gray scale over nearly all values.
func stretch(m *grid.Map) *Scale {
	finite := slices.DeleteFunc(slices.Clone(m.Data), func(v float32) bool { return v-v != 0 })
	s := &Scale{Colors: Gray()}
	if len(finite) > 0 {
		slices.Sort(finite)
		s.Lo, s.Hi = float64(finite[0]), float64(finite[(len(finite)-1)*499/500])
	}
	return s
}
