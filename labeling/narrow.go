package labeling

import (
	"math/bits"

	"github.com/weightmap/weightmap/internal/parallel"
)

// Every row costs something, however short it is. So an image whose rows are shorter than this,
// and of which there are more, is labelled lying on its side.
const narrow = 8

// lying is an image of h rows of w pixels on its side, and what the ids there become.
type lying struct {
	pixels []uint8
	labels []int32
	ids    []int32

	h, w          int
	uprightPixels []uint8
	uprightLabels []int32
}

// lie labels an image that it turns and turns back. What touches stays the same, but not the
// raster order.
func (l *Labeler) lie(labels []int32, pixels []uint8, h, w int, c Connectivity) (n int) {
	t := &l.lying
	t.h, t.w, t.uprightPixels, t.uprightLabels = h, w, pixels, labels
	t.pixels, t.labels = grow(t.pixels, h*w), grow(t.labels, h*w)
	workers := max(1, l.Workers) // however small it is, for to turn it takes longer than to label it
	parallel.Do((*turning)(t), h, blocksEach*workers, workers)
	n = l.components(t.labels, t.pixels, 1, w, h, c)
	t.ids = grow(t.ids, n+1)
	clear(t.ids)
	l.uprightIDs()
	parallel.Do((*turningBack)(t), h, blocksEach*workers, workers)
	t.uprightPixels, t.uprightLabels = nil, nil
	return n
}

// uprightIDs numbers the lying image's ids in the order in which they first appear in the upright
// one: where a run of a band starts, since what comes before it would touch it.
func (l *Labeler) uprightIDs() {
	t, k := &l.lying, &l.call
	next, ids := int32(0), t.ids
	ids[0] = 1 // in place of what does not begin
	for i := range k.words {
		all := uint64(0)
		for b := range k.bands {
			all |= l.band(b)[i].start
		}
		for ; all != 0; all &= all - 1 {
			y := bits.TrailingZeros64(all)
			for b := range k.bands { // no branch, for nobody could foresee it
				first, last := b*k.rowsIn, min((b+1)*k.rowsIn, t.w)-1
				at := 64*i + y
				v := (t.labels[first*t.h+at] | t.labels[last*t.h+at]) & -int32(l.band(b)[i].start>>y&1)
				isNew := int32(uint32(ids[v]-1) >> 31)
				next += isNew
				ids[v] += next & -isNew
			}
		}
	}
	ids[0] = 0
}

type turning lying

// Run turns some rows of pixels.
func (t *turning) Run(_, lo, hi int) {
	for x := range t.w {
		row := t.pixels[x*t.h : (x+1)*t.h]
		for y := lo; y < hi; y++ {
			row[y] = t.uprightPixels[y*t.w+x]
		}
	}
}

type turningBack lying

// Run writes some rows of labels.
func (t *turningBack) Run(_, lo, hi int) {
	for x := range t.w {
		row := t.labels[x*t.h : (x+1)*t.h]
		for y := lo; y < hi; y++ {
			t.uprightLabels[y*t.w+x] = t.ids[row[y]]
		}
	}
}
