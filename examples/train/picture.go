package main

import (
	"fmt"
	"image"
	"image/color"
	"io"
	"path/filepath"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/atomicfile"
	"github.com/weightmap/weightmap/internal/render"
)

// save saves a picture of a held-out scene: image, truth, and what each network makes of
// it. Every object has a colour of its own, so nuclei of one colour were fused.
func save(dir string, i int, s *scene, plain, weighted []float64) error {
	photo := image.NewGray(image.Rect(0, 0, s.w, s.h))
	brightest := uint8(1)
	for _, v := range s.photo.Data {
		brightest = max(brightest, v)
	}
	for k, v := range s.photo.Data {
		photo.Pix[k] = uint8(int(v) * 255 / int(brightest))
	}
	var a, b score
	objectsA, objectsB := a.add(s, plain, 0), b.add(s, weighted, 0)
	objects := func(l *grid.Labels) render.Cell {
		return render.Cell{Picture: render.PaintIDs(l), Outline: l, Ink: color.Black}
	}
	f := render.Figure{
		Title:        fmt.Sprintf("Held-out image %d, in which %d pairs of nuclei touch", i+1, a.touching),
		Cells:        []render.Cell{{Picture: photo}, objects(s.labels), objects(objectsA), objects(objectsB)},
		ColumnTitles: []string{"image", "truth", fmt.Sprintf("cross entropy: %d apart", a.apart), fmt.Sprintf("weighted by the map: %d apart", b.apart)},
	}
	return atomicfile.Write(filepath.Join(dir, fmt.Sprintf("held-out-%02d.png", i+1)), func(w io.Writer) error {
		return render.WritePNG(w, f.Draw(), nil)
	})
}
