package edt

import "github.com/weightmap/weightmap/grid"

// Run takes stretches of planes from the scan to the result, the last of them first. As a plane
// is complete when the scan comes back to it, it goes on along the other axes while it is at
// hand.
func (s *sweep[S]) Run(worker, lo, hi int) {
	l := &s.lines[worker]
	n, size := s.shape[0], grid.Size(s.shape[1:])
	back := l.back.of(s.kind, 0, size)
	for k := s.stretches - 1 - lo; k >= s.stretches-hi; k-- {
		if k == s.stretches-1 {
			s.clear(back, true)
		} else if s.shared { // else it is what the stretch after it has left
			back.put(0, s.after.of(s.kind, k*size, (k+1)*size))
		}
		before := s.before.of(s.kind, k*size, (k+1)*size)
		a, b := s.stretch(k)
		for i := a; i < b; i++ {
			plane := l.known.of(s.kind, (i-a)*size, (i-a+1)*size)
			s.forward(plane, before, i*size, (i-1)*size)
			before = plane
		}
		for i := b - 1; i >= a; i-- {
			step := size
			if i == n-1 {
				step = 0
			}
			s.backward(back, l.known.of(s.kind, (i-a)*size, (i-a+1)*size), i*size, step)
			s.complete(l, back, i*size)
		}
	}
}

// complete takes the plane that begins at element k of the grid, and of which the
// scan knows everything, through the other axes.
func (s *sweep[S]) complete(l *line[S], known record[int32], k int) {
	size := len(known.f1)
	if s.kind == edge {
		known.id1 = s.labels[k : k+size]
	}
	last := len(s.shape) - 1
	if last == 1 {
		if s.straight(l, known, k) {
			return
		}
		l.begin(&s.plan, size, last)
		l.square(&s.plan, l.offers(s.kind, size), known)
		s.solve(l, size)
		l.write(&s.plan, k, size)
		return
	}
	plane := l.plane.of(s.kind, 0, size)
	l.square(&s.plan, plane, known)
	if s.kind == edge {
		plane.id1 = known.id1
	}
	for a := 1; a < last; a++ {
		s.cross(l, plane, a)
	}
	n := s.shape[last]
	l.begin(&s.plan, n, last)
	for i := 0; i < size; i += n {
		l.load(s.kind, plane, i, n)
		s.solve(l, n)
		l.write(&s.plan, k+i, n)
	}
}

// abreast is the number of adjacent lines fetched together along an axis where the
// elements of a line lie apart, so that cache lines are used whole.
const abreast = 16

// cross takes a plane through an axis that is neither the first nor the last.
func (s *sweep[S]) cross(l *line[S], plane record[S], axis int) {
	outer, n, inner := grid.Axis(s.shape[1:], axis-1)
	l.begin(&s.plan, n, axis)
	l.between = true
	for o := range outer {
		for j := 0; j < inner; j += abreast {
			at, lines := o*n*inner+j, min(abreast, inner-j)
			block := l.block.of(s.kind, 0, n*lines)
			if s.kind == edge {
				block.id1 = l.block.id1[:n*lines]
			}
			block.gather(plane, at, n, inner, lines)
			for b := range lines {
				l.load(s.kind, block, b*n, n)
				s.solve(l, n)
				out := record[S]{l.o1, l.o2, l.oid1, l.oid2}
				block.put(b*n, out.of(s.kind, margin, margin+n))
			}
			if s.kind == edge {
				block.id1 = nil // stays as it is
			}
			plane.scatter(block, at, n, inner, lines)
		}
	}
	l.between = false
}
