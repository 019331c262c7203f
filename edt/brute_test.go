package edt_test

import (
	"math"
	"slices"

	"github.com/weightmap/weightmap/edt"
	"github.com/weightmap/weightmap/grid"
)

// The brute-force twins: every pixel looks at every other. They share nothing with
// the package but the definition of a distance.

// ruler measures squared distances as the package documents them: integers times
// the common spacing, or the weighted squares added up from the first axis on.
type ruler struct {
	shape []int
	o     edt.Options
	even  bool
}

func newRuler(shape []int, o edt.Options) ruler {
	r := ruler{shape, o, true}
	for _, s := range o.Spacing {
		r.even = r.even && s == o.Spacing[0]
	}
	return r
}

func (r ruler) square(a, b []int) float64 {
	sum := 0.0
	for axis := range a {
		d := float64(a[axis] - b[axis])
		w := 1.0
		if !r.even {
			w = r.o.Spacing[axis] * r.o.Spacing[axis]
		}
		sum += float64(w * float64(d*d))
	}
	return sum
}

func (r ruler) distance(square float64) float32 {
	scale := 1.0
	if r.even && len(r.o.Spacing) > 0 {
		scale = r.o.Spacing[0]
	}
	switch {
	case math.IsInf(square, 1):
		return float32(math.Inf(1))
	case r.o.Squared:
		return float32(scale * scale * square)
	default:
		return float32(scale * math.Sqrt(square))
	}
}

// coordinates lists the coordinates of all pixels; with a frame, of the pixels
// around the image as well.
func coordinates(shape []int, frame int) [][]int {
	all := [][]int{{}}
	for _, n := range shape {
		var next [][]int
		for _, at := range all {
			for x := -frame; x < n+frame; x++ {
				next = append(next, append(slices.Clone(at), x))
			}
		}
		all = next
	}
	return all
}

// outsideOf reports on how many axes the coordinates are outside the shape.
func outsideOf(at, shape []int) int {
	k := 0
	for a, x := range at {
		if x < 0 || x >= shape[a] {
			k++
		}
	}
	return k
}

// bruteTo measures from every pixel where from holds to the nearest where to holds
// for the pair; elsewhere it is 0. Frame pixels are sites if the options say so.
func bruteTo(shape []int, o edt.Options, measured func(i int) bool, site func(i, j int) bool) *grid.Map {
	r := newRuler(shape, o)
	at := coordinates(shape, 0)
	var frame [][]int
	if o.BorderIsBackground {
		for _, c := range coordinates(shape, 1) {
			if outsideOf(c, shape) == 1 {
				frame = append(frame, c)
			}
		}
	}
	d := grid.New[float32](shape...)
	for i := range d.Data {
		if !measured(i) {
			continue
		}
		best := math.Inf(1)
		for j := range d.Data {
			if site(i, j) {
				best = min(best, r.square(at[i], at[j]))
			}
		}
		for _, c := range frame {
			best = min(best, r.square(at[i], c))
		}
		d.Data[i] = r.distance(best)
	}
	return d
}

func bruteTransform(mask *grid.Mask, o edt.Options) *grid.Map {
	return bruteTo(mask.Shape, o,
		func(i int) bool { return mask.Data[i] != 0 },
		func(_, j int) bool { return mask.Data[j] == 0 })
}

func bruteOutside(mask *grid.Mask, o edt.Options) *grid.Map {
	o.BorderIsBackground = false
	return bruteTo(mask.Shape, o,
		func(i int) bool { return mask.Data[i] == 0 },
		func(_, j int) bool { return mask.Data[j] != 0 })
}

func bruteMultiLabel(labels *grid.Labels, o edt.Options) *grid.Map {
	return bruteTo(labels.Shape, o,
		func(i int) bool { return labels.Data[i] != 0 },
		func(i, j int) bool { return labels.Data[i] != labels.Data[j] })
}

// bruteObjects returns, for every pixel, the squared distance to every object.
func bruteObjects(labels *grid.Labels, o edt.Options) []map[int32]float64 {
	r := newRuler(labels.Shape, o)
	at := coordinates(labels.Shape, 0)
	all := make([]map[int32]float64, len(labels.Data))
	for i := range all {
		all[i] = map[int32]float64{}
		for j, c := range labels.Data {
			if c == 0 {
				continue
			}
			q := r.square(at[i], at[j])
			if old, ok := all[i][c]; !ok || q < old {
				all[i][c] = q
			}
		}
	}
	return all
}
