package dataset_test

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/image/bmp"
	xtiff "golang.org/x/image/tiff"

	"github.com/weightmap/weightmap/dataset"
	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/judge"
	"github.com/weightmap/weightmap/internal/tiff"
)

// wholeFiles are small masks in every format that is read, made without Python.
func wholeFiles(t testing.TB) map[string][]byte {
	t.Helper()
	all := map[string][]byte{
		"u1.npy": encodeNPY(t, []uint8{0, 1, 2, 3, 4, 5}, 2, 3),
		"i4.npy": encodeNPY(t, []int32{0, 1, 1 << 20, 3, 4, 5, 6, 7}, 2, 2, 2),
		"u8.npy": encodeNPY(t, []uint64{0, 1 << 63, 1 << 40, 3}, 2, 2),
		"f4.npy": encodeNPY(t, []float32{0, 1, 2, 3}, 2, 2),
		"v1.nii": niftiFile(1, []int16{2, 3, 2}, 2, 352, []byte{0, 1, 2, 3, 4, 5}),
		"v2.nii": niftiFile(2, []int16{3, 1, 2, 3}, 512, 544, []byte{0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 1}),
	}
	all["v1.nii.gz"] = gzipped(t, all["v1.nii"])
	all["one.npz"] = zipFile(t, map[string][]byte{"a.npy": all["i4.npy"]})
	put := func(name string, encode func(b *bytes.Buffer) error) {
		t.Helper()
		var b bytes.Buffer
		if err := encode(&b); err != nil {
			t.Fatal(err)
		}
		all[name] = b.Bytes()
	}
	r := image.Rect(0, 0, 9, 5)
	gray, deep, colour := image.NewGray(r), image.NewGray16(r), image.NewNRGBA(r)
	palette := image.NewPaletted(r, color.Palette{color.Black, color.White, color.Gray{Y: 99}})
	for i := range gray.Pix {
		gray.Pix[i] = uint8(i / 7)
		palette.Pix[i] = uint8(i/7) % 3
		deep.SetGray16(i%9, i/9, color.Gray16{Y: uint16(300 * (i / 7))})
		colour.SetNRGBA(i%9, i/9, color.NRGBA{R: uint8(i / 7), G: uint8(i / 7), B: uint8(i / 7), A: 255})
	}
	for name, img := range map[string]image.Image{"gray": gray, "deep": deep, "colour": colour, "palette": palette} {
		put(name+".png", func(b *bytes.Buffer) error { return png.Encode(b, img) })
		for c, compression := range map[string]xtiff.CompressionType{"": xtiff.Uncompressed, "-deflate": xtiff.Deflate} {
			put(name+c+".tif", func(b *bytes.Buffer) error {
				return xtiff.Encode(b, img, &xtiff.Options{Compression: compression, Predictor: c != ""})
			})
		}
		if name != "deep" {
			put(name+".bmp", func(b *bytes.Buffer) error { return bmp.Encode(b, img) })
		}
	}
	put("stack.tif", func(b *bytes.Buffer) error { return tiff.Write(b, grid.From([]int32{0, 1, 2, 3, 1 << 17, 5}, 3, 1, 2)) })
	put("palette.gif", func(b *bytes.Buffer) error { return gif.Encode(b, palette, nil) })
	put("gray.jpg", func(b *bytes.Buffer) error { return jpeg.Encode(b, gray, nil) })
	return all
}

// What seeds the fuzzer can be read, or it would seed nothing.
func TestWholeFiles(t *testing.T) {
	for name, content := range wholeFiles(t) {
		if im, err := dataset.ReadBytes(content, dataset.ReadOptions{}); err != nil || len(im.Values.Data) < 4 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A file of every format and all that is refused seed the fuzzer, and with Python the
// whole matrix of formats; when not fuzzing TestFormatMatrix reads that anyway.
func FuzzRead(f *testing.F) {
	for _, content := range bombs(f) {
		f.Add(content, "", 0)
	}
	for _, content := range wholeFiles(f) {
		f.Add(content, "", 0)
	}
	f.Add(animation(f, 2), "", 0)
	f.Add(zipFile(f, map[string][]byte{"a.npy": encodeNPY(f, []uint8{3, 4}, 1, 2), "b.npy": nil}), "a", 0)
	for _, m := range matrices {
		missing := flag.Lookup("test.fuzz").Value.String() == "" || !judge.Has("numpy")
		for _, module := range append(m.needs, m.likes...) {
			missing = missing || !judge.Has(module)
		}
		if missing {
			continue
		}
		dir := f.TempDir()
		judge.Python(f, prelude+m.script, dir)
		files, err := os.ReadDir(dir)
		if err != nil {
			f.Fatal(err)
		}
		for i, file := range files {
			if strings.HasSuffix(file.Name(), ".want.npy") || i%5 != 0 { // enough of them
				continue
			}
			content, err := os.ReadFile(filepath.Join(dir, file.Name()))
			if err != nil {
				f.Fatal(err)
			}
			if len(content) < 1<<13 {
				f.Add(content, "1", i%3)
			}
		}
	}
	f.Fuzz(func(t *testing.T, content []byte, name string, page int) {
		im, err := dataset.ReadBytes(content, dataset.ReadOptions{MaxPixels: 1 << 16, Channel: name, Key: name, Page: page})
		if err != nil {
			return
		}
		n := 1
		for _, k := range im.Values.Shape {
			n *= k
		}
		if len(im.Values.Shape) < 2 || len(im.Values.Shape) > 3 || n != len(im.Values.Data) || n == 0 || n > 1<<16 {
			t.Fatalf("shape %v of %d values", im.Values.Shape, len(im.Values.Data))
		}
		if im.Spacing != nil && len(im.Spacing) != len(im.Values.Shape) {
			t.Fatalf("spacing %v for shape %v", im.Spacing, im.Values.Shape)
		}
		for _, v := range im.Values.Data {
			if im.Original != nil && (v < 0 || int(v) > len(im.Original)) {
				t.Fatalf("value %d of %d", v, len(im.Original))
			}
		}
	})
}
