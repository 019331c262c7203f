package edt

// scan finds, along the lines jlo ≤ j < jhi of the slab at base, the steps to the
// nearest site. It goes row by row over all of them, forwards and back.
func (s *sweep[S]) scan(l *line[S], base, n, inner, jlo, jhi int) {
	switch s.kind {
	case nearest:
		s.scanNearest(base, n, inner, jlo, jhi)
	case feature:
		s.scanFeature(base, n, inner, jlo, jhi)
	case edge:
		s.scanEdge(base, n, inner, jlo, jhi)
	case two:
		s.scanTwo(l, base, n, inner, jlo, jhi)
	}
}

// outside is the number of steps from a pixel on the border to a site beyond it.
func (s *sweep[S]) outside() S {
	if s.border() {
		return 1
	}
	return s.far
}

func (s *sweep[S]) scanNearest(base, n, inner, jlo, jhi int) {
	var above []S
	for i := range n {
		lo, hi := base+i*inner+jlo, base+i*inner+jhi
		f, mask := s.f1[lo:hi], s.mask[lo:hi]
		for j, m := range mask {
			g := s.outside()
			if i > 0 {
				g = above[j] + 1
			}
			if (m == 0) == s.zeros {
				g = 0
			}
			f[j] = g
		}
		above = f
	}
	s.scanBack(base, n, inner, jlo, jhi, nil)
}

// scanBack lets every pixel know what the pixel below it does, and what belongs
// to it.
func (s *sweep[S]) scanBack(base, n, inner, jlo, jhi int, id []int32) {
	lo, hi := base+(n-1)*inner+jlo, base+(n-1)*inner+jhi
	below := s.f1[lo:hi]
	for j := range below {
		below[j] = min(below[j], s.outside())
	}
	for i := n - 2; i >= 0; i-- {
		lo, hi := base+i*inner+jlo, base+i*inner+jhi
		f := s.f1[lo:hi]
		for j, g := range below {
			if g+1 < f[j] {
				f[j] = g + 1
				if id != nil {
					id[lo+j] = id[lo+j+inner]
				}
			}
		}
		below = f
	}
}

func (s *sweep[S]) scanFeature(base, n, inner, jlo, jhi int) {
	for i := range n {
		for k := base + i*inner + jlo; k < base+i*inner+jhi; k++ {
			switch {
			case s.mask != nil && s.mask[k] != 0:
				s.f1[k], s.id1[k] = 0, int32(k)
			case s.mask == nil && s.labels[k] != 0:
				s.f1[k], s.id1[k] = 0, s.labels[k]
			case i == 0:
				s.f1[k], s.id1[k] = s.far, 0
			default:
				s.f1[k], s.id1[k] = s.f1[k-inner]+1, s.id1[k-inner]
			}
		}
	}
	s.scanBack(base, n, inner, jlo, jhi, s.id1)
}

// scanEdge counts the steps to the nearest pixel of another label. Background has
// no edge: it is 0 away.
func (s *sweep[S]) scanEdge(base, n, inner, jlo, jhi int) {
	for i := range n {
		for k := base + i*inner + jlo; k < base+i*inner+jhi; k++ {
			switch {
			case s.labels[k] == 0:
				s.f1[k] = 0
			case i == 0:
				s.f1[k] = s.outside()
			case s.labels[k-inner] != s.labels[k]:
				s.f1[k] = 1
			default:
				s.f1[k] = s.f1[k-inner] + 1
			}
		}
	}
	for i := n - 1; i >= 0; i-- {
		for k := base + i*inner + jlo; k < base+i*inner+jhi; k++ {
			g := s.outside()
			if i < n-1 {
				g = s.f1[k+inner] + 1
				if s.labels[k+inner] != s.labels[k] {
					g = 1
				}
			}
			s.f1[k] = min(s.f1[k], g)
		}
	}
}

// passed are the last two distinct objects that the scan of a column has come
// through, and where it last saw them; a is the later. The position of what was
// never seen is so far away that its steps are beyond far.
type passed struct {
	a, b     int32
	atA, atB int
}

// see notes that the scan has come to a pixel of object c at position i.
func (p *passed) see(c int32, i int) {
	if c != p.a {
		p.b, p.atB = p.a, p.atA
		p.a = c
	}
	p.atA = i
}

// scanTwo finds the two nearest distinct objects within every column. Any other is
// beaten by both of them, wherever it is looked at from.
func (s *sweep[S]) scanTwo(l *line[S], base, n, inner, jlo, jhi int) {
	never := int(s.far)
	state := l.passed[:jhi-jlo]
	fill(state, passed{atA: -never, atB: -never})
	for i := range n {
		lo := base + i*inner + jlo
		for j := range state {
			p, k := &state[j], lo+j
			if c := s.labels[k]; c != 0 {
				p.see(c, i)
			}
			s.f1[k], s.id1[k] = S(i-p.atA), p.a
			s.f2[k], s.id2[k] = S(i-p.atB), p.b
		}
	}
	fill(state, passed{atA: n + never, atB: n + never})
	for i := n - 1; i >= 0; i-- {
		lo := base + i*inner + jlo
		for j := range state {
			p, k := &state[j], lo+j
			if c := s.labels[k]; c != 0 {
				p.see(c, i)
			}
			s.merge(k, S(p.atA-i), S(p.atB-i), p.a, p.b)
		}
	}
}

// merge keeps of what pixel k knows and the offers of a and b, a the nearer, the
// two nearest of distinct objects.
func (s *sweep[S]) merge(k int, fa, fb S, a, b int32) {
	switch {
	case a == s.id1[k]:
		s.f1[k] = min(s.f1[k], fa)
		if b != 0 && fb < s.f2[k] {
			s.f2[k], s.id2[k] = fb, b
		}
	case fa < s.f1[k]:
		if fb < s.f1[k] {
			s.f2[k], s.id2[k] = fb, b
		} else {
			s.f2[k], s.id2[k] = s.f1[k], s.id1[k]
		}
		s.f1[k], s.id1[k] = fa, a
	case fa < s.f2[k]:
		s.f2[k], s.id2[k] = fa, a
	}
}
