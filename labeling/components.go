package labeling

import (
	"fmt"
	"math"
	"slices"

	"github.com/weightmap/weightmap/grid"
)

// Components labels the connected components of the non-zero pixels of mask:
// 1..n in raster order of their first pixels, 0 elsewhere. It returns the labels
// and n. To label many masks, keep a [Labeler].
//
// Ids are int32, which is enough for any grid of fewer than 2³⁰ pixels. Beyond
// that, it panics if the mask has more than 2³⁰−1 runs (stretches of a row).
func Components(dst *grid.Labels, mask *grid.Mask, c Connectivity) (*grid.Labels, int) {
	return new(Labeler).Components(dst, mask, c)
}

// A Labeler finds connected components and keeps its scratch space from call to
// call. The zero Labeler is ready to use. It serves one call at a time.
type Labeler struct {
	// turns has a bit for each pixel that is not what its left neighbour is, rows
	// padded to whole words. To the left of a row is background.
	turns []uint64
	// forest has an entry for each segment between turns, in raster order: 0 for
	// background, which a row starts and ends with, and else its parent.
	forest forest
	// window holds the rows that the current one may touch, and last a row of
	// nothing in place of those outside the grid.
	window []word
}

// Components does what the function [Components] does.
func (l *Labeler) Components(dst *grid.Labels, mask *grid.Mask, c Connectivity) (*grid.Labels, int) {
	c.must(mask.Shape)
	dst = grid.Like(dst, mask.Shape)
	d, h, w := extent(mask.Shape)
	words := (w + 63) / 64
	rows := rowsInReach(d, h)
	l.reset(d*h, words)
	l.window = slices.Grow(l.window[:0], (rows+1)*words)[:(rows+1)*words]
	nothing := l.window[rows*words:]
	clear(nothing)
	row := func(r int, inside bool) []word {
		if !inside {
			return nothing
		}
		return l.window[r%rows*words:][:words]
	}
	for r := range d * h {
		z, y := r/h, r%h
		this := row(r, true)
		end := pack(this, l.turns[r*words:], mask.Data[r*w:(r+1)*w], len(l.forest)-2)
		mustFit(end+2, mask.Shape)
		l.growTo(end + 2)
		above := row(r-1, y > 0)
		joinAbove(l.forest, c, this, above)
		if z > 0 {
			joinSlice(l.forest, c, this, above, row(r-h, true), row(r-h-1, y > 0), row(r-h+1, y < h-1))
		}
	}
	n := l.forest.number(2)
	l.paint(dst.Data, w, words)
	return dst, n
}

// rowsInReach returns how many successive rows include all that touch the last.
func rowsInReach(d, h int) int {
	if d > 1 {
		return h + 2
	}
	return min(h, 2)
}

// reset empties the Labeler for that many rows of words.
func (l *Labeler) reset(rows, words int) {
	l.turns = slices.Grow(l.turns[:0], rows*words)[:rows*words]
	l.forest = append(l.forest[:0], 0)
}

// growTo appends runs to the forest, each a tree of its own and followed by
// background, until it has n entries.
func (l *Labeler) growTo(n int) {
	old := len(l.forest)
	l.forest = slices.Grow(l.forest, n-old)[:n]
	for i := old; i < n; i += 2 {
		l.forest[i], l.forest[i+1] = int32(i), 0
	}
}

// mustFit panics with the shape if a forest of n segments cannot be indexed.
func mustFit(n int, shape []int) {
	if n > math.MaxInt32 {
		panic(fmt.Sprintf("labeling: shape %v has more than 2^30-1 runs", shape))
	}
}
