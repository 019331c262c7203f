package edt

// Most lines of large images have small distances only. To be looked at outwards, 32
// bits at a time, squares of 64 bits are cut off at what 32 count as infinite: more
// than is ever found there.

// narrowReach is the number of steps whose square is counted as infinite in 32 bits.
const narrowReach = 1 << 15

// reserveNarrow makes room for the narrow twin of a line of 64 bits, of so many elements
// with their margins. The two share their ids.
func (l *line[S]) reserveNarrow(k kind, n int) {
	if _, wide := any(S(0)).(int64); !wide {
		return
	}
	if l.narrow == nil {
		l.narrow = new(line[int32])
	}
	t := l.narrow
	t.inf, t.framed, t.skip, t.skipped = infinite[int32](), -1, 0, 0
	t.f1, t.o1 = grow(t.f1, n), grow(t.o1, n)
	if k == two {
		t.f2, t.o2 = grow(t.f2, n), grow(t.o2, n)
	}
	t.id1, t.id2, t.oid1, t.oid2 = l.id1, l.id2, l.oid1, l.oid2
}

// narrow gives the twin what n pixels of the line offer, and the pixels on either side.
func narrow(l *line[int64], k kind, n int) {
	t := l.narrow
	t.frame(k, n)
	t.between = l.between
	cutOff := func(dst []int32, src []int64) {
		for x := margin - 1; x < margin+n+1; x++ {
			dst[x] = int32(min(src[x], int64(t.inf)))
		}
	}
	cutOff(t.f1, l.f1)
	if k == two {
		cutOff(t.f2, l.f2)
	}
}

// widen takes from the twin what n pixels have come out with.
func widen(l *line[int64], k kind, n int) {
	t := l.narrow
	restore := func(dst []int64, src []int32) {
		for x := margin; x < margin+n; x++ {
			if dst[x] = int64(src[x]); src[x] == t.inf {
				dst[x] = l.inf
			}
		}
	}
	restore(l.o1, t.o1)
	if k == two {
		restore(l.o2, t.o2)
	}
}

// straight takes a row of an image of 64 bits from the scan to the result in 32 bits, if
// looking outwards is enough. Squares of 64 bits are made only where it is not.
func (s *sweep[S]) straight(l *line[S], known record[int32], k int) bool {
	t, n := l.narrow, len(known.f1)
	if t == nil || s.kind == edge || !t.worthALook(n) {
		return false
	}
	t.begin(&s.plan, n, 1)
	t.square(&s.plan, t.offers(s.kind, n), known)
	if !t.looked(s.outwards(t, n)) {
		return false
	}
	t.write(&s.plan, k, n)
	return true
}
