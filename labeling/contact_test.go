package labeling_test

import (
	"math/rand/v2"
	"testing"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/labeling"
)

// ridgeEach asks every pixel whether a neighbour before it is of another object.
func ridgeEach(labels *grid.Labels, c labeling.Connectivity) *grid.Labels {
	cut := labels.Clone()
	steps := offsets(len(labels.Shape), c)
	for i, id := range labels.Data {
		for _, j := range neighbours(nil, labels.Shape, steps, i) {
			if other := labels.Data[j]; j < i && other != 0 && other != id {
				cut.Data[i] = 0
			}
		}
	}
	return cut
}

// pairsEach returns all pairs of ids that touch.
func pairsEach(labels *grid.Labels, c labeling.Connectivity) map[[2]int32]bool {
	pairs := map[[2]int32]bool{}
	steps := offsets(len(labels.Shape), c)
	for i, id := range labels.Data {
		for _, j := range neighbours(nil, labels.Shape, steps, i) {
			if other := labels.Data[j]; id != 0 && id < other {
				pairs[[2]int32{id, other}] = true
			}
		}
	}
	return pairs
}

func TestRidgeAndTouching(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range rounds(3000) {
		labels := randomValues[int32](rng, randomShape(rng), 1+rng.IntN(6))
		for _, c := range connectivities(len(labels.Shape)) {
			if got, want := labeling.Touching(labels, c), len(pairsEach(labels, c)); got != want {
				t.Fatalf("connectivity %d: %d pairs touch, want %d, in %s", c, got, want, show(labels))
			}
			got, want := labeling.Ridge(nil, labels, c), ridgeEach(labels, c)
			if !grid.Equal(got, want) {
				t.Fatalf("connectivity %d of %s:\n got %v\nwant %v", c, show(labels), got.Data, want.Data)
			}
			inPlace := labels.Clone()
			if labeling.Ridge(inPlace, inPlace, c); !grid.Equal(inPlace, want) {
				t.Fatalf("connectivity %d of %s in place:\n got %v\nwant %v", c, show(labels), inPlace.Data, want.Data)
			}
		}
	}
}

// After the ridge is cut nothing touches; pixels that are left keep their id; and
// only pixels in contact with another object were taken.
func TestRidgeSeparates(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range rounds(3000) {
		labels := randomValues[int32](rng, randomShape(rng), 1+rng.IntN(6))
		for _, c := range connectivities(len(labels.Shape)) {
			cut := labeling.Ridge(nil, labels, c)
			if left := pairsEach(cut, c); len(left) != 0 {
				t.Fatalf("connectivity %d: %v touch after the ridge in %s", c, left, show(labels))
			}
			steps := offsets(len(labels.Shape), c)
			for i, id := range labels.Data {
				if cut.Data[i] == id {
					continue
				}
				inContact := false
				for _, j := range neighbours(nil, labels.Shape, steps, i) {
					inContact = inContact || labels.Data[j] != 0 && labels.Data[j] != id
				}
				if cut.Data[i] != 0 || !inContact {
					t.Fatalf("connectivity %d: pixel %d went from %d to %d in %s", c, i, id, cut.Data[i], show(labels))
				}
			}
		}
	}
}

// Where objects do not touch there is nothing to cut.
func TestRidgeLeavesComponentsAlone(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 300 {
		mask := randomValues[uint8](rng, randomShape(rng), 1)
		for _, c := range connectivities(len(mask.Shape)) {
			labels, _ := labeling.Components(nil, mask, c)
			if n := labeling.Touching(labels, c); n != 0 {
				t.Fatalf("%d pairs of components touch at connectivity %d", n, c)
			}
			if !grid.Equal(labeling.Ridge(nil, labels, c), labels) {
				t.Fatalf("a ridge was cut between components at connectivity %d", c)
			}
		}
	}
}

// boundaryEach asks every pixel whether a face neighbour is different.
func boundaryEach(labels *grid.Labels) *grid.Mask {
	edge := grid.New[uint8](labels.Shape...)
	faces := map[int]labeling.Connectivity{1: 2, 2: 4, 3: 6}[len(labels.Shape)]
	steps := offsets(len(labels.Shape), faces)
	for i, id := range labels.Data {
		for _, j := range neighbours(nil, labels.Shape, steps, i) {
			if id != 0 && labels.Data[j] != id {
				edge.Data[i] = 1
			}
		}
	}
	return edge
}

func TestBoundary(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for range rounds(3000) {
		labels := randomValues[int32](rng, randomShape(rng), 1+rng.IntN(4))
		dirty := grid.New[uint8](labels.Shape...)
		for i := range dirty.Data {
			dirty.Data[i] = 9
		}
		if got, want := labeling.Boundary(dirty, labels), boundaryEach(labels); !grid.Equal(got, want) {
			t.Fatalf("%s:\n got %v\nwant %v", show(labels), got.Data, want.Data)
		}
	}
}

func TestTheImageEdgeIsNoBoundary(t *testing.T) {
	for _, shape := range [][]int{{5}, {5, 6}, {4, 5, 6}} {
		full := grid.New[int32](shape...)
		for i := range full.Data {
			full.Data[i] = 3
		}
		if got := labeling.Boundary(nil, full); !grid.Equal(got, grid.New[uint8](shape...)) {
			t.Errorf("boundary of one object over all of shape %v: %v", shape, got.Data)
		}
	}
}
