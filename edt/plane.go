package edt

import "github.com/weightmap/weightmap/grid"

// Run does the planes lo ≤ i < hi from the scan to the result. As a plane is complete
// when the scan comes back to it, it goes on along the other axes while it is at
// hand. What the planes beyond have to offer is scanned without keeping it, so that
// workers need nothing of each other.
func (s *sweep[S]) Run(worker, lo, hi int) {
	l := &s.lines[worker]
	n, size := s.shape[0], grid.Size(s.shape[1:])
	first, last := 0, n
	if s.limited { // what is farther away cannot matter
		first, last = max(0, lo-s.reach), min(n, hi+s.reach)
	}
	scanned := l.scanned.of(s.kind, 0, size)
	s.clear(scanned)
	before, from := scanned, -1
	for i := first; i < hi; i++ {
		k := i * size
		plane := scanned
		if i >= lo {
			plane = s.known(k, k+size)
		}
		s.forward(plane, before, k, from)
		before, from = plane, k
	}
	s.clear(scanned)
	step, from := 0, -1
	for i := last - 1; i >= hi; i-- {
		s.forward(scanned, scanned, i*size, from)
		step, from = size, i*size
	}
	for i := hi - 1; i >= lo; i-- {
		k := i * size
		s.backward(scanned, s.known(k, k+size), k, step)
		step = size
		s.complete(l, scanned, k)
	}
}

// known is the record of the elements lo ≤ i < hi of the grid.
func (s *sweep[S]) known(lo, hi int) record[S] {
	r := record[S]{s.f1, s.f2, s.id1, s.id2}
	return r.of(s.kind, lo, hi)
}

// complete takes the plane that begins at element k of the grid, and of which the
// scan knows everything, through the other axes.
func (s *sweep[S]) complete(l *line[S], plane record[S], k int) {
	size := len(plane.f1)
	if s.kind == edge {
		plane.id1 = s.labels[k : k+size]
	}
	last, squares := len(s.shape)-1, false
	for a := 1; a < last; a++ {
		s.cross(l, plane, a, squares)
		labels := plane.id1
		plane, squares = l.plane.of(s.kind, 0, size), true
		if s.kind == edge {
			plane.id1 = labels
		}
	}
	n := s.shape[last]
	l.w = S(s.axisWeight(last))
	for i := 0; i < size; i += n {
		s.load(l, plane, i, n, last, squares)
		s.store(l, k+i, n)
	}
}

// abreast is the number of adjacent lines fetched together along an axis where the
// elements of a line lie apart, so that cache lines are used whole.
const abreast = 16

// cross takes a plane through an axis that is neither the first nor the last. The
// result is in l.plane.
func (s *sweep[S]) cross(l *line[S], from record[S], axis int, squares bool) {
	l.w = S(s.axisWeight(axis))
	l.between = true
	outer, n, inner := grid.Axis(s.shape[1:], axis-1)
	to := l.plane.of(s.kind, 0, len(from.f1))
	for o := range outer {
		for j := 0; j < inner; j += abreast {
			at, lines := o*n*inner+j, min(abreast, inner-j)
			block := l.block.of(s.kind, 0, n*lines)
			if s.kind == edge {
				block.id1 = l.block.id1[:n*lines]
			}
			block.gather(from, at, n, inner, lines)
			for b := range lines {
				s.load(l, block, b*n, n, axis, squares)
				s.solve(l, n)
				out := record[S]{l.o1, l.o2, l.oid1, l.oid2}
				block.put(b*n, out.of(s.kind, margin, margin+n))
			}
			if s.kind == edge {
				block.id1 = nil // stays as it is
			}
			to.scatter(block, at, n, inner, lines)
		}
	}
	l.between = false
}
