package dataset_test

import (
	"bytes"
	"image"
	"image/color"
	"testing"

	"golang.org/x/image/tiff"

	"github.com/weightmap/weightmap/dataset"
)

// BenchmarkReadFormat reads a 1024×1024 image of 400 square objects. MB/s are 10^6
// pixels a second.
func BenchmarkReadFormat(b *testing.B) {
	const n = 1024
	gray := image.NewGray16(image.Rect(0, 0, n, n))
	rgba := image.NewNRGBA(gray.Rect)
	ids := make([]uint16, n*n)
	for y := range n {
		for x := range n {
			id := 0
			if y%51 > 8 && x%51 > 8 {
				id = y/51*20 + x/51 + 1
			}
			ids[y*n+x] = uint16(id)
			gray.SetGray16(x, y, color.Gray16{Y: uint16(id)})
			v := uint8(id)
			rgba.SetNRGBA(x, y, color.NRGBA{v, v, v, 255})
		}
	}
	encodeTIFF := func(o tiff.Options) []byte {
		var buf bytes.Buffer
		if err := tiff.Encode(&buf, gray, &o); err != nil {
			b.Fatal(err)
		}
		return buf.Bytes()
	}
	for _, f := range []struct {
		name    string
		content []byte
	}{
		{"format=png/type=gray16", encodePNG(b, gray)},
		{"format=png/type=rgba8", encodePNG(b, rgba)},
		{"format=tiff/codec=none", encodeTIFF(tiff.Options{})},
		{"format=tiff/codec=deflate", encodeTIFF(tiff.Options{Compression: tiff.Deflate})},
		{"format=tiff/codec=deflate2", encodeTIFF(tiff.Options{Compression: tiff.Deflate, Predictor: true})},
		{"format=npy/type=uint16", encodeNPY(b, ids, n, n)},
	} {
		b.Run(f.name, func(b *testing.B) {
			b.SetBytes(n * n)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := dataset.ReadBytes(f.content, dataset.ReadOptions{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
