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
	if !haveNearby || l.w != 1 {
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
	switch s.kind {
	case nearest:
		found = nearestNearby(q.o1[margin:], q.f1[margin:], n, steps)
	case feature:
		found = nearestIDNearby(q.o1[margin:], q.oid1[margin:], q.f1[margin:], q.id1[margin:], n, steps)
	case two:
		found = nearestIDNearby(q.o1[margin:], q.oid1[margin:], q.f1[margin:], q.id1[margin:], n, steps)
		if found || enough {
			fill(q.o2, q.inf)
			found = secondNearby(q.o2[margin:], q.oid2[margin:], q.oid1[margin:],
				q.f1[margin:], q.id1[margin:], q.f2[margin:], q.id2[margin:], n, steps)
		}
	}
	if !found && !enough {
		q.skip = patience
		return false
	}
	return true
}
