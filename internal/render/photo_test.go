package render

import (
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/npy"
)

func writePNG(t *testing.T, img image.Image) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.png")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, img); err != nil {
		t.Fatal(err)
	}
	return path
}

// Gray images are stretched to what they hold, be they gray by type or by colour.
func TestReadPhotoStretchesGray(t *testing.T) {
	wide := image.NewGray16(image.Rect(0, 0, 3, 1))
	alike := image.NewNRGBA(image.Rect(0, 0, 3, 1))
	for x, v := range []uint16{20, 30, 40} {
		wide.SetGray16(x, 0, color.Gray16{Y: v})
		alike.SetNRGBA(x, 0, color.NRGBA{uint8(v), uint8(v), uint8(v), 255})
	}
	for _, img := range []image.Image{wide, alike} {
		got, err := ReadPhoto(writePNG(t, img), []int{1, 3}, 0)
		if err != nil {
			t.Fatal(err)
		}
		// The brightest of three is not one in 500, so the second is white.
		for x, want := range []uint8{0, 255, 255} {
			if r, _, _, _ := got.At(x, 0).RGBA(); uint8(r>>8) != want {
				t.Errorf("%T: gray %d at %d, want %d", img, r>>8, x, want)
			}
		}
	}
}

func TestReadPhotoLeavesColour(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 2, 1))
	img.SetNRGBA(0, 0, color.NRGBA{10, 20, 30, 255})
	img.SetNRGBA(1, 0, color.NRGBA{1, 1, 1, 255})
	got, err := ReadPhoto(writePNG(t, img), []int{1, 2}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if c := color.NRGBAModel.Convert(got.At(0, 0)); c != (color.NRGBA{10, 20, 30, 255}) {
		t.Errorf("the colour is %v", c)
	}
}

func TestReadPhotoOfAStack(t *testing.T) {
	g := grid.New[uint16](3, 2, 2)
	for i := range g.Data {
		g.Data[i] = uint16(i * 100)
	}
	path := filepath.Join(t.TempDir(), "a.npy")
	if err := npy.WriteFile(path, g); err != nil {
		t.Fatal(err)
	}
	img, err := ReadPhoto(path, []int{3, 2, 2}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if r, _, _, _ := img.At(0, 0).RGBA(); r != 0 || img.Bounds() != image.Rect(0, 0, 2, 2) {
		t.Errorf("slice 0 starts with %d and is %v", r, img.Bounds())
	}
	img, err = ReadPhoto(path, []int{3, 2, 2}, 2)
	if err != nil {
		t.Fatal(err)
	}
	if r, _, _, _ := img.At(1, 1).RGBA(); r>>8 != 255 {
		t.Errorf("slice 2 ends with %d", r>>8)
	}
}

func TestReadPhotoRefuses(t *testing.T) {
	dir := t.TempDir()
	png := writePNG(t, image.NewGray(image.Rect(0, 0, 4, 3)))
	whole, err := os.ReadFile(png)
	if err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(dir, "cut.png")
	empty := filepath.Join(dir, "empty.png")
	text := filepath.Join(dir, "text.png")
	for path, b := range map[string][]byte{cut: whole[:len(whole)/2], empty: nil, text: []byte("not an image at all")} {
		if err := os.WriteFile(path, b, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		path  string
		shape []int
	}{
		{png, []int{4, 3}}, {png, []int{1, 3, 4}}, {cut, []int{3, 4}}, {empty, []int{3, 4}}, {text, []int{3, 4}},
		{filepath.Join(dir, "none.png"), []int{3, 4}}, {dir, []int{3, 4}},
	} {
		if _, err := ReadPhoto(c.path, c.shape, 0); err == nil {
			t.Errorf("%s was read as shape %v", c.path, c.shape)
		} else if strings.Count(err.Error(), c.path) != 1 {
			t.Errorf("the error should name the file once: %v", err)
		}
	}
}
