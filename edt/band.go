package edt

// known is the record of the elements lo ≤ i < hi of the grid.
func (s *sweep[S]) known(lo, hi int) record[S] {
	r := record[S]{f1: s.f1[lo:hi]}
	if s.kind == two {
		r.f2, r.id2 = s.f2[lo:hi], s.id2[lo:hi]
	}
	if s.kind == two || s.kind == feature {
		r.id1 = s.id1[lo:hi]
	}
	return r
}

// held is the record of the row of n pixels that a line holds.
func (s *sweep[S]) held(l *line[S], n int) record[S] {
	lo, hi := margin, margin+n
	r := record[S]{f1: l.steps.f1[lo:hi]}
	if s.kind == two {
		r.f2, r.id2 = l.steps.f2[lo:hi], l.id2[lo:hi]
	}
	if s.kind == two || s.kind == feature {
		r.id1 = l.id1[lo:hi]
	}
	return r
}

// scan goes from row to row of the image of n rows at base, down and up again, and
// leaves what every pixel knows of its column.
func (s *sweep[S]) scan(l *line[S], base, n, wide int) {
	held := s.held(l, wide)
	s.clear(held)
	before, from := held, -1
	for i := range n {
		k := base + i*wide
		row := s.known(k, k+wide)
		s.forward(row, before, k, from)
		before, from = row, k
	}
	s.clear(held)
	for i, step := n-1, 0; i >= 0; i-- {
		k := base + i*wide
		row := s.known(k, k+wide)
		s.backward(held, row, k, step)
		s.keep(row, held)
		step = wide
	}
}

func (s *sweep[S]) keep(dst, src record[S]) {
	copy(dst.f1, src.f1)
	copy(dst.f2, src.f2)
	copy(dst.id1, src.id1)
	copy(dst.id2, src.id2)
}

// band does the rows lo ≤ i < hi of an image from the scan to the result. As a row is
// complete when the scan comes up to it, it goes on along the other axis while it is
// at hand. What the rows beyond the band have to offer is scanned without keeping
// it, so that bands need nothing of each other.
func (s *sweep[S]) band(l *line[S], lo, hi int) {
	n, wide := s.shape[0], s.shape[1]
	held := s.held(l, wide)
	first, last := 0, n
	if s.limited { // what is farther away cannot matter
		first, last = max(0, lo-s.reach), min(n, hi+s.reach)
	}
	s.clear(held)
	before, from := held, -1
	for i := first; i < hi; i++ {
		k := i * wide
		row := held
		if i >= lo {
			row = s.known(k, k+wide)
		}
		s.forward(row, before, k, from)
		before, from = row, k
	}
	s.clear(held)
	step, from := 0, -1
	for i := last - 1; i >= hi; i-- {
		s.forward(held, held, i*wide, from)
		step, from = wide, i*wide
	}
	for i := hi - 1; i >= lo; i-- {
		k := i * wide
		s.backward(held, s.known(k, k+wide), k, step)
		step = wide
		s.offer(l, wide, 1)
		if s.kind == edge {
			copy(l.id1[margin:], s.labels[k:k+wide])
		}
		s.store(l, k, wide)
	}
}
