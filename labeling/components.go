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

	// sets has a bit for each pixel, 1 for foreground, rows padded to whole words of which
	// the last bit is 0. A word of 0 comes before them all, so each row has a word to the
	// left of it that ends with 0, and a row of 0 in place of those outside the grid after.
	sets []uint64
	// bands holds what is known of the runs in each word of each band, and last a band
	// without any.
	bands []band
	// before is for each band the entry in the forest of the last run of the bands before
	// it, and last that of the last run of all.
	before []int32
	// forest has an entry for each run from 1 on: its parent, and in the end its id.
	forest forest
	// ids is for each band the last id of the trees that begin in the bands before it, and last
	// that of all.
	ids []int32
	// parts are the first bands of the parts of a mask that have been joined by themselves, and
	// last the number of bands.
	parts []int
	hands []hand // of each worker

	call  call
	lying lying
}

// hand is what one worker notes down for the others.
type hand struct {
	parts   []int   // first bands of those that he has joined
	end     int     // the band after the last of them
	outside []int32 // entries whose parents are in parts before theirs
}

// call is what the workers of one call need to know.
type call struct {
	c       Connectivity
	pixels  []uint8
	labels  []int32
	h, w    int // rows a slice and pixels a row
	words   int // words a row
	rows    int // rows of all slices
	rowsIn  int // rows a band
	bands   int
	unit    int // bands that stay together: one, or those of a slice
	units   int
	blocks  int // of units
	workers int
	team    *parallel.Team
}

// Components does what the function [Components] does.
func (l *Labeler) Components(dst *grid.Labels, mask *grid.Mask, c Connectivity) (labels *grid.Labels, n int) {
	c.must(mask.Shape)
	labels = grid.Like(dst, mask.Shape)
	d, h, w := extent(mask.Shape)
	if d == 1 && w < narrow && w < h {
		n = l.lie(labels.Data, mask.Data, h, w, c)
	} else {
		n = l.components(labels.Data, mask.Data, d, h, w, c, false)
	}
	l.call = call{}
	return labels, n
}

// components labels d slices of h rows of w pixels. If they lie on their side the ids are as
// those of the upright image.
func (l *Labeler) components(labels []int32, pixels []uint8, d, h, w int, c Connectivity, lying bool) (n int) {
	k := &l.call
	*k = call{c: c, pixels: pixels, labels: labels, h: h, w: w, words: w/64 + 1, rows: d * h, rowsIn: 1, unit: 1}
	if c == 8 {
		k.rowsIn = 2
	}
	if d != 1 {
		k.unit = h
	}
	k.bands = (k.rows + k.rowsIn - 1) / k.rowsIn
	if k.bands > 0 {
		k.units = k.bands / k.unit
	}
	k.workers, k.blocks = l.workers(len(pixels)), 1
	if k.workers > 1 {
		k.blocks = parallel.Blocks(k.units, blocksEach*k.workers)
	}

	l.sets = grow(l.sets, 1+(k.rows+1)*k.words)
	l.sets[0] = 0
	clear(l.sets[1+k.rows*k.words:])
	l.bands = grow(l.bands, (k.bands+1)*k.words)
	clear(l.bands[k.bands*k.words:])
	l.before = grow(l.before, k.bands+1)
	l.ids = grow(l.ids, k.bands+1)
	for len(l.hands) < k.workers {
		l.hands = append(l.hands, hand{})
	}
	k.team = parallel.Gather(k.workers)
	defer k.team.Dismiss()
	for w := range l.hands {
		h := &l.hands[w]
		h.parts, h.end, h.outside = h.parts[:0], -1, h.outside[:0]
	}

	l.share((*packing)(l))
	last := addUp(l.before)
	mustFit(last + 1)
	l.forest = grow(l.forest, last+1+beyond)
	l.share((*joining)(l))
	l.joinParts()
	if lying {
		n = l.numberUpright()
	} else {
		n = l.number()
	}
	l.share((*painting)(l))
	return n
}

// workers is how many share so many pixels.
func (l *Labeler) workers(pixels int) int {
	if pixels < fewestShared {
		return 1
	}
	return max(1, l.Workers)
}

// share has the workers of the call do one of the steps below.
func (l *Labeler) share(step parallel.Task) {
	l.call.team.Do(step, l.call.units, l.call.blocks)
}

// blocksEach is how many blocks there are for each worker.
const blocksEach = 16

// fewestShared is the number of pixels below which a mask is labelled before another worker is
// awake. Tests change it.
var fewestShared = 1 << 16

// row is the words of a row, from the one to the left of it on.
func (l *Labeler) row(r int) []uint64 {
	return l.sets[r*l.call.words:][:l.call.words+1]
}

