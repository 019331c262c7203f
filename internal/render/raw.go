package render

import (
	"image"
	"math"

	"github.com/weightmap/weightmap/grid"
)

// Raw8 returns a {H, W} map as plain gray: lo is black, hi is 255, and between
// them v is round(255·(v−lo)/(hi−lo)), halves to even. Values beyond the range,
// the infinite ones too, have its end; NaN is black,
// and so is everything where there is no range.
func Raw8(m *grid.Map, lo, hi float64) *image.Gray {
	img := image.NewGray(image.Rect(0, 0, m.Shape[1], m.Shape[0]))
	for i, v := range m.Data {
		img.Pix[i] = uint8(gray(float64(v), lo, hi, 255))
	}
	return img
}

// Raw16 is [Raw8] with 65535 for white.
func Raw16(m *grid.Map, lo, hi float64) *image.Gray16 {
	img := image.NewGray16(image.Rect(0, 0, m.Shape[1], m.Shape[0]))
	for i, v := range m.Data {
		g := uint16(gray(float64(v), lo, hi, 65535))
		img.Pix[2*i], img.Pix[2*i+1] = uint8(g>>8), uint8(g)
	}
	return img
}

func gray(v, lo, hi, white float64) float64 {
	switch {
	case hi <= lo:
		return 0
	case v >= hi:
		return white
	case v > lo: // not if v is NaN
		return math.RoundToEven(white * (v - lo) / (hi - lo))
	}
	return 0
}
