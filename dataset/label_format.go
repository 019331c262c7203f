package dataset

import (
	"encoding/binary"
	"fmt"
	"image"
	"image/png"
	"io"
	"math"
	"path/filepath"
	"strings"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/dtype"
	"github.com/weightmap/weightmap/internal/npy"
	"github.com/weightmap/weightmap/internal/tiff"
)

// LabelFormat is a kind of file that label images are written as.
type LabelFormat int

const (
	LabelPNG  LabelFormat = iota // 16-bit gray: one image, ids from 0 to 65535
	LabelTIFF                    // gray of 8, 16 or 32 bits, deflate, a page for each slice of a stack
	LabelNPY                     // any integers
)

var labelFormats = []string{"png", "tiff", "npy"}

func (f LabelFormat) String() string { return labelFormats[f] }

// Extension is the one that names of such files end in.
func (f LabelFormat) Extension() string { return [...]string{".png", ".tif", ".npy"}[f] }

// ParseLabelFormat reads what String returns, or tif.
func ParseLabelFormat(s string) (LabelFormat, error) {
	if s == "tif" {
		return LabelTIFF, nil
	}
	return parseName[LabelFormat](s, labelFormats)
}

// LabelFormatOf tells from the extension of a file's name what it is to be written as.
func LabelFormatOf(name string) (f LabelFormat, ok bool) {
	f, err := ParseLabelFormat(strings.TrimPrefix(strings.ToLower(filepath.Ext(name)), "."))
	return f, err == nil
}

// labelTypes are the types that a format takes the numbers of an image as: its own if
// it is among them, or the first that holds them all. They do not change from image
// to image more than they have to.
var labelTypes = [...][]dtype.Type{
	LabelPNG:  {dtype.Uint16},
	LabelTIFF: {dtype.Uint16, dtype.Int32, dtype.Uint32, dtype.Uint8, dtype.Int8, dtype.Int16},
	LabelNPY:  {dtype.Uint16, dtype.Int32, dtype.Uint32, dtype.Int64, dtype.Uint64, dtype.Uint8, dtype.Int8, dtype.Int16},
}

// Write writes the file's own numbers, and returns the type they were written as, by
// NumPy's name. It is an error, before anything is written, if the format cannot hold them.
func (im *Image) Write(w io.Writer, f LabelFormat) (string, error) {
	t, err := im.labelType(f)
	if err != nil {
		return "", err
	}
	switch t {
	case dtype.Uint8:
		err = writeNumbers[uint8](w, im, f)
	case dtype.Int8:
		err = writeNumbers[int8](w, im, f)
	case dtype.Uint16:
		err = writeNumbers[uint16](w, im, f)
	case dtype.Int16:
		err = writeNumbers[int16](w, im, f)
	case dtype.Uint32:
		err = writeNumbers[uint32](w, im, f)
	case dtype.Int32:
		err = writeNumbers[int32](w, im, f)
	case dtype.Uint64:
		err = npy.Write(w, numbersAs[uint64](im))
	default:
		err = npy.Write(w, numbersAs[int64](im))
	}
	return t.String(), err
}

// labelType chooses the type, or says why there is none and what there is instead.
func (im *Image) labelType(f LabelFormat) (dtype.Type, error) {
	if s := im.Values.Shape; f == LabelPNG && len(s) == 3 && s[0] > 1 {
		return 0, fmt.Errorf("a stack of %d slices is more than a PNG holds: write TIFF or NPY", s[0])
	}
	own := im.Dtype
	if own == dtype.Bool.String() {
		own = dtype.Uint8.String()
	}
	lo, hi := im.extent()
	for _, t := range labelTypes[f] {
		if t.String() == own && holds(t, lo, hi) {
			return t, nil
		}
	}
	for _, t := range labelTypes[f] {
		if holds(t, lo, hi) {
			return t, nil
		}
	}
	if f != LabelPNG {
		return 0, fmt.Errorf("the numbers %d to %d are more than 32 bits hold, and TIFF is written with no more: write NPY", lo, hi)
	}
	if lo < 0 {
		return 0, fmt.Errorf("the number %d is below 0, and a PNG holds none such: write TIFF or NPY", lo)
	}
	return 0, fmt.Errorf("the id %d is above 65535, the largest that a PNG holds: write TIFF or NPY", hi)
}

// extent returns the smallest of the file's own numbers and 0, and the largest of them and 0.
func (im *Image) extent() (lo int64, hi uint64) {
	if im.Original == nil {
		for _, v := range im.Values.Data {
			lo = min(lo, int64(v))
			hi = max(hi, uint64(max(v, 0)))
		}
		return lo, hi
	}
	for _, v := range im.Original {
		if im.Dtype == dtype.Uint64.String() || v > 0 {
			hi = max(hi, uint64(v))
		} else {
			lo = min(lo, v)
		}
	}
	return lo, hi
}

// holds reports whether an integer type has all numbers from lo, at most 0, to hi.
func holds(t dtype.Type, lo int64, hi uint64) bool {
	bits := 8 * t.Size()
	if t <= dtype.Uint64 {
		return lo == 0 && hi <= math.MaxUint64>>(64-bits)
	}
	return lo >= math.MinInt64>>(64-bits) && hi <= math.MaxInt64>>(64-bits)
}

// numbersAs gives the file's own numbers, which T must hold.
func numbersAs[T grid.Element](im *Image) *grid.Grid[T] {
	out := grid.New[T](im.Values.Shape...)
	for i, v := range im.Values.Data {
		switch {
		case im.Original == nil:
			out.Data[i] = T(v)
		case v != 0:
			out.Data[i] = T(im.Original[v-1])
		}
	}
	return out
}

func writeNumbers[T uint8 | uint16 | uint32 | int8 | int16 | int32](w io.Writer, im *Image, f LabelFormat) error {
	g := numbersAs[T](im)
	switch f {
	case LabelPNG:
		return writeGray16(w, g)
	case LabelTIFF:
		return tiff.Write(w, g)
	default:
		return npy.Write(w, g)
	}
}

func writeGray16[T grid.Element](w io.Writer, g *grid.Grid[T]) error {
	n := len(g.Shape)
	img := image.NewGray16(image.Rect(0, 0, g.Shape[n-1], g.Shape[n-2]))
	for i, v := range g.Data {
		binary.BigEndian.PutUint16(img.Pix[2*i:], uint16(v))
	}
	return png.Encode(w, img)
}
