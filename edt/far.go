package edt

// Where the nearest is far away, looking outwards takes too long. But if of two columns the one
// further right is no worse for a pixel, it is no worse for any pixel further right: (x−v)² + f(v) is
// totally monotone. So what is lowest at one pixel divides the columns in two: those
// on the left for the pixels on the left, those on the right for the ones from there on. Divided
// again and again, few columns are left for every few pixels. All divisions of one depth together look
// at each column about once.

// lowest finds the squares of the pixels lo ≤ x < hi of a line, and up to 15 more, the nearest
// of all being among the columns first ≤ v ≤ last for each.
func lowest(o, f []int32, lo, hi, first, last int) {
	if hi-lo <= 16 || last-first < 16 {
		amongAVX2(&o[lo], &f[first], lo-first, last-first+1, hi-lo)
		return
	}
	x := lo + (hi-lo)/32*16
	v := first + lowestAVX2(&f[first], first-x, last-first+1)
	lowest(o, f, lo, x, first, v)
	lowest(o, f, x, hi, v, last)
}
