package edt

import "github.com/weightmap/weightmap/grid"

// Run does the planes lo ≤ i < hi from the scan to the result. As a plane is complete
// when the scan comes back to it, it goes on along the other axes while it is at
// hand. What the planes beyond have to offer is scanned without keeping it, so that
// workers need nothing of each other.
//
// On its way there the scan keeps only what it knows at the end of each stretch of planes;
// on its way back it scans each stretch once more, in the cache. That is faster than to
// write all that it has known to memory and to read it again, and takes next to none.
func (s *sweep[S]) Run(worker, lo, hi int) {
	l := &s.lines[worker]
	n, size := s.shape[0], grid.Size(s.shape[1:])
	stretch := min(s.stretch(size), hi-lo)
	stretches := (hi - lo + stretch - 1) / stretch
	l.ends.reserve(s.kind, (stretches-1)*size)
	l.known.reserve(s.kind, stretch*size)
	there, back := l.there.of(s.kind, 0, size), l.back.of(s.kind, 0, size)

	s.beyond(there, lo-1, -1, lo)
	for i := lo; i < lo+(stretches-1)*stretch; i++ {
		s.forward(there, there, i*size, (i-1)*size)
		if done := i + 1 - lo; done%stretch == 0 {
			l.ends.put((done/stretch-1)*size, there)
		}
	}
	s.beyond(back, hi, 1, n-hi)
	step := size
	if hi == n {
		step = 0
	}
	for k := stretches - 1; k >= 0; k-- {
		before := there
		if k > 0 {
			before = l.ends.of(s.kind, (k-1)*size, k*size)
		} else if stretches > 1 {
			s.beyond(there, lo-1, -1, lo)
		}
		a := lo + k*stretch
		b := min(a+stretch, hi)
		for i := a; i < b; i++ {
			plane := l.known.of(s.kind, (i-a)*size, (i-a+1)*size)
			s.forward(plane, before, i*size, (i-1)*size)
			before = plane
		}
		for i := b - 1; i >= a; i-- {
			s.backward(back, l.known.of(s.kind, (i-a)*size, (i-a+1)*size), i*size, step)
			step = size
			s.complete(l, back, i*size)
		}
	}
}

// stretch is the number of planes of so many pixels that are scanned in the cache, but
// not so few that the ends of all would fill the memory.
func (s *sweep[S]) stretch(size int) int {
	bytes := 4
	switch s.kind {
	case feature:
		bytes = 8
	case two:
		bytes = 16
	}
	return max(fewestPlanes, cacheBytes/(bytes*size))
}

// Tests change them.
var (
	cacheBytes   = 1 << 20 // what surely stays in the cache of one processor
	fewestPlanes = 8
)

// beyond scans planes outside a block towards it, so many there are: plane near is next
// to the block, and away leads to the one behind it. Mostly every column has met all it
// needs within a few planes; only where one has not are more looked at.
func (p *plan) beyond(r record[int32], near, away, planes int) {
	if p.limited { // what is farther away cannot matter
		planes = min(planes, p.reach)
	}
	size := len(r.f1)
	for some := 8; ; some *= 4 {
		some = min(some, planes)
		p.clear(r, some == planes)
		from := -1
		for i := some - 1; i >= 0; i-- {
			k := (near + i*away) * size
			p.forward(r, r, k, from)
			from = k
		}
		if some == planes || p.satisfied(r) {
			return
		}
	}
}

// satisfied reports whether nothing farther away could change the record.
func (p *plan) satisfied(r record[int32]) bool {
	worst := r.f1
	if p.kind == two {
		worst = r.f2
	}
	for _, f := range worst {
		if f >= p.far {
			return false
		}
	}
	return true
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
