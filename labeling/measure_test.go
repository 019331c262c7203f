package labeling_test

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/labeling"
)

// measureEach measures pixel by pixel, one id at a time.
func measureEach(labels *grid.Labels) []labeling.Object {
	objects := []labeling.Object{}
	ndim := len(labels.Shape)
	for _, id := range sortedIDs(labels) {
		o := labeling.Object{ID: id, Min: slices.Clone(labels.Shape), Max: make([]int, ndim), Centroid: make([]float64, ndim)}
		for i, v := range labels.Data {
			if v != id {
				continue
			}
			o.Pixels++
			for a, rest := ndim-1, i; a >= 0; a-- {
				x := rest % labels.Shape[a]
				rest /= labels.Shape[a]
				o.Min[a], o.Max[a] = min(o.Min[a], x), max(o.Max[a], x+1)
				o.Centroid[a] += float64(x) // a sum of small integers is exact
			}
		}
		for a := range ndim {
			o.Centroid[a] /= float64(o.Pixels)
		}
		objects = append(objects, o)
	}
	return objects
}

func TestMeasure(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range rounds(3000) {
		labels := randomValues[int32](rng, randomShape(rng), 1+rng.IntN(10))
		if rng.IntN(2) == 0 {
			for i, id := range labels.Data {
				labels.Data[i] = id * -7654321
			}
		}
		if got, want := labeling.Measure(labels), measureEach(labels); !reflect.DeepEqual(got, want) {
			t.Fatalf("%s\n got %v\nwant %v", show(labels), got, want)
		}
	}
}

// What is appended to one object's slices stays out of the next one's.
func TestObjectsDoNotShareSlices(t *testing.T) {
	o := labeling.Measure(grid.From([]int32{1, 2}, 1, 2))
	_ = append(o[0].Min, 99)
	_ = append(o[0].Max, 99)
	_ = append(o[0].Centroid, 99)
	if want := measureEach(grid.From([]int32{1, 2}, 1, 2)); !reflect.DeepEqual(o, want) {
		t.Errorf("got %v, want %v", o, want)
	}
}

// Components lose nothing: their pixels are the mask's.
func TestMeasureCountsTheMask(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 100 {
		mask := randomValues[uint8](rng, randomShape(rng), 200)
		want := 0
		for _, v := range mask.Data {
			if v != 0 {
				want++
			}
		}
		labels, n := labeling.Components(nil, mask, labeling.Default(len(mask.Shape)))
		objects, got := labeling.Measure(labels), 0
		for _, o := range objects {
			got += o.Pixels
		}
		if got != want || len(objects) != n {
			t.Fatalf("%d pixels in %d objects, want %d in %d", got, len(objects), want, n)
		}
	}
}
