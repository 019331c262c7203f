package edt

// On a line of int32 squares whose distances are small, looking outwards from every
// pixel, many pixels at a time, is faster than the envelope. It finds the same, the
// leftmost of equals included. Where a pixel has not found its nearest within
// maxSteps columns, the line is left to the envelope.

// maxSteps is how far a line is looked at outwards before the envelope is cheaper.
const maxSteps = 64

// margin frames the arrays of a line on either side: maxSteps columns, and the rest
// of the block that is looked at together.
const margin = maxSteps + 16

// patience is the number of lines left to the envelope at once after one for which
// looking outwards was in vain: the next lines are likely to be as sparse.
const patience = 8

// steps is how far to look, and whether what is farther does not matter.
func (s *sweep[S]) steps() (n int, enough bool) {
	if s.limited && s.limit <= maxSteps*maxSteps {
		n = 1
		for float64(n*n) < s.limit {
			n++
		}
		return n, true
	}
	return maxSteps, false
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
	steps, enough := s.steps()
	found := false
	lo := margin // the arrays go on for a margin on either side of the pixels
	if s.kind == nearest {
		found = nearestAVX2(&q.o1[lo], &q.f1[lo], n, steps)
	} else {
		found = nearestIDAVX2(&q.o1[lo], &q.oid1[lo], &q.f1[lo], &q.id1[lo], n, steps)
	}
	if s.kind == two && (found || enough) {
		fill(q.o2[lo:lo+n], q.inf)
		found = secondAVX2(&q.o2[lo], &q.oid2[lo], &q.oid1[lo], &q.f1[lo], &q.id1[lo], &q.f2[lo], &q.id2[lo], n, steps)
	}
	if !found && !enough {
		q.skip = patience
		return false
	}
	return true
}
