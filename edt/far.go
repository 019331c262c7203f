package edt

// Where the nearest is far away, looking outwards takes too long. But if of two columns the one
// further right is no worse for a pixel, it is no worse for any pixel further right: (x−v)² + f(v) is
// totally monotone. So what is lowest at one pixel divides the columns in two: those
// on the left for the pixels on the left, those on the right for the ones from there on. Divided
// again and again, few columns are left for every few pixels. All divisions of one depth together look
// at each column about once.

const nearSteps = 25 // an odd number

// together is how many pixels are divided at once: eight blocks.
const together = 8 * 16

// longest is the length of line of which all offers fit 32 bits without a sign.
const longest = 1 << 15

// nearOrFar solves a line of n pixels, each block of 16 by looking outwards or by dividing.
func nearOrFar(l *line[int32], n int) bool {
	o, f := l.o1, l.f1
	if n > longest {
		found := nearestAVX2(&o[margin], &f[margin], n, maxSteps)
		if !found {
			fill(o, 0) // nothing is known for the next line
		}
		return found
	}
	if nearestAVX2(&o[margin], &f[margin], n, nearSteps) {
		return true
	}
	end := margin + n
	for lo := margin; lo < end; lo += 16 {
		if o[lo] >= 0 {
			continue
		}
		hi := lo + 16
		for hi < end && o[hi] < 0 {
			hi += 16
		}
		lowest(o, f, lo, hi, max(margin, lo-nearSteps)-1, min(end, hi+nearSteps))
		lo = hi
	}
	return true
}

// lowest finds the squares of the pixels lo ≤ x < hi of a line, and up to 15 more, the nearest
// of all being among the columns first ≤ v ≤ last for each.
func lowest(o, f []int32, lo, hi, first, last int) {
	switch {
	case hi-lo > together:
		x := lo + (hi-lo+together-1)/(2*together)*together
		v := first + lowestAVX2(&f[first], first-x, last-first+1)
		if f[v] == infinite[int32]() { // then nobody offers anything
			fill(o[lo:hi], f[v])
			return
		}
		lowest(o, f, lo, x, first, v)
		lowest(o, f, x, hi, v, last)
		return
	case last-first > 2*together:
		last = first + lowestAVX2(&f[first], first-(hi-1), last-first+1)
		first += lowestAVX2(&f[first], first-lo, last-first+1)
	}
	farAVX2(&o[lo], &f[first], lo-first, last-first+1, (hi-lo+15)/16)
}
