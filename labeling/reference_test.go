package labeling_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/labeling"
)

// Brute force: everything is asked of every pixel and all its neighbours, found
// from the definition of connectivity and by coordinates.

// offsets lists the neighbours of a pixel: steps of at most 1 an axis, and not more
// axes than share a face (1), an edge (2) or a corner (3) with it.
func offsets(ndim int, c labeling.Connectivity) [][]int {
	if known, ok := offsetsOf[c]; ok && len(known[0]) == ndim {
		return known
	}
	axes := map[labeling.Connectivity]int{2: 1, 4: 1, 8: 2, 6: 1, 18: 2, 26: 3}[c]
	all := [][]int{{}}
	for range ndim {
		var longer [][]int
		for _, o := range all {
			for _, step := range []int{-1, 0, 1} {
				longer = append(longer, append(append([]int{}, o...), step))
			}
		}
		all = longer
	}
	var near [][]int
	for _, o := range all {
		moved := 0
		for _, step := range o {
			moved += step * step
		}
		if 0 < moved && moved <= axes {
			near = append(near, o)
		}
	}
	offsetsOf[c] = near
	return near
}

var offsetsOf = map[labeling.Connectivity][][]int{}

// neighbours appends the indices of the pixels that touch pixel i.
func neighbours(near []int, shape []int, steps [][]int, i int) []int {
	var at [3]int
	for a, rest := len(shape)-1, i; a >= 0; a-- {
		at[a], rest = rest%shape[a], rest/shape[a]
	}
next:
	for _, step := range steps {
		j := 0
		for a, n := range shape {
			x := at[a] + step[a]
			if x < 0 || x >= n {
				continue next
			}
			j = j*n + x
		}
		near = append(near, j)
	}
	return near
}

// flood labels components of equal non-zero value by flood fill.
func flood[T grid.Element](values *grid.Grid[T], c labeling.Connectivity) (*grid.Labels, int) {
	labels := grid.New[int32](values.Shape...)
	steps := offsets(len(values.Shape), c)
	n := 0
	var stack, near []int
	for i, v := range values.Data {
		if v == 0 || labels.Data[i] != 0 {
			continue
		}
		n++
		labels.Data[i] = int32(n)
		for stack = append(stack[:0], i); len(stack) > 0; {
			p := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			near = neighbours(near[:0], values.Shape, steps, p)
			for _, q := range near {
				if labels.Data[q] == 0 && values.Data[q] == v {
					labels.Data[q] = int32(n)
					stack = append(stack, q)
				}
			}
		}
	}
	return labels, n
}

// binary returns a mask of ones where m is not 0.
func binary(m *grid.Mask) *grid.Mask {
	b := grid.New[uint8](m.Shape...)
	for i, v := range m.Data {
		if v != 0 {
			b.Data[i] = 1
		}
	}
	return b
}

// connectivities are those that fit the number of axes.
func connectivities(ndim int) []labeling.Connectivity {
	var fit []labeling.Connectivity
	for _, c := range []labeling.Connectivity{2, 4, 8, 6, 18, 26} {
		if c.Valid(ndim) {
			fit = append(fit, c)
		}
	}
	return fit
}

// randomShape returns one to three axes. Rows are often longer than a word of 64
// bits, and now and then an axis is empty.
func randomShape(rng *rand.Rand) []int {
	w := 1 + rng.IntN(12)
	if rng.IntN(2) == 0 {
		w = 1 + rng.IntN(200)
	}
	shape := [][]int{{w}, {1 + rng.IntN(9), w}, {1 + rng.IntN(5), 1 + rng.IntN(5), w}}[rng.IntN(3)]
	if rng.IntN(100) == 0 {
		shape[rng.IntN(len(shape))] = 0
	}
	return shape
}

// randomValues returns values 0 to most, in runs whose length differs from grid to
// grid, and background as often as it happens to be.
func randomValues[T grid.Element](rng *rand.Rand, shape []int, most int) *grid.Grid[T] {
	g := grid.New[T](shape...)
	background, change := rng.Float64(), 1.0
	if rng.IntN(2) == 0 {
		change = rng.Float64()
	}
	var v T
	for i := range g.Data {
		if rng.Float64() < change {
			v = 0
			if rng.Float64() >= background {
				v = T(1 + rng.IntN(most))
			}
		}
		g.Data[i] = v
	}
	return g
}

// show prints a small grid for an error message.
func show[T grid.Element](g *grid.Grid[T]) string {
	if len(g.Data) > 1000 {
		return fmt.Sprintf("shape %v", g.Shape)
	}
	return fmt.Sprintf("shape %v data %v", g.Shape, g.Data)
}
