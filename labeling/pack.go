package labeling

import (
	"encoding/binary"
	"math/bits"
)

// band is what is known of the runs in 64 columns of a band, a bit for each column, the
// lowest the leftmost.
type band struct {
	start uint64 // a run starts
	run   int32  // the entry in the forest of the last run before these columns
}

// A band is one row of pixels, or two if that saves work: with diagonal neighbours
// whatever is set in adjacent columns of two rows touches. So the runs of the two
// together, the longest stretches of columns in which either has a pixel, are connected, and
// they are fewer than those of each.

// upTo has the lowest bit of v, which is not 0, and all below it.
func upTo(v uint64) uint64 { return v ^ (v - 1) }

// pack turns the rows of a band to words and finds its runs, of which the first comes after the entry
// run. It returns how many there are.
func (l *Labeler) pack(b int, run int32) (runs int32) {
	k := &l.call
	first, end := k.firstRow(b), k.firstRow(b+1)
	for r := first; r < end; r++ {
		pack(l.row(r), k.pixels[r*k.w:], k.w)
	}
	return findRuns(l.band(b), l.row(first), l.row(end-1), run) - run
}

// pack sets a bit for each of the first w pixels that is not 0; the others are those of later rows.
func pack(set []uint64, pixels []uint8, w int) {
	i := 0
	if haveAVX2 && w >= 64 {
		i = w / 64
		packAVX2(&set[0], &pixels[0], i)
		pixels, w = pixels[64*i:], w-64*i
	}
	for ; w >= 64; i++ {
		set[i] = nonZero64((*[64]uint8)(pixels))
		pixels, w = pixels[64:], w-64
	}
	if w == 0 {
		return
	}
	last := uint64(0)
	x := 0
	for ; x < w && len(pixels) >= 8; x += 8 {
		last |= nonZero8(pixels) << x
		pixels = pixels[8:]
	}
	for ; x < w; x++ {
		if pixels[0] != 0 {
			last |= 1 << x
		}
		pixels = pixels[1:]
	}
	set[i] = last & (1<<w - 1)
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

// findRuns finds where the runs of a band start, of one row or of two. It returns the last run; the one
// before the first is given.
func findRuns(b []band, row, second []uint64, run int32) (last int32) {
	row, second = row[:len(b)], second[:len(b)]
	before := uint64(0) // the last column of the word before
	for i := range b {
		v := row[i] | second[i]
		start := v &^ (v<<1 | before)
		before = v >> 63
		b[i] = band{start, run}
		run += int32(bits.OnesCount64(start))
	}
	return run
}
