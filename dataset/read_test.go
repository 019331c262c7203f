package dataset_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weightmap/weightmap/dataset"
	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/npy"
)

func ExampleRead() {
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "ids.npy")
	npy.WriteFile(path, grid.From([]uint16{0, 7, 7, 0, 0, 9}, 2, 3))
	im, err := dataset.Read(path, dataset.ReadOptions{})
	fmt.Println(im.Values.Shape, im.Values.Data, im.Dtype, err)
	// Output: [2 3] [0 7 7 0 0 9] uint16 <nil>
}

// Gray values of 16 bits are taken whatever the width.
func TestReadGray16OfAnyWidth(t *testing.T) {
	for width := range 20 {
		img := image.NewGray16(image.Rect(0, 0, width+1, 3))
		want := grid.New[int32](3, width+1)
		for i := range want.Data {
			v := uint16(uint32(i)*2654435761>>7) | uint16(i%3/2)<<15
			want.Data[i] = int32(v)
			img.SetGray16(i%(width+1), i/(width+1), color.Gray16{Y: v})
		}
		im, err := dataset.Read(write(t, "a.png", encodePNG(t, img)), dataset.ReadOptions{})
		if err != nil || im.Dtype != "uint16" || !grid.Equal(im.Values, want) {
			t.Fatalf("width %d: %+v, %v, want %v", width+1, im, err, want.Data)
		}
	}
}

