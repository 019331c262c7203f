package edt

import "math"

// line is the working memory of one worker. Its arrays are framed by a margin on
// either side, which stands for the pixels outside the image: pixel x of the line is
// element margin+x.
type line[S number] struct {
	envelope[S]
	f1, f2     []S     // what the pixels offer
	id1, id2   []int32 // and of what
	o1, o2     []S     // what they come out with
	oid1, oid2 []int32
	at         []int32 // the columns of the nearest
	second     envelope[S]
	mixed      []S // the offers that the second envelope is made of
	mixedID    []int32
	d1, d2     []float32    // a row of the result
	framed     int          // the pixels that the frame is around
	skip       int          // lines for which not to look nearby
	skipped    int          // how many that were the last time
	between    bool         // it lies along neither the first axis nor the last
	narrow     *line[int32] // if this one is of 64 bits

	// Steps of the scan: the plane that it is at on its way back, what it knows of all planes
	// of a stretch, and of some planes that it looks at.
	back, known, part record[int32]

	// Squares: a plane on its way through the other axes, and some adjacent lines of it.
	plane, block record[S]

	_ [64]byte // no two in a cache line
}

// reserve makes room for lines of up to n pixels, and for stretches of planes of so many.
func (l *line[S]) reserve(k kind, n, plane, stretch int, wholePlanes bool) {
	l.back.reserve(k, plane)
	l.known.reserve(k, stretch*plane)
	l.part.reserve(k, plane)
	if wholePlanes {
		l.plane.reserve(k, plane)
		l.block.reserve(k, n*abreast)
		if k == edge {
			l.block.id1 = grow(l.block.id1, n*abreast)
		}
	}
	n += 2 * margin
	l.framed, l.skip, l.skipped = -1, 0, 0
	l.envelope.reserve(n)
	l.f1, l.o1 = grow(l.f1, n), grow(l.o1, n)
	if k != nearest {
		l.id1, l.oid1 = grow(l.id1, n), grow(l.oid1, n)
	}
	if k == feature || k == two {
		l.at = grow(l.at, n)
	}
	if k == two {
		l.f2, l.o2, l.mixed = grow(l.f2, n), grow(l.o2, n), grow(l.mixed, n)
		l.id2, l.oid2, l.mixedID = grow(l.id2, n), grow(l.oid2, n), grow(l.mixedID, n)
		l.second.reserve(n)
	}
	l.reserveNarrow(k, n)
}

// grow returns a slice of n elements, the old one if it is long enough.
func grow[T any](old []T, n int) []T {
	if cap(old) < n {
		return make([]T, n)
	}
	return old[:n]
}

// frame makes the margins around n pixels offer nothing.
func (l *line[S]) frame(k kind, n int) {
	if l.framed == n {
		return
	}
	l.framed = n
	around(l.f1, n, l.inf)
	if k == two {
		around(l.f2, n, l.inf)
		around(l.id1, n, 0)
		around(l.id2, n, 0)
	}
}

func around[T any](s []T, n int, v T) {
	fill(s[:margin], v)
	fill(s[margin+n:], v)
}

// begin makes the line ready for lines of n pixels along the axis.
func (l *line[S]) begin(p *plan, n, axis int) {
	l.w = S(p.axisWeight(axis))
	l.frame(p.kind, n)
	outside := l.inf
	if p.border(axis) {
		outside = 0
	}
	l.f1[margin-1], l.f1[margin+n] = outside, outside
}

// offers is where a line of n pixels is loaded to.
func (l *line[S]) offers(k kind, n int) record[S] {
	r := record[S]{l.f1, l.f2, l.id1, l.id2}
	r = r.of(k, margin, margin+n)
	if k == edge {
		r.id1 = l.id1[margin : margin+n]
	}
	return r
}

// load fetches a line of n pixels from element i of r on.
func (l *line[S]) load(k kind, r record[S], i, n int) {
	copy(l.f1[margin:], r.f1[i:i+n])
	if k != nearest {
		copy(l.id1[margin:], r.id1[i:i+n])
	}
	if k == two {
		copy(l.f2[margin:], r.f2[i:i+n])
		copy(l.id2[margin:], r.id2[i:i+n])
	}
}

// square turns what the scan has found into what the pixels offer along the next axis.
func (l *line[S]) square(p *plan, dst record[S], known record[int32]) {
	l.squares(p, dst.f1, known.f1)
	copy(dst.id1, known.id1)
	if p.kind == two {
		l.squares(p, dst.f2, known.f2)
		copy(dst.id2, known.id2)
	}
}

// squares turns steps of the scan into squares. Those that are too large for S are
// counted as infinite, which only happens to the narrow twin of a line.
func (l *line[S]) squares(p *plan, dst []S, steps []int32) {
	w, inf, reach, done := S(p.scanWeight), l.inf, int32(p.reach), 0
	if d, ok := any(dst).([]int32); ok {
		reach = min(reach, narrowReach)
		if haveAVX2 && len(d) >= 8 {
			done = len(d) &^ 7
			squaresAVX2(&d[0], &steps[0], reach, any(inf).(int32), done)
		}
	}
	for x := done; x < len(steps); x++ {
		if g := steps[x]; g >= reach {
			dst[x] = inf
		} else {
			dst[x] = S(w * S(S(g)*S(g)))
		}
	}
}

// write turns what the pixels of the line have come out with into the row of the
// result that begins at element i of the grid.
func (l *line[S]) write(p *plan, i, n int) {
	lo, hi := margin, margin+n
	if p.visit != nil {
		l.d1, l.d2 = grow(l.d1, n), grow(l.d2, n)
		l.distances(p, l.d1, l.o1[lo:hi])
		l.distances(p, l.d2, l.o2[lo:hi])
		p.visit(i, l.d1, l.d2)
		return
	}
	if p.d1 != nil {
		l.distances(p, p.d1[i:i+n], l.o1[lo:hi])
	}
	if p.d2 != nil {
		l.distances(p, p.d2[i:i+n], l.o2[lo:hi])
	}
	if p.id1 != nil {
		copy(p.id1[i:i+n], l.oid1[lo:hi])
	}
	if p.id2 != nil {
		copy(p.id2[i:i+n], l.oid2[lo:hi])
	}
}

// distances turns squares into what the caller asked for.
func (l *line[S]) distances(p *plan, dst []float32, squares []S) {
	scale, done := p.scale, 0
	if q, ok := any(squares).([]int32); ok && haveAVX2 && scale == 1 && !p.o.Squared {
		if done = len(q) &^ 7; done > 0 {
			rootsAVX2(&dst[0], &q[0], any(l.inf).(int32), done)
		}
	}
	for x := done; x < len(squares); x++ {
		switch f := squares[x]; {
		case f == l.inf:
			dst[x] = float32(math.Inf(1))
		case p.o.Squared:
			dst[x] = float32(scale * scale * float64(f))
		default:
			dst[x] = float32(scale * math.Sqrt(float64(f)))
		}
	}
}
