package labeling

import "github.com/weightmap/weightmap/grid"

// Object is what [Measure] finds out about the pixels of one id. All slices have
// one entry an axis, in the order of the grid's Shape.
type Object struct {
	ID       int32
	Pixels   int
	Min, Max []int     // the bounding box: Min[a] <= x < Max[a] for every pixel
	Centroid []float64 // the mean of the pixels' coordinates
}

// Measure returns the objects in ascending order of id: one for each id other
// than 0 that occurs, in however many pieces. Coordinates count pixel centres: the
// first pixel is at 0. The mean is exact but for one rounding.
func Measure(labels *grid.Labels) []Object {
	d, h, w := extent(labels.Shape)
	var seen register[int32]
	tallies := make([]tally, 1) // by number of the register
	for r := range d * h {
		line := labels.Data[r*w : (r+1)*w]
		for start := 0; start < w; {
			id := line[start]
			end := start + 1
			for end < w && line[end] == id {
				end++
			}
			if id != 0 {
				k := seen.number(id)
				if int(k) == len(tallies) {
					tallies = append(tallies, tally{})
				}
				tallies[k].add(r/h, r%h, start, end)
			}
			start = end
		}
	}

	ndim := len(labels.Shape)
	order := seen.ascending()
	objects := make([]Object, len(order))
	box := make([]int, 2*ndim*len(order)) // one allocation for all slices of a type
	mean := make([]float64, ndim*len(order))
	for i, k := range order {
		t := &tallies[k]
		o := Object{ID: seen.ids[k], Pixels: t.pixels, Min: box[:ndim:ndim], Max: box[ndim : 2*ndim : 2*ndim], Centroid: mean[:ndim:ndim]}
		box, mean = box[2*ndim:], mean[ndim:]
		copy(o.Min, t.min[3-ndim:])
		copy(o.Max, t.max[3-ndim:])
		for a := range ndim {
			o.Centroid[a] = float64(t.sum[3-ndim+a]) / float64(t.pixels)
		}
		objects[i] = o
	}
	return objects
}

// tally adds up an object run by run, over slice, row and column.
type tally struct {
	pixels   int
	min, max [3]int
	sum      [3]int64
}

func (t *tally) add(z, y, start, end int) {
	first, last := [3]int{z, y, start}, [3]int{z, y, end - 1}
	n := end - start
	for a := range first {
		if t.pixels == 0 {
			t.min[a] = first[a]
		}
		t.min[a] = min(t.min[a], first[a])
		t.max[a] = max(t.max[a], last[a]+1)
		t.sum[a] += int64(n) * int64(first[a]+last[a]) / 2 // even: a run of n, or n times the same
	}
	t.pixels += n
}