// band is what is known of the runs of a band.
func (l *Labeler) band(b int) []band {
	return l.bands[b*l.call.words:][:l.call.words]
}

type packing Labeler

// Run turns rows to words, and counts the runs of each band.
func (l *packing) Run(_, lo, hi int) {
	k := &l.call
	for b := lo * k.unit; b < hi*k.unit; b++ {
		first, end := b*k.rowsIn, min((b+1)*k.rowsIn, k.rows)
		for r := first; r < end; r++ {
			pack((*Labeler)(l).row(r)[1:], k.pixels[r*k.w:], k.w)
		}
		row := (*Labeler)(l).row(first)
		second := row
		if first+1 < end {
			second = (*Labeler)(l).row(first + 1)
		}
		l.before[b+1] = findRuns((*Labeler)(l).band(b), row, second)
	}
}

// addUp makes of the runs of each band, or of the trees that begin there, how many there are in
// the bands before each. It returns how many in all.
func addUp(before []int32) int {
	all := 0
	before[0] = 0
	for b, some := range before[1:] {
		all += int(some)
		before[b+1] = int32(all)
	}
	return all
}

type joining Labeler

// Run joins the runs of bands with what they touch among those bands, and among those that the worker
// has joined just before them: they become one part.
func (l *joining) Run(worker, lo, hi int) {
	k, h := &l.call, &l.hands[worker]
	if lo*k.unit != h.end {
		h.parts = append(h.parts, lo*k.unit)
	}
	h.end = hi * k.unit
	first := h.parts[len(h.parts)-1]
	for b := lo * k.unit; b < h.end; b++ {
		entry := l.before[b] + 1
		if entry > l.before[b+1] {
			continue
		}
		l.forest.plant(entry, l.before[b+1]+1)
		this := (*Labeler)(l).band(b)
		for i := range this {
			this[i].run += l.before[b]
		}
		(*Labeler)(l).join(b, first, true)
	}
}

// joinParts joins the parts with each other.
func (l *Labeler) joinParts() {
	k := &l.call
	l.parts = l.parts[:0]
	for w := range l.hands {
		l.parts = append(l.parts, l.hands[w].parts...)
	}
	slices.Sort(l.parts)
	for _, first := range l.parts[min(1, len(l.parts)):] {
		for b := first; b < first+k.unit; b++ {
			l.join(b, first, false)
		}
	}
	l.parts = append(l.parts, k.bands)
}

// join joins the runs of band b with those that they touch in bands before it: in those
// from the band first on if within, else in those before that.
func (l *Labeler) join(b, first int, within bool) {
	k := &l.call
	z, y := b/k.h, b%k.h
	if k.rowsIn > 1 {
		z, y = 0, b
	}
	if y > 0 && (b-1 >= first) == within {
		joinAbove(l.forest, k.c, l.band(b-1), l.band(b), l.row(b*k.rowsIn-1), l.row(b*k.rowsIn), within)
	}
	if z > 0 && (b-k.h >= first) == within { // a band is a row here
		row := func(r int, inside bool) int {
			if inside {
				return r
			}
			return k.rows
		}
		l.joinSlice(b, row(b-1, y > 0), b-k.h, row(b-k.h-1, y > 0), row(b-k.h+1, y < k.h-1))
	}
}

type painting Labeler

// Run writes the labels of rows. Bands without runs are cleared many at once.
func (l *painting) Run(_, lo, hi int) {
	k := &l.call
	first, end := lo*k.unit*k.rowsIn, min(hi*k.unit*k.rowsIn, k.rows)
	out := k.labels[first*k.w : end*k.w]
	past := haveAVX2 && k.w%8 == 0 && len(k.labels) >= large && aligned(&k.labels[0])
	if past {
		defer fence()
	}
	empty := 0
	for r := first; r < end; r++ {
		b := r / k.rowsIn
		if l.before[b] == l.before[b+1] {
			empty += k.w
			continue
		}
		clear(out[:empty])
		out, empty = out[empty:], 0
		paint(out, k.w, l.forest, (*Labeler)(l).row(r)[1:], (*Labeler)(l).band(b), past)
		out = out[k.w:]
	}
	clear(out)
}

// grow returns a slice of n elements, the old one if it is long enough.
func grow[T any](old []T, n int) []T { return slices.Grow(old[:0], n)[:n] }

// mustFit panics if a forest of n entries cannot be indexed.
func mustFit(n int) {
	if n > math.MaxInt32-beyond {
		panic(fmt.Sprintf("labeling: %d runs are more than 32 bits can count", n))
	}
}
