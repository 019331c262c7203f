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
	apex, start []int32 // piece k is the parabola of apex[k], from position start[k] on
	n           int     // the number of pieces
	half        []float64
	w           S
	inf         S
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
	k := 0
	for q := vlo; q < vhi; q++ {
		fq := f[q]
		if fq == e.inf {
			continue
		}
		t := xlo
		for k > 0 {
			v := int(e.apex[k-1])
			t = e.cross(v, q, f[v], fq, xlo, xhi)
			if t > int(e.start[k-1]) {
				break
			}
			k--
			t = xlo
		}
		if t < xhi {
			e.apex[k], e.start[k] = int32(q), int32(t)
			k++
		}
	}
	e.n = k
}

// cross returns the first position at which the parabola of q is below that of
// v < q: the smallest integer above ((fq−fv)/w + q² − v²) / (2(q−v)). What lies
// below xlo or above xhi may come back as anything not inside.
func (e *envelope[S]) cross(v, q int, fv, fq S, xlo, xhi int) int {
	d := q - v
	if S(1)/2 == 0 {
		// Integers. The quotient is a multiple of 1/(2d), so after half a unit of the
		// numerator it is at least 1/(4d) away from every integer, which the rounding
		// of the product cannot bridge. Below zero the conversion rounds the wrong way,
		// but to no position.
		num := fq - fv + S(d)*S(q+v)
		return int((float64(num)+0.5)*e.half[d] + 1)
	}
	x := float64(q+v)/2 + float64(fq-fv)/float64(e.w)*e.half[d]
	if x < float64(xlo) {
		return xlo
	}
	if x >= float64(xhi) {
		return xhi
	}
	// The quotient is rounded here, and what counts is which value, rounded as it
	// will be, is lower.
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
