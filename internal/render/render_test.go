package render

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/weightmap/weightmap/grid"
)

var update = flag.Bool("update", false, "write the golden pictures anew")

// scene is two touching objects and one apart, and distances to them.
func scene() (*grid.Labels, *grid.Map) {
	labels := grid.New[int32](12, 16)
	for y := 2; y < 8; y++ {
		for x := 1; x < 5; x++ {
			labels.Set(1, y, x)
			labels.Set(2, y, x+4)
		}
		labels.Set(7, y, 12)
	}
	m := grid.New[float32](12, 16)
	for i, id := range labels.Data {
		if id == 0 {
			m.Data[i] = float32(i%16) / 2
		}
	}
	return labels, m
}

func TestGolden(t *testing.T) {
	labels, m := scene()
	one := Scale{Lo: 0, Hi: 7.5, Colors: Inferno(), Label: "weight"}
	odd := m.Clone()
	odd.Data[0], odd.Data[1], odd.Data[2] = float32(math.Inf(1)), float32(math.NaN()), 9
	strange := Scale{Lo: 0.5, Hi: 7, Colors: Viridis(), Label: "d₁ (px)"}
	flat := Scale{Lo: 1, Hi: 1, Colors: Inferno()}
	ones := grid.New[float32](12, 16)
	for i := range ones.Data {
		ones.Data[i] = 1
	}
	figures := map[string]*Figure{
		"one": {Title: "cells-01", Note: "12 × 16, float32", Right: &one,
			Cells: []Cell{{Picture: one.Paint(m), Outline: labels}}, Enlarge: 10},
		"row": {Title: "a title far too long to stand above these pictures, which are only so wide and not any wider, so that its middle is left out",
			ColumnTitles: []string{"objects", "d₁", "weight"}, Below: []*Scale{nil, &strange, &flat}, Enlarge: 9,
			Cells: []Cell{{Picture: PaintIDs(labels), Outline: labels, Ink: color.Black}, {Picture: strange.Paint(odd)}, {Picture: flat.Paint(ones)}}},
		"odd": {Right: &strange, Enlarge: 14, Cells: []Cell{{Picture: strange.Paint(odd), Title: "0"}}},
		"sheet": {Title: "masks", Columns: 2, RowTitles: []string{"a", "b"}, Right: &one, Enlarge: 1, Cells: []Cell{
			Cell{Picture: one.Paint(m), Outline: labels, Title: "left"}.Thumb(150),
			Cell{Picture: one.Paint(m), Title: "right"}.Thumb(150),
			Cell{Picture: one.Paint(m), Outline: labels}.Thumb(10)}},
	}
	for name, f := range figures {
		t.Run(name, func(t *testing.T) { golden(t, name, f.Draw()) })
	}
}

