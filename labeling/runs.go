package labeling

import (
	"encoding/binary"
	"math/bits"
)

// word is what other rows need to know of 64 pixels of a row, one a bit, the
// lowest the leftmost.
type word struct {
	set   uint64 // foreground
	wide  uint64 // foreground, or just right of it
	start uint64 // foreground with background to the left: a run starts
	// run is the entry in the forest of the last run that started before this
	// word, counted from that of the row before; the next two further on.
	run int32
}

// pack turns a row of pixels to words and turns. It returns the number of its segments.
func pack(row []word, turns []uint64, pixels []uint8) (segments int32) {
	turns = turns[:len(row)]
	before := uint64(0) // the last pixel of the word before
	for i := range row {
		var set uint64
		if len(pixels) >= 64 {
			set = nonZero64((*[64]uint8)(pixels))
			pixels = pixels[64:]
		} else {
			for x, v := range pixels {
				if v != 0 {
					set |= 1 << x
				}
			}
		}
		left := set<<1 | before
		before = set >> 63
		start := set &^ left
		turns[i] = set ^ left
		row[i] = word{set, set | left, start, segments}
		segments += 2 * int32(bits.OnesCount64(start))
	}
	return segments
}

// nonZero64 sets bit i where p[i] is not 0.
func nonZero64(p *[64]uint8) uint64 {
	return nonZero8(p[0:])<<0 | nonZero8(p[8:])<<8 | nonZero8(p[16:])<<16 | nonZero8(p[24:])<<24 |
		nonZero8(p[32:])<<32 | nonZero8(p[40:])<<40 | nonZero8(p[48:])<<48 | nonZero8(p[56:])<<56
}

// nonZero8 sets bit i where p[i] is not 0, for i < 8.
func nonZero8(p []uint8) uint64 {
	const (
		low  = 0x7f7f7f7f7f7f7f7f
		high = 0x8080808080808080
		// gather has the bits 7·(8−i) − … that bring bit 8i+7 to bit 56+i.
		gather = 0x0002040810204081
	)
	v := binary.LittleEndian.Uint64(p)
	v = (v&low + low | v) & high // the addition carries into a byte's top bit and no further
	return v * gather >> 56
}

// Where do two rows meet? Say a run occupies its columns, and the one right of
// them too if diagonal pixels touch. Then two runs touch exactly if they share a
// column, and the first they share is one at which either starts. So the logical
// product of the two rows, at starts of either, has one bit for each pair of runs
// that touch.

// meet returns where runs of the rows meet that share a column.
func meet(a, b *word) uint64 { return a.set & b.set & (a.start | b.start) }

// meetWide returns where runs of the rows meet that share a column or touch diagonally.
func meetWide(a, b *word) uint64 { return a.wide & b.wide & (a.start | b.start) }

// joinAt joins the runs of a and b at each of the columns. The row of a is the earlier one.
func joinAt(f forest, columns uint64, a, b *word) {
	if columns != 0 {
		joinEach(f, columns, a, b)
	}
}

func joinEach(f forest, columns uint64, a, b *word) {
	for ; columns != 0; columns &= columns - 1 {
		upTo := columns ^ (columns - 1) // the column and all to its left
		i := a.run + 2*int32(bits.OnesCount64(a.start&upTo))
		j := b.run + 2*int32(bits.OnesCount64(b.start&upTo))
		if !f.adopt(i, j) {
			f.unite(i, j)
		}
	}
}

// joinAbove joins the runs of a row with those of the row above in its slice.
func joinAbove(f forest, c Connectivity, this, above []word) {
	above = above[:len(this)]
	switch c {
	case 4, 6:
		for i := range this {
			a, b := &above[i], &this[i]
			joinAt(f, meet(a, b), a, b)
		}
	default:
		for i := range this {
			a, b := &above[i], &this[i]
			joinAt(f, meetWide(a, b), a, b)
		}
	}
}

// joinSlice joins the runs of a row with those of the slice before: of the same
// row there (back) and of the ones above and below that.
//
// Most contacts follow from others and are masked off, which is what makes 3-D
// fast. Where a run of the slice before meets B there may be a third run, above B
// or in back, that touches both right there (at connectivity 6, a chain of two: one
// above B and one above that of back). Then joining those contacts is enough.
func joinSlice(f forest, c Connectivity, this, above, back, backAbove, backBelow []word) {
	above, back = above[:len(this)], back[:len(this)]
	backAbove, backBelow = backAbove[:len(this)], backBelow[:len(this)]
	for i := range this {
		// This row, the one above, and in the slice before the same, above and below.
		b, u, p, pu, pd := &this[i], &above[i], &back[i], &backAbove[i], &backBelow[i]
		switch c {
		case 6:
			joinAt(f, meet(p, b)&^(u.set&pu.set), p, b)
		case 18:
			joinAt(f, meetWide(p, b)&^(u.set&p.set), p, b)
			joinAt(f, meet(pu, b)&^(u.wide|p.wide), pu, b)
			joinAt(f, meet(pd, b)&^p.wide, pd, b)
		case 26:
			joinAt(f, meetWide(p, b)&^u.wide, p, b)
			joinAt(f, meetWide(pu, b)&^(u.wide|p.wide), pu, b)
			joinAt(f, meetWide(pd, b)&^p.wide, pd, b)
		}
	}
}
