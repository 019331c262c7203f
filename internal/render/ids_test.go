package render

import (
	"image/color"
	"math/rand/v2"
	"testing"

	"github.com/weightmap/weightmap/edt"
	"github.com/weightmap/weightmap/grid"
)

// Objects that touch have different colours, and so have those whose Voronoi
// cells touch.
func TestNeighboursDifferInColour(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 100 {
		h, w := 20+r.IntN(60), 20+r.IntN(60)
		seeds := grid.New[int32](h, w)
		for id := range int32(2 + r.IntN(60)) {
			seeds.Data[r.IntN(h*w)] = id*3 + 1
		}
		labels := edt.NearestLabel(nil, seeds, edt.Options{}) // all touch
		for _, l := range []*grid.Labels{labels, seeds} {
			colors := colorIDs(l)
			eachPair(labels, func(a, b int32) {
				if a != 0 && b != 0 && colors[a] == colors[b] {
					t.Fatalf("%d and %d are neighbours and have the same colour", a, b)
				}
			})
		}
	}
}

// However many neighbours each has, touching objects share a colour only where
// there are not colours enough.
func TestMoreNeighboursThanColours(t *testing.T) {
	// Every one of these ids touches every other.
	const n = len(palette) + 3
	labels := grid.New[int32](2*n, n)
	for i := range n {
		for j := range n {
			labels.Set(int32(i+1), 2*i, j)
			labels.Set(int32(j+1), 2*i+1, j)
		}
	}
	used := map[int]int{}
	for _, c := range colorIDs(labels) {
		used[c]++
	}
	if len(used) != len(palette) {
		t.Errorf("%d colours in use, want all %d", len(used), len(palette))
	}
}

func TestPaintIDs(t *testing.T) {
	labels := grid.From([]int32{0, 5, 5, 70000}, 1, 4)
	img := PaintIDs(labels)
	if got := img.RGBAAt(0, 0); got != (color.RGBA{0, 0, 0, 255}) {
		t.Errorf("background is %v", got)
	}
	if img.RGBAAt(1, 0) != img.RGBAAt(2, 0) || img.RGBAAt(2, 0) == img.RGBAAt(3, 0) {
		t.Error("one id has two colours, or two ids have one")
	}
	if img := PaintIDs(grid.New[int32](2, 2)); img.RGBAAt(1, 1) != (color.RGBA{0, 0, 0, 255}) {
		t.Error("no objects, and still there is something")
	}
}
