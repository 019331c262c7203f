package labeling

import (
	"fmt"

	"github.com/weightmap/weightmap/grid"
)

// Connectivity is the number of neighbours that touch a pixel.
//
//	4, 8       in 2-D: pixels that share an edge; an edge or a corner
//	6, 18, 26  in 3-D: voxels that share a face; a face or an edge; a face, an edge or a corner
//
// A line (1-D) has two neighbours a pixel, left and right, at any connectivity:
// 2 and all of the above mean the same there.
type Connectivity int

// Valid reports whether grids of that number of axes can have the connectivity.
func (c Connectivity) Valid(ndim int) bool {
	switch c {
	case 2:
		return ndim == 1
	case 4, 8:
		return ndim == 1 || ndim == 2
	case 6, 18, 26:
		return ndim == 1 || ndim == 3
	}
	return false
}

// Default returns the full connectivity of that number of axes: 2 in 1-D, 8 in
// 2-D, 26 in 3-D. It panics on any other number.
func Default(ndim int) Connectivity {
	switch ndim {
	case 1:
		return 2
	case 2:
		return 8
	case 3:
		return 26
	}
	panic(fmt.Sprintf("labeling: no connectivity in %d axes, want 1 to 3", ndim))
}

// must panics with the shape if the connectivity does not fit it.
func (c Connectivity) must(shape []int) {
	if !c.Valid(len(shape)) {
		panic(fmt.Sprintf("labeling: connectivity %d does not fit shape %v", int(c), shape))
	}
}

// extent returns a shape of one to three axes as slices, rows and columns. It
// panics with the shape otherwise. Without pixels all three are 0, so that
// loops over rows of nothing end at once.
func extent(shape []int) (d, h, w int) {
	if grid.Size(shape) == 0 && 1 <= len(shape) && len(shape) <= 3 {
		return 0, 0, 0
	}
	switch len(shape) {
	case 1:
		return 1, 1, shape[0]
	case 2:
		return 1, shape[0], shape[1]
	case 3:
		return shape[0], shape[1], shape[2]
	}
	panic(fmt.Sprintf("labeling: shape %v has %d axes, want 1 to 3", shape, len(shape)))
}

// neighbourRow is a row that comes before a given one in raster order and touches
// it: dz slices and dy rows away. A pixel touches those of the same column in it,
// and reach columns to either side.
type neighbourRow struct{ dz, dy, reach int }

// rowsBefore lists the rows before a row that touch it. Those of the previous
// slice do not exist in 2-D, nor any in 1-D: they fall outside the grid.
func (c Connectivity) rowsBefore() []neighbourRow {
	switch c {
	case 4, 6:
		return []neighbourRow{{0, -1, 0}, {-1, 0, 0}}
	case 18:
		return []neighbourRow{{0, -1, 1}, {-1, 0, 1}, {-1, -1, 0}, {-1, 1, 0}}
	case 8, 26:
		return []neighbourRow{{0, -1, 1}, {-1, 0, 1}, {-1, -1, 1}, {-1, 1, 1}}
	}
	return nil
}
