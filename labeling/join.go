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

// at is a word of a row, and what it leaves for the next: its last pixel. That of the word before, or 0,
// is given.
func at(word, last uint64) (row, uint64) { return row{word, word<<1 | last}, word >> 63 }

func (r row) wide() uint64  { return r.set | r.left }
func (r row) start() uint64 { return r.set &^ r.left }

// meet returns where runs of the rows meet that share a column.
func meet(a, b row) uint64 { return a.set & b.set & (a.start() | b.start()) }

// meetWide returns where runs of the rows meet that share a column or touch diagonally.
func meetWide(a, b row) uint64 { return a.wide() & b.wide() & (a.start() | b.start()) }

// joinAt joins the runs of a and b at each of the columns, or in a seam their trees. The band of a is
// the earlier one.
func joinAt(f forest, s *seam, columns uint64, a, b *band) {
	if columns != 0 {
		joinEach(f, s, columns, a, b)
	}
}

func joinEach(f forest, s *seam, columns uint64, a, b *band) {
	for {
		left := upTo(columns)
		i := a.run + int32(bits.OnesCount64(a.start&left))
		j := b.run + int32(bits.OnesCount64(b.start&left))
		if s != nil {
			i, j = s.aboveBefore+s.above.id(i), s.belowBefore+s.below.id(j)
		}
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

// join joins the runs of band b with those that they touch in bands before it: in those of its part,
// which begins with the band first, or else, in a seam, in those before that.
func (l *Labeler) join(f forest, s *seam, b, first int) {
	k, within := &l.call, s == nil
	z, y := b/k.h, b%k.h
	if k.rowsIn > 1 {
		z, y = 0, b
	}
	if y > 0 && (b-1 >= first) == within {
		joinAbove(f, s, k.c, l.band(b-1), l.band(b), l.row(b*k.rowsIn-1), l.row(b*k.rowsIn))
	}
	if z > 0 && (b-k.h >= first) == within { // a band is a row here
		row := func(r int, inside bool) int {
			if inside {
				return r
			}
			return k.rows
		}
		l.joinSlice(f, s, b, row(b-1, y > 0), b-k.h, row(b-k.h-1, y > 0), row(b-k.h+1, y < k.h-1))
	}
}

// few is up to how many runs that meet are joined one by one.
const few = 3

// joinAbove joins the runs of a band, which no others have been joined with so far but in a
// seam, with those of the band above in its slice, of which the last row is next to its first.
func joinAbove(f forest, s *seam, c Connectivity, above, this []band, last, first []uint64) {
	above = above[:len(this)]
	last, first = last[:len(this)], first[:len(this)]
	diagonal := c != 4 && c != 6
	var u, v row
	var leftU, leftV uint64
	for i := range this {
		u, leftU = at(last[i], leftU)
		v, leftV = at(first[i], leftV)
		columns := meet(u, v)
		if diagonal {
			columns = meetWide(u, v)
		}
		if columns == 0 {
			continue
		}
		a, b := &above[i], &this[i]
		if n := int32(bits.OnesCount64(columns)); s == nil && n > few && columns == a.start && columns == b.start {
			copy(f[b.run+1:][:n], f[a.run+1:][:n]) // each has one above it
			continue
		}
		joinEach(f, s, columns, a, b)
	}
}

// joinSlice joins the runs of a row with those of the slice before: of the same
// row there (back) and of the ones above and below that.
//
// Most contacts follow from others and are masked off, which is what makes 3-D
// fast. Where a run of the slice before meets B there may be a third run, above B
// or in back, that touches both right there (at connectivity 6, a chain of two: one
// above B and one above that of back). Then joining those contacts is enough.
func (l *Labeler) joinSlice(f forest, s *seam, this, above, back, backAbove, backBelow int) {
	// This row, the one above, and in the slice before the same, above and below.
	bs, us, ps, pus, pds := l.row(this), l.row(above), l.row(back), l.row(backAbove), l.row(backBelow)
	tb, tp, tpu, tpd := l.band(this), l.band(back), l.band(backAbove), l.band(backBelow)
	bs, us, ps, pus, pds = bs[:len(tb)], us[:len(tb)], ps[:len(tb)], pus[:len(tb)], pds[:len(tb)]
	tp, tpu, tpd = tp[:len(tb)], tpu[:len(tb)], tpd[:len(tb)]
	var b, u, p, pu, pd row
	var leftB, leftU, leftP, leftPU, leftPD uint64
	for i := range tb {
		b, leftB = at(bs[i], leftB)
		u, leftU = at(us[i], leftU)
		p, leftP = at(ps[i], leftP)
		pu, leftPU = at(pus[i], leftPU)
		pd, leftPD = at(pds[i], leftPD)
		if b.set == 0 && b.left == 0 {
			continue
		}
		switch l.call.c {
		case 6:
			joinAt(f, s, meet(p, b)&^(u.set&pu.set), &tp[i], &tb[i])
		case 18:
			joinAt(f, s, meetWide(p, b)&^(u.set&p.set), &tp[i], &tb[i])
			joinAt(f, s, meet(pu, b)&^(u.wide()|p.wide()), &tpu[i], &tb[i])
			joinAt(f, s, meet(pd, b)&^p.wide(), &tpd[i], &tb[i])
		case 26:
			joinAt(f, s, meetWide(p, b)&^u.wide(), &tp[i], &tb[i])
			joinAt(f, s, meetWide(pu, b)&^(u.wide()|p.wide()), &tpu[i], &tb[i])
			joinAt(f, s, meetWide(pd, b)&^p.wide(), &tpd[i], &tb[i])
		}
	}
}
