package render

import (
	"image"
	"image/color"
	"image/draw"
	"strings"
	"unicode/utf8"

	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"github.com/disintegration/imaging"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// typeface is a font at a size. Like the faces of its library it serves one
// goroutine.
type typeface struct {
	face   font.Face
	sub    font.Face // for subscripts
	height int       // of a line
	ascent int       // from the top of a line to its baseline
	digit  int       // height of a digit
	drop   int       // how far below the baseline subscripts stand
}

// newTypeface returns one of the fonts that are part of the program.
func newTypeface(ttf []byte, size int) *typeface {
	f, err := opentype.Parse(ttf)
	if err != nil {
		panic(err)
	}
	face := func(size float64) font.Face {
		face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72})
		if err != nil {
			panic(err)
		}
		return face
	}
	t := &typeface{face: face(float64(size)), sub: face(float64(size) * 0.7), drop: (size + 4) / 8}
	m := t.face.Metrics()
	digit, _, _ := t.face.GlyphBounds('0')
	t.height, t.ascent, t.digit = (m.Ascent + m.Descent).Ceil(), m.Ascent.Ceil(), (-digit.Min.Y).Ceil()
	return t
}

func (t *typeface) width(s string) int {
	return t.draw(nil, image.Point{}, s, nil)
}

// draw writes s with the upper left corner of its line at p, and returns its
// width. It draws nothing if dst is nil. Subscript digits, which few fonts have,
// are made of ordinary ones.
func (t *typeface) draw(dst draw.Image, p image.Point, s string, c color.Color) int {
	d := font.Drawer{Dst: dst, Src: image.NewUniform(c), Dot: fixed.P(p.X, p.Y+t.ascent)}
	for s != "" {
		isSub := func(r rune) bool { return r >= '₀' && r <= '₉' }
		n := strings.IndexFunc(s, isSub)
		if n < 0 {
			n = len(s)
		}
		d.Face = t.face
		t.write(&d, s[:n])
		s = s[n:]
		d.Face = t.sub
		d.Dot.Y += fixed.I(t.drop)
		for r, size := utf8.DecodeRuneInString(s); isSub(r); r, size = utf8.DecodeRuneInString(s) {
			t.write(&d, string(r-'₀'+'0'))
			s = s[size:]
		}
		d.Dot.Y -= fixed.I(t.drop)
	}
	return d.Dot.X.Ceil() - p.X
}

func (t *typeface) write(d *font.Drawer, s string) {
	if d.Dst == nil {
		d.Dot.X += d.MeasureString(s)
	} else {
		d.DrawString(s)
	}
}

// drawUp writes s from below to above, with the lower left corner of where it
// goes at p.
func (t *typeface) drawUp(dst draw.Image, p image.Point, s string, c color.Color) {
	line := image.NewRGBA(image.Rect(0, 0, t.width(s), t.height))
	t.draw(line, image.Point{}, s, c)
	up := imaging.Rotate90(line)
	at := image.Pt(p.X, p.Y-up.Rect.Dy())
	draw.Draw(dst, up.Rect.Add(at), up, image.Point{}, draw.Over)
}

// fit shortens s to at most width pixels by leaving out its middle.
func (t *typeface) fit(s string, width int) string {
	s = strings.ToValidUTF8(s, "?")
	if t.width(s) <= width {
		return s
	}
	r := []rune(s)
	for n := utf8.RuneCountInString(s) - 1; n > 1; n-- {
		short := string(r[:(n+1)/2]) + "…" + string(r[len(r)-n/2:])
		if t.width(short) <= width {
			return short
		}
	}
	return "…"
}

// fonts are those of one figure; em is the size of its ordinary text.
type fonts struct {
	em                 int
	small, body, title *typeface
}

func newFonts(em int) fonts {
	return fonts{
		em:    em,
		small: newTypeface(liberationsansregular.TTF, max(9, em*85/100)),
		body:  newTypeface(liberationsansregular.TTF, em),
		title: newTypeface(liberationsansbold.TTF, em*115/100),
	}
}
