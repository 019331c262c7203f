package labeling

import (
	"math/bits"

	"github.com/weightmap/weightmap/internal/parallel"
)

// number gives the runs the ids of their trees, in raster order of the first pixels. It returns how
// many trees there are.
func (l *Labeler) number() int {
	l.shareParts((*counting)(l))
	n := addUp(l.ids)
	l.shareParts((*numbering)(l))
	for w := range l.hands {
		for _, i := range l.hands[w].outside {
			l.forest.settle(i)
		}
	}
	l.shareParts((*following)(l)) // now that nothing leads out of a part
	return n
}

// shareParts has the workers of the call do one of the steps below.
func (l *Labeler) shareParts(step parallel.Task) {
	parts := len(l.parts) - 1
	l.call.team.Do(step, parts, parts)
}

type counting Labeler

// Run counts the trees that begin in each band, and finds the runs whose parents are outside their
// part.
func (l *counting) Run(worker, lo, hi int) {
	f, h := l.forest, &l.hands[worker]
	for p := lo; p < hi; p++ {
		first := l.before[l.parts[p]] + 1
		for b := l.parts[p]; b < l.parts[p+1]; b++ {
			i, end := l.before[b]+1, l.before[b+1]+1
			roots, outside := f.roots(i, end, first)
			l.ids[b+1] = roots
			for ; outside > 0; i++ {
				if f[i] < first {
					h.outside = append(h.outside, i)
					outside--
				}
			}
		}
	}
}

type numbering Labeler

// Run gives ids to the roots in bands.
func (l *numbering) Run(_, lo, hi int) {
	for b := l.parts[lo]; b < l.parts[hi]; b++ {
		first, n, last := l.before[b]+1, int(l.ids[b]), int(l.ids[b+1])
		if last-n > 1 && l.call.rowsIn > 1 {
			n = (*Labeler)(l).numberRow(b, first, n)
		}
		l.forest.numberRoots(first, n, last)
	}
}

// numberRow gives ids after n to the trees that begin in the first row of a band, with an
// entry from first on. Those that begin in the second come after them, whatever their
// columns are.
func (l *Labeler) numberRow(b int, first int32, n int) int {
	f, band := l.forest, l.band(b)
	for i, set := range l.row(b * l.call.rowsIn)[1:] {
		for set != 0 {
			left := upTo(set)
			r := band[i].run + int32(bits.OnesCount64(band[i].start&left))
			for r >= first && f[r] >= first && f[r] != r {
				r = f[r]
			}
			if r >= first && f[r] == r {
				n++
				f[r] = -int32(n)
			}
			next := band[i].start &^ left
			set &= next | -next // the same run until the next starts
		}
	}
	return n
}

type following Labeler

// Run gives the runs of parts the ids of their roots.
func (l *following) Run(_, lo, hi int) {
	l.forest.follow(l.before[l.parts[lo]]+1, l.before[l.parts[hi]]+1)
}
