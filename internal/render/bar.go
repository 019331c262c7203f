package render

import (
	"image"
	"image/color"
	"image/draw"
	"math"
)

// fill fills a rectangle.
func fill(dst draw.Image, r image.Rectangle, c color.Color) {
	draw.Draw(dst, r, image.NewUniform(c), image.Point{}, draw.Src)
}

// frame draws a line around a rectangle, inside it.
func frame(dst draw.Image, r image.Rectangle, c color.Color) {
	fill(dst, image.Rect(r.Min.X, r.Min.Y, r.Max.X, r.Min.Y+1), c)
	fill(dst, image.Rect(r.Min.X, r.Max.Y-1, r.Max.X, r.Max.Y), c)
	fill(dst, image.Rect(r.Min.X, r.Min.Y, r.Min.X+1, r.Max.Y), c)
	fill(dst, image.Rect(r.Max.X-1, r.Min.Y, r.Max.X, r.Max.Y), c)
}

// ruler is what the ticks of a bar have to keep to.
type ruler struct {
	length int                    // of the bar, in pixels
	gap    int                    // between two labels at least
	size   func(label string) int // of a label, along the bar
	inside bool                   // labels stay between the bar's ends
}

// span returns where along the bar the label of a tick is.
func (r ruler) span(s *Scale, t tick) (from, to int) {
	size := r.size(t.label)
	from = s.place(t.at, r.length) - size/2
	if r.inside {
		from = max(min(from, r.length-size), 0)
	}
	return from, from + size
}

// marks returns the ticks of a bar: as many as can stand without crowding. Where
// values lie beyond the range, its end says so.
func (s *Scale) marks(r ruler) []tick {
	if math.IsNaN(s.Lo) {
		return nil
	}
	if s.Hi <= s.Lo {
		return []tick{{s.Lo, figures(s.Lo)}}
	}
	for most := 9; most > 1; most-- {
		if all := s.ends(ticks(s.Lo, s.Hi, most), r); s.fits(all, r) {
			return all
		}
	}
	return s.ends(nil, r)
}

func (s *Scale) fits(all []tick, r ruler) bool {
	for i := 1; i < len(all); i++ {
		_, end := r.span(s, all[i-1])
		if start, _ := r.span(s, all[i]); start-end < r.gap {
			return false
		}
	}
	return true
}

// ends adds ticks at the ends of the range beyond which there are values, and
// takes out what is in their way.
func (s *Scale) ends(all []tick, r ruler) []tick {
	if s.above {
		last := tick{s.Hi, "≥ " + figures(s.Hi)}
		for len(all) > 0 && !s.fits([]tick{all[len(all)-1], last}, r) {
			all = all[:len(all)-1]
		}
		all = append(all, last)
	}
	if s.below {
		first := tick{s.Lo, "≤ " + figures(s.Lo)}
		for len(all) > 0 && !s.fits([]tick{first, all[0]}, r) {
			all = all[1:]
		}
		all = append([]tick{first}, all...)
	}
	return all
}

// place returns how far along a bar of so many pixels a value is.
func (s *Scale) place(v float64, length int) int {
	if s.Hi <= s.Lo {
		return length / 2
	}
	return int((v-s.Lo)/(s.Hi-s.Lo)*float64(length-1) + 0.5)
}

// color returns the colour at a place on a bar of so many pixels.
func (s *Scale) color(at, length int) color.RGBA {
	if math.IsNaN(s.Lo) {
		return paper
	}
	if s.Hi <= s.Lo {
		return s.Colors.at(0)
	}
	return s.Colors.at((float64(at) + 0.5) / float64(length))
}

// strange lists what the scale has seen that is not finite.
func (s *Scale) strange() (c []color.RGBA, name []string) {
	if s.inf {
		c, name = append(c, infinite), append(name, "∞")
	}
	if s.nan {
		c, name = append(c, undefined), append(name, "NaN")
	}
	return c, name
}

