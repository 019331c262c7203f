package losses

import (
	"fmt"
	"math"
)

// LovaszSoftmax is the Lovász-softmax loss (Berman, Rannen Triki and Blaschko, CVPR 2018,
// algorithm 1), a surrogate of the mean [Jaccard] of several classes that
// exclude each other. For each class the errors m = 1−q where the truth is the class and
// m = q where it is not, in descending order, are weighted with the rise of the Jaccard
// loss, as in [LovaszHinge]:
//
//	L = mean over classes of Σ_i m_i · (J_i − J_{i−1}).
//
// The truth is hard: p > ½. Of equal errors that of the lower index goes first.
type LovaszSoftmax struct {
	Classes ClassChoice
	List    []int // the classes of ClassesListed
	Scope   Scope // PerImage or PerBatch
}

// ClassChoice says over which classes a loss is averaged.
type ClassChoice int

const (
	ClassesPresent ClassChoice = iota // those in the truth of the image, or of the batch
	ClassesAll                        // all of them
	ClassesListed                     // those in a list, present or not
)

// Eval implements [Loss].
func (l LovaszSoftmax) Eval(dst *Result, b Batch, r Reduction) *Result {
	dst, _ = multiclass(dst, b, r, nil)
	s := dst.scratch
	for _, c := range l.List {
		if c < 0 || c >= s.softmax.classes {
			panic(fmt.Sprintf("losses: class %d is none of logits of shape %v", c, b.Logits.Shape))
		}
	}
	switch l.Scope {
	case PerImage:
		for n := range s.census.images {
			dst.image(b, r, n, l.unit(dst, b, n, n+1, s.census.imageScale(r, n)))
		}
	case PerBatch:
		dst.batch(b, r, l.unit(dst, b, 0, s.census.images, s.census.batchScale(r)))
	default:
		panic("losses: LovaszSoftmax has no value per " + l.Scope.String())
	}
	return dst
}

// unit returns the loss of the images from first to last as one and stores scale times
// its gradient. Grad holds the errors at first.
func (l LovaszSoftmax) unit(dst *Result, b Batch, first, last int, scale float64) float64 {
	s := dst.scratch
	size, m, grad := s.census.size, &s.softmax, dst.Grad.Data
	m.areas = resize(m.areas, m.classes)
	clear(m.areas)
	m.rise = resize(m.rise, (last-first)*m.classes*size)
	clear(m.rise)
	base := first * m.classes * size
	blocks(b, s, first, last, func(lo, hi int, w []float64) {
		m.load(b, size, lo, hi, w)
		m.truth(b, size, lo, hi, w)
		for c := range m.classes {
			p, q, r := row(m.p, c, hi-lo), row(m.q, c, hi-lo), row(m.r, c, hi-lo)
			g := grad[(lo/size*m.classes+c)*size+lo%size:][:hi-lo]
			for i := range p {
				f := 1.
				if w != nil {
					f = w[i]
				}
				switch {
				case f == 0:
					g[i] = 0
				case p[i] > 0.5:
					// The sign bit, also of a zero, says that the class is the truth.
					g[i] = -float32(r[i])
					m.areas[c].tp += f
				default:
					g[i] = float32(q[i])
				}
			}
		}
	})
	classes := 0
	for c := range m.classes {
		if l.uses(c, m.areas[c].tp > 0) {
			classes++
			s.lovaszClass(grad, b, c, first, last, m.areas[c].tp)
		}
	}
	mean := inverse(float64(classes))
	loss := 0.
	blocks(b, s, first, last, func(lo, hi int, w []float64) {
		m.load(b, size, lo, hi, w)
		for c := range m.classes {
			q, r, g := row(m.q, c, hi-lo), row(m.r, c, hi-lo), row(m.g, c, hi-lo)
			for i, rise := range m.rise[(lo/size*m.classes+c)*size+lo%size-base:][:hi-lo] {
				g[i] = rise * mean * scale
				if rise < 0 { // the class is the truth
					loss -= rise * r[i]
				} else {
					loss += rise * q[i]
				}
			}
		}
		m.gradient(grad, size, lo, hi)
	})
	return loss * mean
}

func (l LovaszSoftmax) uses(c int, present bool) bool {
	switch l.Classes {
	case ClassesPresent:
		return present
	case ClassesAll:
		return true
	case ClassesListed:
		return contains(l.List, c)
	}
	panic(fmt.Sprintf("losses: unknown ClassChoice(%d)", int(l.Classes)))
}

// lovaszClass stores the derivatives of the loss of a class by its probabilities in m.rise:
// minus the rise of the Jaccard loss where the class is the truth. truth is Σ w there.
func (s *scratch) lovaszClass(errors []float32, b Batch, c, first, last int, truth float64) {
	size, m := s.census.size, &s.softmax
	items := s.sort.start((last - first) * size)
	for n := first; n < last; n++ {
		for i, e := range errors[(n*m.classes+c)*size:][:size] {
			if !b.ignored(n*size + i) {
				items = append(items, newItem(float32(math.Abs(float64(e))), (n-first)*size+i))
			}
		}
	}
	at := func(index int) (pixel, logit int) {
		pixel = first*size + index
		return pixel, (pixel/size*m.classes+c)*size + pixel%size
	}
	items = s.sort.sort(items)
	s.sort.refine(items, func(index int) float64 {
		pixel, logit := at(index)
		return m.errorAt(b, size, pixel, c, math.Signbit(float64(errors[logit])))
	})
	j := newJaccard(truth)
	for _, t := range items {
		pixel, logit := at(t.index())
		positive := math.Signbit(float64(errors[logit]))
		step := j.step(positive, b.weight(pixel))
		if positive {
			step = -step
		}
		m.rise[logit-first*m.classes*size] = step
	}
}

// errorAt is the error of class c at one pixel, as load has it before rounding.
func (m *softmax) errorAt(b Batch, size, pixel, c int, positive bool) float64 {
	x := func(c int) float64 {
		return float64(b.Logits.Data[(pixel/size*m.classes+c)*size+pixel%size])
	}
	best := 0
	for k := 1; k < m.classes; k++ {
		if x(k) > x(best) {
			best = k
		}
	}
	rest, own := 0., 1.
	for k := range m.classes {
		e := 0.
		if l := x(best) - x(k); !(l > beyond) {
			e = exp(-l)
		}
		if k != best {
			rest += e
		}
		if k == c {
			own = e
		}
	}
	switch {
	case !positive:
		return own / (1 + rest)
	case c == best:
		return rest / (1 + rest)
	}
	return (1 + (rest - own)) / (1 + rest)
}
