package edt

// On a line whose distances are small, looking outwards from every pixel, many pixels at
// a time, is faster than the envelope. It finds the same, the
// leftmost of equals included. Where a pixel has not found its nearest within
// maxSteps columns, the line is left to the envelope, or to what is faster than that (far.go).

// maxSteps is how far a line is looked at outwards before the envelope is cheaper.
const maxSteps = 128

// shortest is the length of line for which it is worth it.
const shortest = 8

// margin frames the arrays of a line on either side: maxSteps columns, and the rest
// of the block that is looked at together.
const margin = maxSteps + 16

// After a line for which looking outwards was in vain so many are left to the envelope at
// once, twice as many each time, for the next are likely to be as sparse.
const fewestSkipped, mostSkipped = 8, 64

// stepsWithin is how far to look for what is at most a squared distance away, and
// whether it is found there for certain.
func stepsWithin(limit int32) (n int, certain bool) {
	for n = 1; n < maxSteps && int32(n*n) < limit; n++ {
	}
	return n, int32(n*n) >= limit
}

// nearby solves the line by looking outwards, if it can.
func (s *sweep[S]) nearby(l *line[S], n int) bool {
	if l.narrow != nil && len(s.shape) == 2 || !l.worthALook(n) {
		return false // or that was tried straight from the scan
	}
	switch l := any(l).(type) {
	case *line[int32]:
		return l.looked(s.outwards(l, n))
	case *line[int64]:
		narrow(l, s.kind, n)
		found := s.outwards(l.narrow, n)
		if found {
			widen(l, s.kind, n)
		}
		return l.looked(found)
	case *line[float64]:
		return s.kind == nearest && l.looked(nearestFloatAVX2(&l.o1[margin], &l.f1[margin], n, maxSteps, l.w))
	}
	return false
}

// worthALook reports whether to look outwards on the next line of n pixels.
func (l *line[S]) worthALook(n int) bool {
	if !haveAVX2 || n < shortest {
		return false
	}
	if l.skip > 0 {
		l.skip--
		return false
	}
	return true
}

// looked takes note of whether that was enough, and returns it.
func (l *line[S]) looked(found bool) bool {
	if found {
		l.skipped = 0
	} else {
		l.skipped = min(max(2*l.skipped, fewestSkipped), mostSkipped)
		l.skip = l.skipped
	}
	return found
}

// outwards looks outwards, and reports whether that was far enough for all pixels. The
// arrays go on for a margin on either side of them.
func (s *sweep[S]) outwards(l *line[int32], n int) bool {
	lo := margin
	limit := int32(min(s.limit, float64(l.inf)))
	switch {
	case s.kind == nearest:
		return nearOrFar(l, n, S(l.inf) == s.inf)
	case s.kind == two && s.onlyGaps(l.between):
		first := limit / 4 // of d1 and d2 the smaller is at most half the sum
		steps, certain := stepsWithin(first)
		found := nearestIDAVX2(&l.o1[lo], &l.oid1[lo], &l.f1[lo], &l.id1[lo], n, steps, first, l.inf) || certain
		if found {
			steps, certain = stepsWithin(limit)
			found = secondAVX2(&l.o2[lo], &l.oid2[lo], &l.o1[lo], &l.oid1[lo], &l.f1[lo], &l.id1[lo],
				&l.f2[lo], &l.id2[lo], n, steps, 1, first, limit, l.inf) || certain
		}
		return found
	default:
		steps, certain := stepsWithin(limit)
		found := nearestIDAVX2(&l.o1[lo], &l.oid1[lo], &l.f1[lo], &l.id1[lo], n, steps, limit, l.inf) || certain
		if found && s.kind == two {
			found = secondAVX2(&l.o2[lo], &l.oid2[lo], &l.o1[lo], &l.oid1[lo], &l.f1[lo], &l.id1[lo],
				&l.f2[lo], &l.id2[lo], n, steps, 0, l.inf, limit, l.inf) || certain
		}
		return found
	}
}
