package edt

import (
	"math"

	"github.com/weightmap/weightmap/grid"
)

// The scan goes over its planes in stretches that stay in the cache: on its way there through
// one it keeps all that it knows, and on its way back uses it up. What it has to know before and
// after a stretch is found first, so that workers need nothing of each other: mostly every column
// meets all that matters in the first few planes.

// Tests change them.
var (
	cacheBytes   = 1 << 20 // what surely stays in the cache of one processor
	fewestPlanes = 8       // with fewer, what is known between stretches would fill the memory; see divide
)

// stretchesEach is how many stretches there are for each of several workers.
const stretchesEach = 8

// divide makes stretches of the planes, for so many workers.
func (s *sweep[S]) divide(workers int) {
	n, size := s.shape[0], grid.Size(s.shape[1:])
	bytes := 4
	switch s.kind {
	case feature:
		bytes = 8
	case two:
		bytes = 16
	}
	s.shared = workers > 1
	planes, fewest := cacheBytes/(bytes*size), fewestPlanes
	if s.shared {
		planes = min(planes, (n-1)/(stretchesEach*workers)+1)
		// Stretches of p planes take two planes each, and p of every worker: 2n/p + workers·p
		// in all. Where p is the least of it, a stack of few slices can be shared, too.
		fewest = min(fewest, int(math.Sqrt(2*float64(n)/float64(workers))))
	}
	s.planes = min(n, max(1, fewest, planes))
	s.stretches = (n-1)/s.planes + 1
	s.before.reserve(s.kind, s.stretches*size)
	if s.shared {
		s.after.reserve(s.kind, s.stretches*size)
	}
}

// stretch returns the planes a ≤ i < b of a stretch.
func (s *sweep[S]) stretch(k int) (a, b int) {
	a = k * s.planes
	return a, min(a+s.planes, s.shape[0])
}

// scout finds what the stretches know of themselves at either end.
type scout[S number] sweep[S]

func (c *scout[S]) Run(worker, lo, hi int) {
	s := (*sweep[S])(c)
	l, size := &s.lines[worker], grid.Size(s.shape[1:])
	for k := lo; k < hi; k++ {
		a, b := s.stretch(k)
		if k == 0 {
			s.clear(s.before.of(s.kind, 0, size), true)
		}
		if k+1 < s.stretches {
			s.look(l, s.before.of(s.kind, (k+1)*size, (k+2)*size), b-1, -1, b-a, k == 0)
		}
		if k > 0 && s.shared {
			s.look(l, s.after.of(s.kind, (k-1)*size, k*size), a, 1, b-a, k+1 == s.stretches)
		}
	}
}

// look finds what plane near knows of so many planes, itself and those that away leads to, and,
// if that is the end of the grid, of what is outside. Only where a column has not met all it
// needs within a few are more looked at.
func (s *sweep[S]) look(l *line[S], r record[int32], near, away, planes int, isEnd bool) {
	if s.limited { // what is farther away cannot matter
		planes = min(planes, s.reach)
	}
	size := len(r.f1)
	if s.kind == nearest && haveAVX2 && size >= 64 {
		outside := s.far
		if isEnd && s.border(0) {
			outside = int32(planes)
		}
		s.lookForSites(r.f1, near, away, planes, outside)
		return
	}
	if s.kind == two && haveAVX2 && size >= 8 {
		s.lookForTwo(r, near, away, planes)
		return
	}
	part := r
	for done, end := 0, min(8, planes); ; done, end = end, min(4*end, planes) {
		s.clear(part, isEnd && end == planes)
		from := -1
		for i := end - 1; i >= done; i-- {
			k := (near + i*away) * size
			s.forward(part, part, k, from)
			from = k
		}
		if done > 0 {
			s.extend(l, r, part, done, (near+done*away)*size, away*size)
		}
		if end == planes || s.satisfied(r) {
			return
		}
		part = l.part.of(s.kind, 0, size)
	}
}

// lookForSites does so for the sites of a mask, in 64 columns at a time. It is outside many steps to
// what is outside.
func (p *plan) lookForSites(f []int32, near, away, planes int, outside int32) {
	const most = 254 // planes at a time
	size := len(f)
	flip := int32(-1)
	if p.zeros {
		flip = 0
	}
	for j := 0; j < size; j += 64 {
		j = min(j, size-64)
		look := func(to []int32, done int) (all bool) {
			return lookForSitesAVX2(&to[0], &p.mask[(near+done*away)*size+j], away*size, min(most, planes-done), flip, outside)
		}
		to := f[j : j+64]
		all := look(to, 0)
		for done := most; done < planes && !all; done += most {
			var farther [64]int32
			look(farther[:], done)
			all = true
			for x, n := range farther {
				if to[x] == outside && n != outside {
					to[x] = int32(done) + n
				}
				all = all && to[x] != outside
			}
		}
	}
}

// lookForTwo does so for two objects, in some planes at a time. What is found nearer stays.
func (p *plan) lookForTwo(r record[int32], near, away, planes int) {
	const most = 8 // at a time: the rows of so many are fetched side by side
	size := len(r.f1)
	p.clear(r, false)
	for done, all := 0, false; done < planes && !all; done += most {
		look := func(j, n int) bool {
			labels := &p.labels[(near+done*away)*size+j]
			return lookForTwoAVX2(&r.f1[j], &r.id1[j], &r.f2[j], &r.id2[j], labels, away*size, min(most, planes-done), n, int32(done))
		}
		all = look(0, size&^7)
		if size%8 != 0 {
			all = look(size-8, 8) && all // some for the second time
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

// merging makes of what the stretches know of themselves what is known before and after them, in
// the columns lo ≤ j < hi.
type merging[S number] sweep[S]

func (m *merging[S]) Run(worker, lo, hi int) {
	s := (*sweep[S])(m)
	l, size := &s.lines[worker], grid.Size(s.shape[1:])
	at := func(r *record[int32], k int) record[int32] { return r.of(s.kind, k*size+lo, k*size+hi) }
	for k := 1; k+1 < s.stretches; k++ {
		a, b := s.stretch(k)
		s.extend(l, at(&s.before, k+1), at(&s.before, k), b-a, (a-1)*size+lo, -size)
	}
	if s.shared {
		for k := s.stretches - 2; k > 0; k-- {
			a, b := s.stretch(k)
			s.extend(l, at(&s.after, k-1), at(&s.after, k), b-a, b*size+lo, size)
		}
	}
}

// extend adds what the plane at index k… knows to what the one that many steps before it knows of
// those between, in the columns of the records; step leads from any of them to the next.
func (s *sweep[S]) extend(l *line[S], r, part record[int32], steps, k, step int) {
	n := int32(steps)
	switch s.kind {
	case nearest:
		done := 0
		if haveAVX2 && len(r.f1) >= 8 {
			done = len(r.f1) &^ 7
			extendNearestAVX2(&r.f1[0], &part.f1[0], n, done)
		}
		for j := done; j < len(r.f1); j++ {
			r.f1[j] = min(r.f1[j], part.f1[j]+n)
		}
	case feature:
		for j, f := range r.f1 {
			if f >= s.far {
				r.f1[j], r.id1[j] = part.f1[j]+n, part.id1[j]
			}
		}
	case edge:
		for j, f := range r.f1 {
			if f >= s.far {
				r.f1[j] = part.f1[j] + n
				if s.labels[k+j] != s.labels[k-step+j] {
					r.f1[j] = n
				}
			}
		}
	case two:
		sum := l.back.of(two, 0, len(r.f1))
		sum.put(0, part)
		backwardTwo(sum, r, n)
		r.put(0, sum)
	}
}
