package labeling

import (
	"fmt"
	"math"
	"slices"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/parallel"
)

// Components labels the connected components of the non-zero pixels of mask:
// 1..n in raster order of their first pixels, 0 elsewhere. It returns the labels
// and n. To label many masks, or with several workers, keep a [Labeler].
//
// Ids are int32, which is enough for any grid of fewer than 2³⁰ pixels. Beyond
// that, it panics if the mask has more than 2³⁰−1 runs (stretches of a row).
func Components(dst *grid.Labels, mask *grid.Mask, c Connectivity) (*grid.Labels, int) {
	return new(Labeler).Components(dst, mask, c)
}

// A Labeler finds connected components and keeps its scratch space from call to
// call. The zero Labeler is ready to use. It serves one call at a time.
type Labeler struct {
	// Workers is the number of goroutines that share the rows (in 3-D: the slices) of a
	// mask; 0 is 1. The labels do not depend on it.
	Workers int

	// turns has a bit for each pixel that is not what its left neighbour is, rows
	// padded to whole words. To the left of a row is background.
	turns []uint64
	// rows holds the words of all rows, and last a row of nothing in place of those
	// outside the grid.
	rows []word
	// before is for each row the entry in the forest of the last run of the rows before
	// it, −1 if there is none, and last that of the last run of all.
	before []int32
	// forest has an entry for each segment between turns, in raster order: 0 for
	// background, which a row starts and ends with, and else its parent.
	forest forest

	call call
}

// call is what the workers of one call need to know.
type call struct {
	c       Connectivity
	pixels  []uint8
	labels  []int32
	h, w    int // rows a slice and pixels a row
	words   int // words a row
	unit    int // rows that stay together: a row or a slice
	units   int
	workers int
}

// Components does what the function [Components] does.
func (l *Labeler) Components(dst *grid.Labels, mask *grid.Mask, c Connectivity) (*grid.Labels, int) {
	c.must(mask.Shape)
	dst = grid.Like(dst, mask.Shape)
	d, h, w := extent(mask.Shape)
	units, unit := h, 1
	if d != 1 {
		units, unit = d, h
	}
	words := (w + 63) / 64
	l.call = call{c, mask.Data, dst.Data, h, w, words, unit, units, parallel.Blocks(units, l.Workers)}
	l.turns = grow(l.turns, d*h*words)
	l.rows = grow(l.rows, (d*h+1)*words)
	clear(l.rows[d*h*words:])
	l.before = grow(l.before, d*h+1)

	l.share((*packing)(l))
	last := l.addUp()
	mustFit(last+2, mask.Shape)
	l.forest = grow(l.forest, last+2)
	l.forest[0] = 0
	l.share((*joining)(l))
	for b := 1; b < l.call.workers; b++ {
		first := unit * parallel.Edge(b, units, l.call.workers)
		for r := first; r < first+unit; r++ {
			l.join(r, first, false)
		}
	}
	n := l.forest.number(2)
	l.share((*painting)(l))
	l.call = call{}
	return dst, n
}

// share has the workers of the call do one of the steps below.
func (l *Labeler) share(step parallel.Task) {
	parallel.Do(step, l.call.units, l.call.workers)
}

type packing Labeler

// Run turns rows to words, and counts the segments of each.
func (l *packing) Run(_, lo, hi int) {
	k := &l.call
	for r := lo * k.unit; r < hi*k.unit; r++ {
		at := r * k.words
		l.before[r+1] = pack(l.rows[at:at+k.words], l.turns[at:], k.pixels[r*k.w:(r+1)*k.w])
	}
}

// addUp makes of the segments of each row the entry before each row. It returns the last.
func (l *Labeler) addUp() int {
	at := -1
	l.before[0] = int32(at)
	for r, segments := range l.before[1:] {
		at += int(segments)
		l.before[r+1] = int32(at)
	}
	return at
}

type joining Labeler

// Run joins the runs of rows with what they touch among those rows.
func (l *joining) Run(_, lo, hi int) {
	k := &l.call
	first := lo * k.unit
	for r := first; r < hi*k.unit; r++ {
		for i := l.before[r] + 2; i <= l.before[r+1]; i += 2 { // each run a tree of its own
			l.forest[i], l.forest[i+1] = i, 0
		}
		this := l.rows[r*k.words:][:k.words]
		for i := range this {
			this[i].run += l.before[r]
		}
		(*Labeler)(l).join(r, first, true)
	}
}

// join joins the runs of row r with those that they touch in rows before it: in those
// from the row first on if within, else in those before that.
func (l *Labeler) join(r, first int, within bool) {
	k := &l.call
	nothing := len(l.before) - 1
	row := func(r int, inside bool) []word {
		if !inside {
			r = nothing
		}
		return l.rows[r*k.words:][:k.words]
	}
	z, y := r/k.h, r%k.h
	this, above := row(r, true), row(r-1, y > 0)
	if y > 0 && (r-1 >= first) == within {
		joinAbove(l.forest, k.c, this, above)
	}
	if z > 0 && (r-k.h >= first) == within {
		joinSlice(l.forest, k.c, this, above, row(r-k.h, true), row(r-k.h-1, y > 0), row(r-k.h+1, y < k.h-1))
	}
}

type painting Labeler

// Run writes the labels of rows.
func (l *painting) Run(_, lo, hi int) {
	k := &l.call
	first, end := lo*k.unit, hi*k.unit
	paint(k.labels[first*k.w:end*k.w], l.forest[l.before[first]+1:], l.turns[first*k.words:], k.w, k.words)
}

// grow returns a slice of n elements, the old one if it is long enough.
func grow[T any](old []T, n int) []T { return slices.Grow(old[:0], n)[:n] }

// mustFit panics with the shape if a forest of n segments cannot be indexed.
func mustFit(n int, shape []int) {
	if n > math.MaxInt32 {
		panic(fmt.Sprintf("labeling: shape %v has more than 2^30-1 runs", shape))
	}
}
