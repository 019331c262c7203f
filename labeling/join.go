package labeling

import "math/bits"

// Where do two rows meet? Say a run of pixels occupies its columns, and the one right of
// them too if diagonal pixels touch. Then two runs touch exactly if they share a
// column, and the first they share is one at which either starts. So the logical
// product of the two rows, at starts of either, has one bit for each pair of runs
// that touch.

// row is 64 pixels of a row, one a bit.
type row struct {
	set  uint64 // foreground
	left uint64 // foreground to the left
}

// at takes word i of a row whose words begin with the one to the left of it.
func at(words []uint64, i int) row {
	v := words[i+1]
	return row{v, v<<1 | words[i]>>63}
}

func (r row) wide() uint64  { return r.set | r.left }
func (r row) start() uint64 { return r.set &^ r.left }

// meet returns where runs of the rows meet that share a column.
func meet(a, b row) uint64 { return a.set & b.set & (a.start() | b.start()) }

// meetWide returns where runs of the rows meet that share a column or touch diagonally.
func meetWide(a, b row) uint64 { return a.wide() & b.wide() & (a.start() | b.start()) }

// joinAt joins the runs of a and b at each of the columns. The band of a is the earlier one.
func joinAt(f forest, columns uint64, a, b *band) {
	if columns != 0 {
		joinEach(f, columns, a, b)
	}
}

func joinEach(f forest, columns uint64, a, b *band) {
	for {
		left := upTo(columns)
		i := a.run + int32(bits.OnesCount64(a.start&left))
		j := b.run + int32(bits.OnesCount64(b.start&left))
		if !f.adopt(i, j) {
			f.unite(i, j)
		}
		// Before another run starts, it is the same two that meet.
		next := (a.start | b.start) &^ left
		if columns &= next | -next; columns == 0 {
			return
		}
	}
}

// few is up to how many runs that meet are joined one by one.
const few = 3

// joinAbove joins the runs of a band, which no others have been joined with so far if
// fresh, with those of the band above in its slice, of which the last row is next to its
// first.
func joinAbove(f forest, c Connectivity, above, this []band, last, first []uint64, fresh bool) {
	above = above[:len(this)]
	last, first = last[:len(this)+1], first[:len(this)+1]
	diagonal := c != 4 && c != 6
	for i := range this {
		u, v := at(last, i), at(first, i)
		columns := meet(u, v)
		if diagonal {
			columns = meetWide(u, v)
		}
		if columns == 0 {
			continue
		}
		a, b := &above[i], &this[i]
		if n := int32(bits.OnesCount64(columns)); fresh && n > few && columns == a.start && columns == b.start {
			copy(f[b.run+1:][:n], f[a.run+1:][:n]) // each has one above it
			continue
		}
		joinEach(f, columns, a, b)
	}
}

// joinSlice joins the runs of a row with those of the slice before: of the same
// row there (back) and of the ones above and below that.
//
// Most contacts follow from others and are masked off, which is what makes 3-D
// fast. Where a run of the slice before meets B there may be a third run, above B
// or in back, that touches both right there (at connectivity 6, a chain of two: one
// above B and one above that of back). Then joining those contacts is enough.
func (l *Labeler) joinSlice(this, above, back, backAbove, backBelow int) {
	// This row, the one above, and in the slice before the same, above and below.
	bs, us, ps, pus, pds := l.row(this), l.row(above), l.row(back), l.row(backAbove), l.row(backBelow)
	tb, tp, tpu, tpd := l.band(this), l.band(back), l.band(backAbove), l.band(backBelow)
	f := l.forest
	for i := range tb {
		b, u, p, pu, pd := at(bs, i), at(us, i), at(ps, i), at(pus, i), at(pds, i)
		switch l.call.c {
		case 6:
			joinAt(f, meet(p, b)&^(u.set&pu.set), &tp[i], &tb[i])
		case 18:
			joinAt(f, meetWide(p, b)&^(u.set&p.set), &tp[i], &tb[i])
			joinAt(f, meet(pu, b)&^(u.wide()|p.wide()), &tpu[i], &tb[i])
			joinAt(f, meet(pd, b)&^p.wide(), &tpd[i], &tb[i])
		case 26:
			joinAt(f, meetWide(p, b)&^u.wide(), &tp[i], &tb[i])
			joinAt(f, meetWide(pu, b)&^(u.wide()|p.wide()), &tpu[i], &tb[i])
			joinAt(f, meetWide(pd, b)&^p.wide(), &tpd[i], &tb[i])
		}
	}
}