// golden compares a picture with the one on file. Colour maps and glyphs are
// floating-point work, which platforms may round differently in the last place.
func golden(t *testing.T, name string, got *image.RGBA) {
	path := filepath.Join("testdata", name+".png")
	if *update {
		var b bytes.Buffer
		if err := WritePNG(&b, got, nil); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll("testdata", 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	want, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	if got.Bounds() != want.Bounds() {
		t.Fatalf("%s: %v, want %v; -update if that is meant", path, got.Bounds(), want.Bounds())
	}
	for y := range got.Rect.Dy() {
		for x := range got.Rect.Dx() {
			g, w := got.RGBAAt(x, y), color.RGBAModel.Convert(want.At(x, y)).(color.RGBA)
			if far(g.R, w.R) || far(g.G, w.G) || far(g.B, w.B) || g.A != w.A {
				t.Fatalf("%s: %v at %d, %d, want %v; -update if that is meant", path, g, x, y, w)
			}
		}
	}
}

func far(a, b uint8) bool { return max(a, b)-min(a, b) > 2 }

// Each value has the colour that the bar shows for it.
func TestBarShowsThePicturesColours(t *testing.T) {
	s := Scale{Lo: 2, Hi: 10, Colors: Inferno()}
	const length = 4000
	for _, v := range []float32{2, 2.5, 3, 4.75, 6, 9.99, 10} {
		m := grid.From([]float32{v}, 1, 1)
		got := s.Paint(m).RGBAAt(0, 0)
		want := s.color(s.place(float64(v), length), length)
		if far(got.R, want.R) || far(got.G, want.G) || far(got.B, want.B) {
			t.Errorf("%v is %v in the picture and %v on the bar", v, got, want)
		}
	}
}

func TestPaintWhatIsNotFinite(t *testing.T) {
	inf := float32(math.Inf(1))
	m := grid.From([]float32{0, 1, inf, -inf, float32(math.NaN()), 5, -5}, 1, 7)
	s := Scale{Lo: 0, Hi: 1, Colors: Gray()}
	img := s.Paint(m)
	black, white := color.RGBA{0, 0, 0, 255}, color.RGBA{255, 255, 255, 255}
	for x, want := range []color.RGBA{black, white, infinite, infinite, undefined, white, black} {
		if got := img.RGBAAt(x, 0); got != want {
			t.Errorf("%v is drawn as %v, want %v", m.Data[x], got, want)
		}
	}
	if !s.inf || !s.nan || !s.below || !s.above {
		t.Errorf("the scale missed something: %+v", s)
	}
	for _, colors := range []*Colors{Inferno(), Viridis(), Gray()} {
		for _, c := range colors.table {
			if c == infinite || c == undefined {
				t.Errorf("the colour %v also means a number", c)
			}
		}
	}
}

func TestInclude(t *testing.T) {
	nan := math.NaN()
	s := Scale{Lo: nan, Hi: nan}
	s.Include(Summary{Min: nan, Max: nan})
	if !math.IsNaN(s.Lo) || !math.IsNaN(s.Hi) {
		t.Errorf("nothing gave the range %v to %v", s.Lo, s.Hi)
	}
	s.Include(Summary{Min: 2, Max: 3})
	s.Include(Summary{Min: nan, Max: nan})
	s.Include(Summary{Min: 2.5, Max: 7})
	s.Include(Summary{Min: -1, Max: 0})
	if s.Lo != -1 || s.Hi != 7 {
		t.Errorf("range %v to %v, want -1 to 7", s.Lo, s.Hi)
	}
}

func TestDrawWithoutAnythingFinite(t *testing.T) {
	m := grid.From([]float32{float32(math.Inf(1)), float32(math.NaN())}, 1, 2)
	sum := Summarize(m.Data)
	s := Scale{Lo: math.NaN(), Hi: math.NaN(), Colors: Inferno(), Label: "weight"}
	s.Include(sum)
	f := Figure{Cells: []Cell{{Picture: s.Paint(m)}}, Right: &s, Below: []*Scale{&s}, Enlarge: 100}
	if got := f.Draw().Bounds(); got.Dx() < 200 {
		t.Errorf("the figure is %v", got)
	}
	if marks := s.marks(ruler{length: 100, gap: 5, size: func(string) int { return 10 }}); marks != nil {
		t.Errorf("ticks %v for no values", marks)
	}
}

// A pixel is enlarged as it is, and its outline lies within it.
func TestOutline(t *testing.T) {
	labels := grid.New[int32](3, 5)
	labels.Set(1, 1, 1)
	labels.Set(2, 1, 2)
	red, blue := color.RGBA{255, 0, 0, 255}, color.RGBA{0, 0, 255, 255}
	src := image.NewRGBA(image.Rect(0, 0, 5, 3))
	fill(src, src.Rect, blue)
	for _, k := range []int{1, 2, 3, 8} {
		c := Cell{Picture: src, Outline: labels, Ink: red}
		img := c.draw(k)
		if img.Rect != image.Rect(0, 0, 5*k, 3*k) {
			t.Fatalf("enlarged %d times it is %v", k, img.Rect)
		}
		thick := max(1, (k+1)/4)
		for y := range 3 * k {
			for x := range 5 * k {
				px, py := x/k, y/k
				edge := min(x%k, k-1-x%k, y%k, k-1-y%k) < thick
				want := blue
				if py == 1 && (px == 1 || px == 2) && edge {
					want = red
				}
				if got := img.RGBAAt(x, y); got != want {
					t.Fatalf("enlarged %d times %v at %d, %d, want %v", k, got, x, y, want)
				}
			}
		}
	}
}

// Where three objects or two and background meet in a corner, the lines join.
func TestOutlineCorners(t *testing.T) {
	labels := grid.From([]int32{0, 1, 1, 1}, 2, 2)
	src := image.NewRGBA(image.Rect(0, 0, 2, 2))
	c := Cell{Picture: src, Outline: labels, Ink: color.White}
	img := c.draw(4)
	for _, p := range []image.Point{{4, 4}, {4, 3}, {3, 4}} {
		if img.RGBAAt(p.X, p.Y) != (color.RGBA{255, 255, 255, 255}) {
			t.Errorf("no line at %v", p)
		}
	}
	if img.RGBAAt(5, 5) != (color.RGBA{}) {
		t.Error("a line where none belongs")
	}
}

func TestThumbFits(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {10, 3}, {3, 100}, {150, 150}, {151, 20}, {1000, 10}} {
		c := Cell{Picture: image.NewRGBA(image.Rect(0, 0, size[0], size[1]))}
		b := c.Thumb(150).Picture.Bounds()
		if b.Dx() > 150 || b.Dy() > 150 || b.Empty() {
			t.Errorf("a thumb of %v is %v", size, b)
		}
		if k := 150 / max(size[0], size[1]); k > 0 && (b.Dx() != size[0]*k || b.Dy() != size[1]*k) {
			t.Errorf("a thumb of %v is %v, want it enlarged %d times", size, b, k)
		}
	}
}
