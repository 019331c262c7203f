package edt

// solve takes one line from what its pixels offer to what they come out with.
// They lie at lo ≤ x < hi; the frame around them may be sites, too.
func (s *sweep[S]) solve(l *line[S], n int) {
	lo, hi := margin, margin+n
	switch {
	case s.kind == edge:
		s.solveEdge(l, lo, hi)
	case s.nearby(l, n):
	case s.kind == two:
		s.solveTwo(l, lo, hi)
		if s.limited {
			s.drop(l, lo, hi)
		}
	default:
		if l, ok := any(l).(*line[int32]); ok && haveAVX2 && s.kind == feature {
			lowestOf(l.o1, l.oid1, l.at, l.f1, l.id1, lo, hi, lo, hi-1)
			return
		}
		l.build(l.f1, lo-1, hi+1, lo, hi)
		l.values(l.o1, l.f1, lo, hi)
		if s.kind == feature {
			l.owners(l.oid1, l.id1, lo, hi)
		}
	}
}

// values writes the envelope over lo ≤ x < hi.
func (e *envelope[S]) values(dst, f []S, lo, hi int) {
	if e.n == 0 {
		fill(dst[lo:hi], e.inf)
		return
	}
	x, w, dst := max(lo, 0), e.w, dst[:hi]
	for k := range e.n {
		v, end := int(e.apex[k]), min(e.end(k, hi), len(dst))
		for fv := f[v]; x < end; x++ {
			d := S(x - v)
			dst[x] = fv + S(w*S(d*d)) // as in at
		}
	}
}

// owners writes what belongs to the lowest parabola over lo ≤ x < hi; 0 if there
// is none.
func (e *envelope[S]) owners(dst, id []int32, lo, hi int) {
	if e.n == 0 {
		fill(dst[lo:hi], 0)
		return
	}
	for k := range e.n {
		fill(dst[e.start[k]:e.end(k, hi)], id[e.apex[k]])
	}
}

// fill makes all elements v, those of long slices by copying.
func fill[T any](dst []T, v T) {
	const some = 64
	for i := range dst[:min(some, len(dst))] {
		dst[i] = v
	}
	for done := some; done < len(dst); done *= 2 {
		copy(dst[done:], dst[:done])
	}
}

// solveEdge finds, run by run of one label, the distances to the edge of it. The
// pixels on either side of a run are another object's or background themselves:
// sites. Columns beyond them are farther away than they are.
func (s *sweep[S]) solveEdge(l *line[S], lo, hi int) {
	f, id := l.f1, l.id1
	for a := lo; a < hi; {
		b := a + 1
		for b < hi && id[b] == id[a] {
			b++
		}
		if id[a] == 0 {
			fill(l.o1[a:b], 0)
			a = b
			continue
		}
		left, right := f[a-1], f[b]
		if a > lo {
			f[a-1] = 0
		}
		if b < hi {
			f[b] = 0
		}
		if o, ok := any(l.o1).([]int32); ok && haveAVX2 {
			lowest(o, nil, any(f).([]int32), a, b, a-1, b) // what it writes beyond b is written again
		} else {
			l.build(f, a-1, b+1, a, b)
			l.values(l.o1, f, a, b)
		}
		f[a-1], f[b] = left, right
		a = b
	}
}

// solveTwo finds for every pixel of a line the two lowest parabolas of distinct
// objects, of the two that every column offers.
//
// The lowest is the envelope of the nearer offers. It falls into segments of one
// object. Over a segment of object c the second lowest is the envelope of what is
// not c's, one parabola a column: the nearer offer, or the farther where the nearer
// is c's. On an envelope the apexes go from left to right as the positions do, and
// just outside the segment, where the lowest is not c's, the two envelopes meet.
// So only the columns between those two apexes can matter over the segment. Over
// all segments these stretches cover no column more often than twice, or three
// times where they meet: both envelopes together take linear time.
func (s *sweep[S]) solveTwo(l *line[S], lo, hi int) {
	if l, ok := any(l).(*line[int32]); ok && haveAVX2 {
		farTwo(l, lo, hi) // the same without envelopes
		return
	}
	l.build(l.f1, lo, hi, lo, hi)
	l.values(l.o1, l.f1, lo, hi)
	l.owners(l.oid1, l.id1, lo, hi)
	if l.n == 0 {
		fill(l.o2[lo:hi], s.inf)
		fill(l.oid2[lo:hi], 0)
		return
	}
	l.second.w = l.w
	vlo := lo
	for k := 0; k < l.n; {
		c := l.id1[l.apex[k]]
		a, last := int(l.start[k]), k
		for last+1 < l.n && l.id1[l.apex[last+1]] == c {
			last++
		}
		b, vhi := l.end(last, hi), hi-1
		if last+1 < l.n {
			vhi = int(l.apex[last+1])
		}
		l.mix(c, vlo, vhi)
		l.second.build(l.mixed, vlo, vhi+1, a, b)
		l.second.values(l.o2, l.mixed, a, b)
		l.second.owners(l.oid2, l.mixedID, a, b)
		vlo = int(l.apex[last])
		k = last + 1
	}
}

// mix makes the offers of what is not c's in the columns vlo ≤ v ≤ vhi.
func (l *line[S]) mix(c int32, vlo, vhi int) {
	for v := vlo; v <= vhi; v++ {
		if l.id1[v] != c {
			l.mixed[v], l.mixedID[v] = l.f1[v], l.id1[v]
		} else {
			l.mixed[v], l.mixedID[v] = l.f2[v], l.id2[v]
		}
	}
}

// onlyGaps reports whether nothing but the gaps counts any more: what is of no interest
// where it is may still be to pixels along a later axis.
func (s *sweep[S]) onlyGaps(between bool) bool { return s.gaps && !between }

// drop makes what is farther than the limit, or of no interest, as good as absent.
func (s *sweep[S]) drop(l *line[S], lo, hi int) {
	first := s.limit
	gaps := s.onlyGaps(l.between)
	if gaps {
		first = s.limit / 4
	}
	for x := lo; x < hi; x++ {
		d1, d2 := float64(l.o1[x]), float64(l.o2[x])
		if d1 > first {
			l.o1[x], l.oid1[x] = s.inf, 0
		}
		if d2 > s.limit || gaps && (d1 == 0 || d1 > first) {
			l.o2[x], l.oid2[x] = s.inf, 0
		}
	}
}
