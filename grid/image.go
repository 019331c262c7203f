package grid

import (
	"fmt"
	"image"
)

// Gray returns an image that shares m's pixels: what is drawn on one shows in the
// other. The shape must be {H, W}.
func Gray(m *Mask) *image.Gray {
	if len(m.Shape) != 2 {
		panic(fmt.Sprintf("grid: shape %v is no {H, W} image", m.Shape))
	}
	h, w := m.Shape[0], m.Shape[1]
	return &image.Gray{Pix: m.Data, Stride: w, Rect: image.Rect(0, 0, w, h)}
}

// FromGray returns img as an {H, W} mask. It shares img's pixels if their rows are
// contiguous and copies them if there are gaps, as in a sub-image.
func FromGray(img *image.Gray) *Mask {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	if w == 0 || h == 0 {
		return New[uint8](h, w)
	}
	if img.Stride == w {
		return From(img.Pix[:h*w:h*w], h, w)
	}
	m := New[uint8](h, w)
	for y := range h {
		copy(m.Data[y*w:(y+1)*w], img.Pix[y*img.Stride:])
	}
	return m
}