// write makes a file in a folder of its own.
func write(t testing.TB, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func encodePNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func encodeNPY[T grid.Element](t testing.TB, data []T, shape ...int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := npy.Write(&b, grid.From(data, shape...)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// refused reads the file and wants an error with the path and the words.
func refused(t *testing.T, path string, o dataset.ReadOptions, words ...string) {
	t.Helper()
	im, err := dataset.Read(path, o)
	if err == nil {
		t.Errorf("%s: read as %v", path, im.Values.Shape)
		return
	}
	for _, w := range append(words, path) {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("the error is %q, without %q", err, w)
		}
	}
	if n := strings.Count(err.Error(), path); n > 1 {
		t.Errorf("the error %q names the path %d times", err, n)
	}
}

func TestReadRefuses(t *testing.T) {
	none := dataset.ReadOptions{}
	refused(t, write(t, "empty.png", nil), none, "empty")
	refused(t, write(t, "text.png", []byte("hello")), none, "known format")
	refused(t, filepath.Join(t.TempDir(), "missing.png"), none, "no such file")
	refused(t, t.TempDir(), none, "folder")

	whole := encodePNG(t, image.NewGray(image.Rect(0, 0, 100, 100)))
	for _, n := range []int{8, 12, 32, 33, 40, len(whole) / 2, len(whole) - 13} {
		refused(t, write(t, "cut.png", whole[:n]), none)
	}
	colour := image.NewNRGBA(image.Rect(0, 0, 3, 2))
	colour.Set(2, 1, color.NRGBA{1, 2, 3, 255})
	refused(t, write(t, "colour.png", encodePNG(t, colour)), none, "(1, 2, 3)", "x 2, y 1", "--channel")
	refused(t, write(t, "colour.png", encodePNG(t, colour)), dataset.ReadOptions{Channel: "5"}, `no channel "5"`)
	refused(t, write(t, "colour.png", encodePNG(t, colour)), dataset.ReadOptions{Channel: "cyan"}, `no channel "cyan"`)
	opaque := image.NewRGBA(image.Rect(0, 0, 1, 1))
	opaque.Set(0, 0, color.RGBA{1, 2, 3, 255})
	for _, channel := range []string{"alpha", "a", "4"} { // which PNG leaves out where all is opaque
		refused(t, write(t, "rgb.png", encodePNG(t, opaque)), dataset.ReadOptions{Channel: channel},
			fmt.Sprintf("has no channel %q: it has 3", channel))
	}
	alpha := image.NewNRGBA(image.Rect(0, 0, 2, 1))
	alpha.Set(0, 0, color.NRGBA{9, 9, 9, 255})
	alpha.Set(1, 0, color.NRGBA{9, 9, 9, 8})
	refused(t, write(t, "alpha.png", encodePNG(t, alpha)), none, "gray 9, alpha 8", "--channel")

	refused(t, write(t, "line.npy", encodeNPY(t, []uint8{1, 2}, 2)), none, "[2]", "neither an image")
	refused(t, write(t, "scalar.npy", encodeNPY(t, []uint8{1}, []int{}...)), none, "neither an image")
	refused(t, write(t, "four.npy", encodeNPY(t, make([]uint8, 16), 2, 2, 2, 2)), none, "[2 2 2 2]")
	refused(t, write(t, "none.npy", encodeNPY(t, []uint8{}, 0, 5)), none, "no pixels")
	refused(t, write(t, "half.npy", encodeNPY(t, []float32{0, 0.5}, 1, 2)), none, "0.5", "whole numbers")
	refused(t, write(t, "far.npy", encodeNPY(t, []float64{0, 1e300}, 1, 2)), none, "1e+300", "whole numbers")
	refused(t, write(t, "big.npy", encodeNPY(t, make([]uint8, 12), 3, 4)), dataset.ReadOptions{MaxPixels: 11}, "at most 11")
	refused(t, write(t, "big.png", whole), dataset.ReadOptions{MaxPixels: 9999}, "[100 100]", "9999")
	if _, err := dataset.Read(write(t, "fits.png", whole), dataset.ReadOptions{MaxPixels: 10000}); err != nil {
		t.Error(err)
	}
}

// A name says nothing about the content.
func TestTheContentTellsTheFormat(t *testing.T) {
	im, err := dataset.Read(write(t, "really.npy.png", encodeNPY(t, []int64{5, 6}, 1, 2)), dataset.ReadOptions{})
	if err != nil || im.Dtype != "int64" {
		t.Errorf("%+v, %v", im, err)
	}
}

func TestNumbersBeyondInt32(t *testing.T) {
	wide := []int64{1 << 40, 0, -7, 1 << 40, 5, -1 << 63}
	im, err := dataset.Read(write(t, "wide.npy", encodeNPY(t, wide, 2, 3)), dataset.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if want := []int32{4, 0, 2, 4, 3, 1}; !slices.Equal(im.Values.Data, want) {
		t.Errorf("values %v, want %v", im.Values.Data, want)
	}
	if want := []int64{-1 << 63, -7, 5, 1 << 40}; !slices.Equal(im.Original, want) {
		t.Errorf("original %v, want %v", im.Original, want)
	}
	if k, ok := im.Find(-7); !ok || k != 2 {
		t.Errorf("-7 is found as %d, %v", k, ok)
	}
	if k, ok := im.Find(6); ok {
		t.Errorf("6 is found as %d", k)
	}
	unsigned := []uint64{1<<64 - 1, 0, 1 << 63, 3}
	im, err = dataset.Read(write(t, "unsigned.npy", encodeNPY(t, unsigned, 2, 2)), dataset.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range im.Values.Data {
		if im.Number(v) != fmt.Sprint(unsigned[i]) {
			t.Errorf("%d is %s", unsigned[i], im.Number(v))
		}
	}
	if _, ok := im.Find(-1); ok {
		t.Error("-1 is found among unsigned numbers")
	}
	narrow, err := dataset.Read(write(t, "narrow.npy", encodeNPY(t, []int64{-1, 7}, 1, 2)), dataset.ReadOptions{})
	if err != nil || narrow.Original != nil || !slices.Equal(narrow.Values.Data, []int32{-1, 7}) {
		t.Errorf("%+v, %v", narrow, err)
	}
}

func TestIsImage(t *testing.T) {
	for _, name := range []string{"a.png", "A.PNG", "x/b.npy", "two.dots.Png", "a.TIFF", "b.nii.gz", "c.NII.GZ", "d.npz", "e.h5", "f.roi", "g.jpeg"} {
		if !dataset.IsImage(name) {
			t.Errorf("%s is no image", name)
		}
	}
	for _, name := range []string{"", "png", ".png", "a.png.txt", "a.txt", "a", "a.json", "a.gz", "nii.gz"} {
		if dataset.IsImage(name) {
			t.Errorf("%s is an image", name)
		}
	}
}
