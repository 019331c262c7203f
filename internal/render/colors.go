package render

import (
	"image"
	"image/color"
	"math"

	"github.com/mazznoer/colorgrad"

	"github.com/weightmap/weightmap/grid"
)

// Colors is a perceptual colour map: equal steps of value look like equal steps of
// lightness, also in gray and to the colour-blind.
type Colors struct{ table [1024]color.RGBA }

// Inferno runs from black over red to pale yellow: weights, where the few high ones matter.
func Inferno() *Colors { return tabulate(colorgrad.Inferno()) }

// Viridis runs from violet over green to yellow: distances.
func Viridis() *Colors { return tabulate(colorgrad.Viridis()) }

// Gray runs from black to white: images.
func Gray() *Colors {
	c := &Colors{}
	for i := range c.table {
		v := uint8((i*255 + 511) / 1023)
		c.table[i] = color.RGBA{v, v, v, 255}
	}
	return c
}

// ColorNames are the colour maps that [ColorsByName] knows.
var ColorNames = []string{"inferno", "magma", "plasma", "viridis", "cividis", "gray"}

// ColorsByName returns the colour map of that name, or nil.
func ColorsByName(name string) *Colors {
	switch name {
	case "inferno":
		return Inferno()
	case "magma":
		return tabulate(colorgrad.Magma())
	case "plasma":
		return tabulate(colorgrad.Plasma())
	case "viridis":
		return Viridis()
	case "cividis":
		return tabulate(colorgrad.Cividis())
	case "gray":
		return Gray()
	}
	return nil
}

func tabulate(g colorgrad.Gradient) *Colors {
	c := &Colors{}
	for i := range c.table {
		r, green, b, _ := g.At(float64(i) / float64(len(c.table)-1)).RGBA255()
		c.table[i] = color.RGBA{r, green, b, 255}
	}
	return c
}

// at returns the colour of t in [0, 1].
func (c *Colors) at(t float64) color.RGBA {
	return c.table[int(math.Round(min(max(t, 0), 1)*float64(len(c.table)-1)))]
}

// The colours of what is not finite, which no colour map here has.
var (
	infinite  = color.RGBA{150, 158, 166, 255}
	undefined = color.RGBA{0, 200, 200, 255}
)

// Scale says which colour a value has.
type Scale struct {
	Lo, Hi float64 // the range, whose ends colour what is beyond; NaN if there is nothing finite
	Colors *Colors
	Label  string // quantity and unit

	// What the scale has to explain, set by Paint.
	below, above, inf, nan bool
}

// Include widens the range to what a summary says, unless that is nothing.
func (s *Scale) Include(sum Summary) {
	if math.IsNaN(s.Lo) || sum.Min < s.Lo {
		s.Lo = sum.Min
	}
	if math.IsNaN(s.Hi) || sum.Max > s.Hi {
		s.Hi = sum.Max
	}
}

// Paint returns the picture of a {H, W} map.
func (s *Scale) Paint(m *grid.Map) *image.RGBA {
	h, w := m.Shape[0], m.Shape[1]
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	span := s.Hi - s.Lo
	for i, v := range m.Data {
		f := float64(v)
		c := infinite
		switch {
		case math.IsNaN(f):
			c, s.nan = undefined, true
		case math.IsInf(f, 0):
			s.inf = true
		case span > 0:
			s.below = s.below || f < s.Lo
			s.above = s.above || f > s.Hi
			c = s.Colors.at((f - s.Lo) / span)
		default: // one value is all there is
			c = s.Colors.at(0)
		}
		img.Pix[4*i], img.Pix[4*i+1], img.Pix[4*i+2], img.Pix[4*i+3] = c.R, c.G, c.B, 255
	}
	return img
}
