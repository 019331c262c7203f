package labeling

import "math/bits"

// number gives the runs the ids of their trees, in raster order of the first pixels. It returns how
// many trees there are.
func (l *Labeler) number() int {
	l.share((*counting)(l))
	n := addUp(l.ids)
	l.share((*numbering)(l))
	for w := range l.outside {
		for _, i := range l.outside[w] {
			l.forest[i] = l.forest.root(i)
		}
		l.outside[w] = l.outside[w][:0]
	}
	l.share((*following)(l)) // now that nothing leads out of a block
	return n
}

type counting Labeler

// Run counts the trees that begin in each band, and finds the runs whose parents are outside the
// block.
func (l *counting) Run(worker, lo, hi int) {
	k, f := &l.call, l.forest
	first := l.before[lo*k.unit] + 1
	for b := lo * k.unit; b < hi*k.unit; b++ {
		i, end := l.before[b]+1, l.before[b+1]+1
		roots, outside := f.roots(i, end, first)
		l.ids[b+1] = roots
		for ; outside > 0; i++ {
			if f[i] < first {
				l.outside[worker] = append(l.outside[worker], i)
				outside--
			}
		}
	}
}

type numbering Labeler

// Run gives ids to the roots in bands.
func (l *numbering) Run(_, lo, hi int) {
	k := &l.call
	for b := lo * k.unit; b < hi*k.unit; b++ {
		first, n, last := l.before[b]+1, int(l.ids[b]), int(l.ids[b+1])
		if last-n > 1 && k.rowsIn > 1 {
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

// Run gives the runs of bands the ids of their roots.
func (l *following) Run(_, lo, hi int) {
	k := &l.call
	l.forest.follow(l.before[lo*k.unit]+1, l.before[hi*k.unit]+1)
}
