package edt

import "github.com/weightmap/weightmap/grid"

// Run does the planes lo ≤ i < hi from the scan to the result. As a plane is complete
// when the scan comes back to it, it goes on along the other axes while it is at
// hand. What the planes beyond have to offer is scanned without keeping it, so that
// workers need nothing of each other.
func (s *sweep[S]) Run(worker, lo, hi int) {
	l := &s.lines[worker]
	n, size := s.shape[0], grid.Size(s.shape[1:])
	scanned := l.scanned.of(s.kind, 0, size)
	s.beyond(scanned, lo-1, -1, lo)
	before, from := scanned, (lo-1)*size
	for i := lo; i < hi; i++ {
		k := i * size
		plane := s.known(k, k+size)
		s.forward(plane, before, k, from)
		before, from = plane, k
	}
	s.beyond(scanned, hi, 1, n-hi)
	step := size
	if hi == n {
		step = 0
	}
	for i := hi - 1; i >= lo; i-- {
		k := i * size
		s.backward(scanned, s.known(k, k+size), k, step)
		step = size
		s.complete(l, scanned, k)
	}
}

// beyond scans planes outside a block towards it, so many there are: plane near is next
// to the block, and away leads to the one behind it. Mostly every column has met all it
// needs within a few planes; only where one has not are more looked at.
func (s *sweep[S]) beyond(r record[int32], near, away, planes int) {
	if s.limited { // what is farther away cannot matter
		planes = min(planes, s.reach)
	}
	size := len(r.f1)
	for some := 8; ; some *= 4 {
		some = min(some, planes)
		s.clear(r, some == planes)
		from := -1
		for i := some - 1; i >= 0; i-- {
			k := (near + i*away) * size
			s.forward(r, r, k, from)
			from = k
		}
		if some == planes || s.satisfied(r) {
			return
		}
	}
}

// satisfied reports whether nothing farther away could change the record.
func (s *sweep[S]) satisfied(r record[int32]) bool {
	worst := r.f1
	if s.kind == two {
		worst = r.f2
	}
	for _, f := range worst {
		if f >= s.far {
			return false
		}
	}
	return true
}

// known is the record of the elements lo ≤ i < hi of the grid.
func (s *sweep[S]) known(lo, hi int) record[int32] {
	r := record[int32]{s.f1, s.f2, s.id1, s.id2}
	return r.of(s.kind, lo, hi)
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
		s.begin(l, size, last)
		s.square(l.offers(s.kind, size), known)
		s.store(l, k, size)
		return
	}
	plane := l.plane.of(s.kind, 0, size)
	s.square(plane, known)
	if s.kind == edge {
		plane.id1 = known.id1
	}
	for a := 1; a < last; a++ {
		s.cross(l, plane, a)
	}
	n := s.shape[last]
	s.begin(l, n, last)
	for i := 0; i < size; i += n {
		s.load(l, plane, i, n)
		s.store(l, k+i, n)
	}
}

// abreast is the number of adjacent lines fetched together along an axis where the
// elements of a line lie apart, so that cache lines are used whole.
const abreast = 16

// cross takes a plane through an axis that is neither the first nor the last.
func (s *sweep[S]) cross(l *line[S], plane record[S], axis int) {
	outer, n, inner := grid.Axis(s.shape[1:], axis-1)
	s.begin(l, n, axis)
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
				s.load(l, block, b*n, n)
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
