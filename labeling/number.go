package labeling

import "math/bits"

// number gives the trees of a part ids, 1..n in raster order of the first pixels. It returns n.
func (l *Labeler) number(p *part) (n int) {
	f := l.hands[p.worker].forest
	if l.call.rowsIn == 1 {
		first, end := l.entries(p.first, p.end)
		return f.numberRoots(first, end, 0)
	}
	for b := p.first; b < p.end; b++ {
		first, end := l.entries(b, b+1)
		roots := f.roots(first, end)
		if roots > 1 {
			n = l.numberRow(f, b, first, n)
		}
		if roots > 0 {
			n = f.numberRoots(first, end, n)
		}
	}
	return n
}

// numberRow gives ids after n to the trees that begin in the first row of a band, with an
// entry from first on. Those that begin in the second come after them, whatever their
// columns are.
func (l *Labeler) numberRow(f forest, b int, first int32, n int) int {
	band := l.band(b)
	for i, set := range l.row(b * l.call.rowsIn) {
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