// upright draws the bar with its upper left corner at p and returns its width,
// all text included. It draws nothing if dst is nil.
func (s *Scale) upright(dst draw.Image, p image.Point, height int, f fonts) (width int) {
	em := f.em
	colors, names := s.strange()
	thick := max(8, em*9/10)
	length := height - len(colors)*(thick+em/2)
	bar := image.Rect(p.X, p.Y, p.X+thick, p.Y+length)
	textX := bar.Max.X + em/3 + em/4
	widest := 0
	label := func(y int, s string) {
		widest = max(widest, f.small.width(s))
		if dst != nil {
			f.small.draw(dst, image.Pt(textX, y+f.small.digit/2-f.small.ascent), s, ink)
		}
	}
	if dst != nil {
		for i := range length {
			fill(dst, image.Rect(bar.Min.X, bar.Max.Y-1-i, bar.Max.X, bar.Max.Y-i), s.color(i, length))
		}
		frame(dst, bar, ink)
	}
	lines := ruler{length: length, gap: f.small.height, size: func(string) int { return f.small.height }}
	for _, m := range s.marks(lines) {
		y := bar.Max.Y - 1 - s.place(m.at, length)
		if dst != nil {
			fill(dst, image.Rect(bar.Max.X, y, bar.Max.X+em/3, y+1), ink)
		}
		label(y, m.label)
	}
	for i, c := range colors {
		y := bar.Max.Y + em/2 + i*(thick+em/2)
		if dst != nil {
			box := image.Rect(bar.Min.X, y, bar.Max.X, y+thick)
			fill(dst, box, c)
			frame(dst, box, ink)
		}
		label(y+thick/2, names[i])
	}
	labelX := textX + widest + em/3
	if s.Label == "" {
		return textX + widest - p.X
	}
	if dst != nil {
		f.body.drawUp(dst, image.Pt(labelX, bar.Min.Y+(length+f.body.width(s.Label))/2), s.Label, ink)
	}
	return labelX + f.body.height - p.X
}

// flat draws the bar lying, with its upper left corner at p, and returns its
// height, all text included. It draws nothing if dst is nil.
func (s *Scale) flat(dst draw.Image, p image.Point, width int, f fonts) (height int) {
	em := f.em
	colors, names := s.strange()
	thick := max(6, em*7/10)
	length := width
	for _, name := range names {
		length -= thick + em + f.small.width(name)
	}
	bar := image.Rect(p.X, p.Y, p.X+length, p.Y+thick)
	textY := bar.Max.Y + em/3
	if dst != nil {
		for i := range length {
			fill(dst, image.Rect(bar.Min.X+i, bar.Min.Y, bar.Min.X+i+1, bar.Max.Y), s.color(i, length))
		}
		frame(dst, bar, ink)
		words := ruler{length: length, gap: em, size: f.small.width, inside: true}
		for _, m := range s.marks(words) {
			x := bar.Min.X + s.place(m.at, length)
			fill(dst, image.Rect(x, bar.Max.Y, x+1, bar.Max.Y+em/4), ink)
			from, _ := words.span(s, m)
			f.small.draw(dst, image.Pt(bar.Min.X+from, textY), m.label, ink)
		}
		x := bar.Max.X + em/2
		for i, c := range colors {
			box := image.Rect(x, bar.Min.Y, x+thick, bar.Max.Y)
			fill(dst, box, c)
			frame(dst, box, ink)
			f.small.draw(dst, image.Pt(box.Max.X+em/4, bar.Min.Y+(thick+f.small.digit)/2-f.small.ascent), names[i], ink)
			x = box.Max.X + em/2 + f.small.width(names[i])
		}
	}
	height = textY + f.small.height - p.Y
	if s.Label == "" {
		return height
	}
	if dst != nil {
		f.body.draw(dst, image.Pt(bar.Min.X+(length-f.body.width(s.Label))/2, p.Y+height), s.Label, ink)
	}
	return height + f.body.height
}
