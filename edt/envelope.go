package edt

import "math"

// number is what squared distances are counted in: integers as narrow as the
// shape allows, and floating point where the spacings differ.
type number interface{ int32 | int64 | float64 }

// infinite is the squared distance to nothing, more than any square there can be.
func infinite[S number]() S {
	inf := math.Inf(1)
	switch any(S(0)).(type) {
	case int32:
		inf = 1 << 30
	case int64:
		inf = 1 << 62
	}
	return S(inf)
}

// envelope finds the lower envelope of the parabolas w·(x−v)² + f(v), one for
// each position v of a line, after Felzenszwalb & Huttenlocher, algorithm 1. All
// have one curvature, so two of them cross once, the one with the apex further
// right being the lower from there on.
type envelope[S number] struct {
	apex, start []int32   // piece k is the parabola of apex[k], from position start[k] on
	n           int       // the number of pieces
	half        []float64 // 1/(2d) for every distance d of two apexes
	w           S         // the curvature
	inf         S         // of a position that offers nothing
}

// reserve makes room for lines of n positions.
func (e *envelope[S]) reserve(n int) {
	e.inf = infinite[S]()
	if len(e.apex) >= n {
		return
	}
	e.apex, e.start = make([]int32, n+1), make([]int32, n+1)
	e.half = make([]float64, n+1)
	for d := range e.half {
		e.half[d] = 1 / float64(2*d)
	}
}

// build finds the envelope of the parabolas of f[vlo:vhi] over the positions
// xlo ≤ x < xhi. Where two are equally low the one with the smaller apex has it.
// With no finite f there is no piece.
func (e *envelope[S]) build(f []S, vlo, vhi, xlo, xhi int) {
	apex, start, half, inf := e.apex, e.start[:len(e.apex)], e.half, e.inf
	integers := S(1)/2 == 0
	n := 0
	f = f[:vhi]
	var v, from int // the last piece
	var fv S
	for q := max(vlo, 0); q < len(f); q++ {
		fq := f[q]
		if fq == inf {
			continue
		}
		t := xlo
		for n > 0 {
			if integers {
				// The first position at which q is lower is the smallest integer above
				// (fq − fv + q² − v²) / (2(q−v)). That is a multiple of 1/(2(q−v)), so half
				// a unit of the numerator more is at least half as far from every integer,
				// which the rounding of the product cannot bridge. What is below zero is
				// rounded the wrong way, but to no position.
				num := fq - fv + S(q-v)*S(q+v)
				if q-v == 1 {
					t = int(int64(num)>>1) + 1
				} else {
					t = int((float64(num)+0.5)*half[q-v] + 1)
				}
			} else {
				t = e.cross(v, q, fv, fq, xlo, xhi)
			}
			if t > from {
				break
			}
			if n--; n > 0 {
				v, from = int(apex[n-1]), int(start[n-1])
				fv = f[v]
			}
			t = xlo
		}
		if t < xhi {
			v, from, fv = q, t, fq
			apex[n], start[n] = int32(q), int32(t)
			n++
		}
	}
	e.n = n
}

// cross returns the first position in xlo ≤ t < xhi at which the parabola of q is
// below that of v < q, or xhi if there is none. The quotient is rounded here, and
// what counts is which of the values, rounded as they will be, is lower.
func (e *envelope[S]) cross(v, q int, fv, fq S, xlo, xhi int) int {
	x := float64(q+v)/2 + float64(fq-fv)/float64(e.w)*e.half[q-v]
	if x < float64(xlo) {
		return xlo
	}
	if x >= float64(xhi) {
		return xhi
	}
	t := int(x) + 1
	for t > xlo && e.at(q, fq, t-1) < e.at(v, fv, t-1) {
		t--
	}
	for t < xhi && !(e.at(q, fq, t) < e.at(v, fv, t)) {
		t++
	}
	return t
}

// at returns the value at x of the parabola with apex v. The conversion keeps the
// product from being fused with the sum, which would round differently.
func (e *envelope[S]) at(v int, f S, x int) S {
	d := S(x - v)
	return f + S(e.w*S(d*d))
}

// end returns the position where piece k ends, xhi for the last.
func (e *envelope[S]) end(k, xhi int) int {
	if k+1 < e.n {
		return int(e.start[k+1])
	}
	return xhi
}
