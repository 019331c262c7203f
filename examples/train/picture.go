package main

import (
	"fmt"
	"image"
	"image/color"
	"io"
	"path/filepath"
	"slices"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/atomicfile"
	"github.com/weightmap/weightmap/internal/render"
)

// save saves a picture of a held-out scene: image, truth, and what each network makes of
// it. Every object has a colour of its own, so nuclei of one colour were fused.
func save(dir string, i int, s *scene, plain, weighted []float64) error {
	var a, b score
	objectsA, objectsB := a.add(s, plain, 0), b.add(s, weighted, 0)
	objects := func(l *grid.Labels) render.Cell {
		return render.Cell{Picture: render.PaintIDs(l), Outline: l, Ink: color.Black}
	}
	f := render.Figure{
		Title:        fmt.Sprintf("Held-out image %d, in which %d pairs of nuclei touch", i+1, a.touching),
		Cells:        []render.Cell{{Picture: bright(s.photo)}, objects(s.labels), objects(objectsA), objects(objectsB)},
		Enlarge:      2,
		ColumnTitles: []string{"image", "truth", fmt.Sprintf("cross entropy: %d apart", a.apart), fmt.Sprintf("weighted by the map: %d apart", b.apart)},
	}
	return atomicfile.Write(filepath.Join(dir, fmt.Sprintf("held-out-%02d.png", i+1)), func(w io.Writer) error {
		return render.WritePNG(w, f.Draw(), nil)
	})
}

// bright shows a photo with one pixel in 500 white.
func bright(photo *grid.Grid[uint8]) image.Image {
	m := grid.New[float32](photo.Shape...)
	for i, v := range photo.Data {
		m.Data[i] = float32(v)
	}
	sorted := slices.Sorted(slices.Values(m.Data))
	s := render.Scale{Lo: float64(sorted[0]), Hi: float64(sorted[len(sorted)*499/500]), Colors: render.Gray()}
	return s.Paint(m)
}
