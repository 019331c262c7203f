package labeling

import (
	"slices"
	"sync"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/parallel"
)

// Components labels the connected components of the non-zero pixels of mask:
// 1..n in raster order of their first pixels, 0 elsewhere. It returns the labels
// and n. To label many masks, or with several workers, keep a [Labeler].
//
// Ids are int32, which is enough for any grid of fewer than 2³² pixels. Beyond
// that, it panics if the mask has about 2³¹ runs (stretches of a row) or more.
func Components(dst *grid.Labels, mask *grid.Mask, c Connectivity) (*grid.Labels, int) {
	return new(Labeler).Components(dst, mask, c)
}

// A Labeler finds connected components and keeps its scratch space from call to
// call. The zero Labeler is ready to use. It serves one call at a time.
type Labeler struct {
	// Workers is the number of goroutines that share the rows (in 3-D: the slices) of a
	// mask; 0 is 1. The labels do not depend on it. What is small is left to one.
	Workers int

	// sets has a bit for each pixel, 1 for foreground, rows padded to whole words with 0,
	// and last a row of 0 in place of those outside the grid.
	sets []uint64
	// bands holds what is known of the runs in each word of each band, and last a place for a
	// band outside the grid, which has none; runs is how many there are in each band.
	bands []band
	runs  []int32
	hands []hand // of each worker
	parts []part // in raster order
	// trees has an entry for each tree of a part, with the parts in order: first its parent, and in
	// the end its id.
	trees   forest
	follows []sync.Once // of each part

	call  call
	lying lying
}

// call is what the workers of one call need to know.
type call struct {
	c      Connectivity
	pixels []uint8
	labels []int32
	h, w   int // rows a slice and pixels a row
	words  int // words a row
	rows   int // rows of all slices
	rowsIn int // rows a band
	bands  int
	unit   int // bands that stay together: one, or those of a slice
	lying  bool
	past   bool // labels are written past the cache
}

// firstRow is the one of a band, or the one after the last.
func (k *call) firstRow(b int) int { return min(b*k.rowsIn, k.rows) }

// Components does what the function [Components] does.
func (l *Labeler) Components(dst *grid.Labels, mask *grid.Mask, c Connectivity) (labels *grid.Labels, n int) {
	c.must(mask.Shape)
	labels = grid.Like(dst, mask.Shape)
	d, h, w := extent(mask.Shape)
	workers := 1
	if len(mask.Data) >= fewestShared {
		workers = max(1, l.Workers)
	}
	team := parallel.Gather(workers)
	defer team.Dismiss()
	for len(l.hands) < team.Workers() {
		l.hands = append(l.hands, hand{})
	}
	if d == 1 && w < narrow && w < h {
		n = l.lie(team, labels.Data, mask.Data, h, w, c)
	} else {
		n = l.components(team, labels.Data, mask.Data, d, h, w, c, false)
	}
	l.call = call{}
	return labels, n
}

// components labels d slices of h rows of w pixels. If they lie on their side the ids are as
// those of the upright image.
func (l *Labeler) components(team *parallel.Team, labels []int32, pixels []uint8, d, h, w int, c Connectivity, lying bool) (n int) {
	k := &l.call
	*k = call{c: c, pixels: pixels, labels: labels, h: h, w: w, words: max(1, (w+63)/64), rows: d * h, rowsIn: 1, unit: 1, lying: lying}
	if c == 8 {
		k.rowsIn = 2
	}
	if d != 1 {
		k.unit = h
	}
	k.past = haveAVX2 && w%8 == 0 && len(labels) >= large && aligned(&labels[0])
	k.bands = (k.rows + k.rowsIn - 1) / k.rowsIn
	units := 0
	if k.bands > 0 {
		units = k.bands / k.unit
	}
	blocks := 1
	if team != nil {
		blocks = parallel.Blocks(units, max(blocksEach*team.Workers(), len(pixels)/blockPixels))
	}

	l.sets = grow(l.sets, (k.rows+1)*k.words)
	clear(l.sets[k.rows*k.words:])
	l.bands = grow(l.bands, (k.bands+1)*k.words)
	l.runs = grow(l.runs, k.bands)
	for w := range l.hands {
		h := &l.hands[w]
		h.forest, h.parts, h.open, h.tooMany = h.forest[:0], h.parts[:0], false, false
	}

	if lying { // it has few rows, which are one part
		team.Do((*labelling)(l), units, 1)
	} else {
		team.Do((*labelling)(l), units, blocks)
	}
	l.mustFit()
	if lying {
		n = l.numberUpright()
	} else {
		n = l.joinParts()
	}
	team.Do((*painting)(l), units, blocks)
	return n
}

const (
	// blocksEach is how many blocks there are at least for each worker, and blockPixels how large they
	// are at most if rows and slices allow it: who has done all waits for one at the end.
	blocksEach  = 16
	blockPixels = 1 << 15
)

// fewestShared is the number of pixels below which a mask is labelled before another worker is
// awake. Tests change it.
var fewestShared = 1 << 16

// row is the words of a row.
func (l *Labeler) row(r int) []uint64 {
	return l.sets[r*l.call.words:][:l.call.words]
}

// band is what is known of the runs of a band.
func (l *Labeler) band(b int) []band {
	return l.bands[b*l.call.words:][:l.call.words]
}

// grow returns a slice of n elements, the old one if it is long enough.
func grow[T any](old []T, n int) []T { return slices.Grow(old[:0], n)[:n] }
