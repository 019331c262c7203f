package labeling

import (
	"math/bits"

	"github.com/weightmap/weightmap/internal/parallel"
	"github.com/weightmap/weightmap/internal/transpose"
)

// Every row costs something, however short it is. So an image whose rows are shorter than this,
// and of which there are more, is labelled lying on its side.
const narrow = 8

// lying is an image of h rows of w pixels on its side.
type lying struct {
	pixels []uint8
	labels []int32

	h, w          int
	uprightPixels []uint8
	uprightLabels []int32
}

// lie labels an image that it turns and turns back. What touches stays the same, but not the
// raster order.
func (l *Labeler) lie(team *parallel.Team, labels []int32, pixels []uint8, h, w int, c Connectivity) (n int) {
	t := &l.lying
	t.h, t.w, t.uprightPixels, t.uprightLabels = h, w, pixels, labels
	t.pixels, t.labels = grow(t.pixels, h*w), grow(t.labels, h*w)
	team.Do((*turning)(t), h, blocksEach*team.Workers())
	n = l.components(team, t.labels, t.pixels, 1, w, h, c, true)
	team.Do((*turningBack)(t), h, blocksEach*team.Workers())
	t.uprightPixels, t.uprightLabels = nil, nil
	return n
}

// numberUpright gives the runs of a lying image, which is one part, the ids of their trees, in raster
// order of the first pixels in the upright one: where a run of a band starts, since what comes before
// it would touch it. It returns how many trees there are.
func (l *Labeler) numberUpright() int {
	k, f := &l.call, l.hands[0].forest
	l.parts = append(l.parts[:0], l.hands[0].parts...)
	if k.bands == 1 { // each run is a tree, and its id the number of its entry
		return int(l.runs[0])
	}
	n := int32(0)
	for i := range k.words {
		all := uint64(0)
		for b := range k.bands {
			all |= l.band(b)[i].start
		}
		for ; all != 0; all &= all - 1 {
			for b := range k.bands {
				band := &l.band(b)[i]
				if band.start&all&-all == 0 {
					continue
				}
				root := band.run + int32(bits.OnesCount64(band.start&upTo(all)))
				for f[root] >= 0 && f[root] != root {
					root = f[root]
				}
				if f[root] == root {
					n++
					f[root] = -n
				}
			}
		}
	}
	f.follow(1, int32(len(f)), nil)
	return int(n)
}

type turning lying

// Run turns some rows of pixels.
func (t *turning) Run(_, lo, hi int) {
	transpose.ToColumns(t.pixels, t.uprightPixels, t.h, t.w, lo, hi)
}

type turningBack lying

// Run writes some rows of labels.
func (t *turningBack) Run(_, lo, hi int) {
	transpose.ToRows(t.uprightLabels[lo*t.w:hi*t.w], t.labels, t.h, t.w, lo, hi)
}
