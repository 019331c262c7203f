package edt

// On a line of int32 squares whose distances are small, looking outwards from every
// pixel, many pixels at a time, is faster than the envelope. It finds the same, the
// leftmost of equals included. Where a pixel has not found its nearest within
// maxSteps columns, the line is left to the envelope.

// maxSteps is how far a line is looked at outwards before the envelope is cheaper.
const maxSteps = 128

// margin frames the arrays of a line on either side: maxSteps columns, and the rest
// of the block that is looked at together.
const margin = maxSteps + 16

// patience is the number of lines left to the envelope at once after one for which
// looking outwards was in vain: the next lines are likely to be as sparse.
const patience = 8

// stepsWithin is how far to look for what is at most a squared distance away, and
// whether it is found there for certain.
func stepsWithin(limit int32) (n int, certain bool) {
	for n = 1; n < maxSteps && int32(n*n) < limit; n++ {
	}
	return n, int32(n*n) >= limit
}

// nearby solves the line by looking outwards, if it can.
func (s *sweep[S]) nearby(l *line[S], n int) bool {
	if !haveAVX2 || l.w != 1 {
		return false
	}
	q, ok := any(l).(*line[int32])
	if !ok {
		return false
	}
	if q.skip > 0 {
		q.skip--
		return false
	}
	found := false
	lo := margin // the arrays go on for a margin on either side of the pixels
	limit := int32(min(s.limit, float64(q.inf)))
	switch {
	case s.kind == nearest:
		found = nearestAVX2(&q.o1[lo], &q.f1[lo], n, maxSteps)
	case s.kind == two && s.onlyGaps(l):
		first := limit / 4 // of d1 and d2 the smaller is at most half the sum
		steps, certain := stepsWithin(first)
		found = nearestIDAVX2(&q.o1[lo], &q.oid1[lo], &q.f1[lo], &q.id1[lo], n, steps, first, q.inf) || certain
		if found {
			steps, certain = stepsWithin(limit)
			found = secondAVX2(&q.o2[lo], &q.oid2[lo], &q.o1[lo], &q.oid1[lo], &q.f1[lo], &q.id1[lo],
				&q.f2[lo], &q.id2[lo], n, steps, 1, first, limit, q.inf) || certain
		}
	default:
		steps, certain := stepsWithin(limit)
		found = nearestIDAVX2(&q.o1[lo], &q.oid1[lo], &q.f1[lo], &q.id1[lo], n, steps, limit, q.inf) || certain
		if found && s.kind == two {
			found = secondAVX2(&q.o2[lo], &q.oid2[lo], &q.o1[lo], &q.oid1[lo], &q.f1[lo], &q.id1[lo],
				&q.f2[lo], &q.id2[lo], n, steps, 0, q.inf, limit, q.inf) || certain
		}
	}
	if !found {
		q.skip = patience
	}
	return found
}
