package edt

import "slices"

// Where the nearest is far away, looking outwards takes too long. But (x−v)² + f(v) is totally
// monotone: if a column is no worse for a pixel than one further left, it is so for all pixels further
// right. A column that is lowest at a pixel thus divides the columns: those up to it are
// for the pixels on its left, those from it on for the others. Divided again and again, each
// few pixels are left with few columns. All divisions of one depth together look at every column
// about once, and there are as many depths as the length of the line has halves.

// nearSteps, an odd number, is how far to look outwards before dividing is cheaper.
const nearSteps = 25

// together is how many pixels are divided in one step: eight blocks.
const together = 8 * 16

// longest is the length of line whose offers fit 32 bits without a sign.
const longest = 1 << 15

// nearOrFar solves a line of n pixels, each block of 16 by looking outwards or by dividing, and
// reports whether it could. It may not where the line is too long, or where something is found to be
// infinite but what the pixels offer is not the whole of it.
func nearOrFar(l *line[int32], n int, whole bool) bool {
	o, f, end := l.o1, l.f1, margin+n
	if n > longest {
		found := nearestAVX2(&o[margin], &f[margin], n, maxSteps)
		if !found {
			fill(o, 0) // or the next line would not be tried
		}
		return found
	}
	if nearestAVX2(&o[margin], &f[margin], n, nearSteps) {
		return true
	}
	for lo := margin; lo < end; lo += 16 {
		if o[lo] >= 0 {
			continue
		}
		hi := lo + 16
		for hi < end && o[hi] < 0 {
			hi += 16
		}
		// The blocks on either side have found theirs within so many steps.
		lowest(o, nil, f, lo, hi, max(margin, lo-nearSteps)-1, min(end, hi+nearSteps))
		lo = hi
	}
	return whole || !slices.Contains(o[margin:end], l.inf)
}

// lowest finds the squares of the pixels lo ≤ x < hi of a line to what is nearest of the columns
// first ≤ v ≤ last and, unless at is nil or none offers anything, the leftmost column that is. It
// writes up to 15 pixels more. Up to 7 columns after the last may be looked at, too: they must not be
// lower.
func lowest(o, at, f []int32, lo, hi, first, last int) {
	switch {
	case hi-lo > together:
		x := lo + (hi-lo+together-1)/(2*together)*together
		v := first + lowestAVX2(&f[first], first-x, last-first+1)
		if f[v] == infinite[int32]() { // then none offers anything
			fill(o[lo:hi], f[v])
			return
		}
		lowest(o, at, f, lo, x, first, v)
		lowest(o, at, f, x, hi, v, last)
		return
	case last-first > 2*together:
		last = first + lowestAVX2(&f[first], first-(hi-1), last-first+1)
		first += lowestAVX2(&f[first], first-lo, last-first+1)
	}
	var column *int32
	if at != nil {
		column = &at[lo]
	}
	farAVX2(&o[lo], column, &f[first], lo-first, last-first+1, (hi-lo+15)/16, first)
}

// lowestOf finds also whose the nearest is, of those whose the columns are; at may be id. Where
// no column offers anything that is so for all pixels.
func lowestOf(o, id, at, f, ids []int32, lo, hi, first, last int) {
	lowest(o, at, f, lo, hi, first, last)
	if inf := infinite[int32](); uint32(o[lo]) >= uint32(inf) {
		fill(o[lo:hi], inf)
		fill(id[lo:hi], 0)
		return
	}
	at, id = at[lo:hi], id[lo:hi]
	for x, v := range at {
		id[x] = ids[v]
	}
}

// farTwo finds the two nearest as solveTwo does. The columns are what it calls apexes.
func farTwo(l *line[int32], lo, hi int) {
	lowestOf(l.o1, l.oid1, l.at, l.f1, l.id1, lo, hi, lo, hi-1)
	if l.o1[lo] == l.inf {
		fill(l.o2[lo:hi], l.inf)
		fill(l.oid2[lo:hi], 0)
		return
	}
	first := lo
	for a := lo; a < hi; {
		c, b := l.oid1[a], a+1
		for b < hi && l.oid1[b] == c {
			b++
		}
		last := hi - 1
		if b < hi {
			last = int(l.at[b])
		}
		l.mix(c, first, last)
		fill(l.mixed[last+1:last+8], l.inf)
		lowestOf(l.o2, l.oid2, l.oid2, l.mixed, l.mixedID, a, b, first, last)
		first, a = int(l.at[b-1]), b
	}
}
