package losses

import (
	"fmt"
	"slices"
)

// softmax holds, class after class, what is known of a block of pixels.
type softmax struct {
	classes int
	q, r    []float64 // probability and 1 − probability
	l       []float64 // −log probability
	p       []float32 // truth
	g       []float64 // derivative by q, or what the kernel likes

	// Of each pixel: the class with the largest logit, that logit, the sum of the other
	// classes' e^(x − top), 1/(1 + rest) and log(1 + rest).
	best           [blockSize]int
	top            [blockSize]float32
	rest, inv, log block
	// The true class of each pixel, where there is one, and the derivative by its logit.
	y   [blockSize]int
	own block

	areas, slopes []sums // of each class
	lanes         []areaLanes
	unused        [blockSize]float32
	rise          []float64 // of the Jaccard loss, by pixel, for LovaszSoftmax
}

func (m *softmax) init(classes int) {
	m.classes = classes
	for _, s := range []*[]float64{&m.q, &m.r, &m.l, &m.g} {
		*s = resize(*s, classes*blockSize)
	}
	m.p = resize(m.p, classes*blockSize)
}

// row returns the class c of n pixels.
func row[T any](s []T, c, n int) []T { return s[c*blockSize : c*blockSize+n] }

// load computes q and r of the pixels lo to hi, counted over all images of a batch
// without the axis of classes. A block never spans two images. Pixels of weight 0 get
// zeros, which are nobody's probabilities but make nothing of whatever they held.
func (m *softmax) load(b Batch, size, lo, hi int, w []float64) {
	m.exponentials(b, size, lo, hi)
	n := hi - lo
	rest, inv := m.rest[:n], m.inv[:n]
	for c := range m.classes {
		q, r := row(m.q, c, n), row(m.r, c, n)
		for i, e := range q {
			q[i] = e * inv[i]
			r[i] = (1 + (rest[i] - e)) * inv[i]
		}
	}
	for i, c := range m.best[:n] {
		m.r[c*blockSize+i] = rest[i] * inv[i]
	}
	for i, w := range w {
		if w == 0 {
			for k := i; k < len(m.q); k += blockSize {
				m.q[k], m.r[k] = 0, 0
			}
		}
	}
}

// exponentials computes what load has to normalise: l is the largest logit less the
// logit, and q is e^−l.
func (m *softmax) exponentials(b Batch, size, lo, hi int) {
	n := hi - lo
	plane := func(c int) []float32 {
		at := (lo/size*m.classes+c)*size + lo%size
		return b.Logits.Data[at : at+n]
	}
	// The largest logit is the reference, and its own term, 1, is kept apart: then
	// 1−q of the likeliest class is a sum, not a difference, and keeps its digits.
	// Which class that is, is anybody's guess, so rows are swept without branches.
	best, top := m.best[:n], m.top[:n]
	copy(top, plane(0))
	clear(best)
	for c := 1; c < m.classes; c++ {
		for i, x := range plane(c) {
			more := 0
			if x > top[i] {
				more = 1
			}
			best[i] += (c - best[i]) * more
			top[i] = max(top[i], x)
		}
	}
	for c := range m.classes {
		l := row(m.l, c, n)
		for i, x := range plane(c) {
			l[i] = float64(top[i]) - float64(x)
		}
		expNegative(row(m.q, c, n), l)
	}
	rest, inv := m.rest[:n], m.inv[:n]
	for i, c := range best {
		m.q[c*blockSize+i] = 0
	}
	clear(rest)
	for c := range m.classes {
		for i, e := range row(m.q, c, n) {
			rest[i] += e
		}
	}
	for i, c := range best {
		m.q[c*blockSize+i] = 1
		inv[i] = 1 / (1 + rest[i])
	}
}

// logarithms adds to l what makes it −log q, after load. Pixels of weight 0 get zeros.
func (m *softmax) logarithms(n int, w []float64) {
	log := m.log[:n]
	log1p(log, m.rest[:n])
	for c := range m.classes {
		l := row(m.l, c, n)
		for i := range l {
			l[i] += log[i]
			if w != nil && w[i] == 0 {
				l[i] = 0
			}
		}
	}
}

// class returns the class that target t stands for.
func (m *softmax) class(b Batch, t float32) int {
	c := int(t)
	if float32(c) != t || c < 0 || c >= m.classes {
		panic(fmt.Sprintf("losses: target %v is no class of logits of shape %v", t, b.Logits.Shape))
	}
	return c
}

// truth loads the target of the pixels lo to hi. Those of weight 0 get none.
func (m *softmax) truth(b Batch, size, lo, hi int, w []float64) {
	n := hi - lo
	if len(b.Target.Shape) == len(b.Logits.Shape) {
		for c := range m.classes {
			at := (lo/size*m.classes+c)*size + lo%size
			p := row(m.p, c, n)
			for i, t := range b.Target.Data[at : at+n] {
				p[i] = 0
				if w == nil || w[i] != 0 {
					p[i] = t
				}
			}
		}
		return
	}
	for c := range m.classes {
		clear(row(m.p, c, n))
	}
	for i, t := range b.Target.Data[lo:hi] {
		if w != nil && w[i] == 0 {
			continue
		}
		m.p[m.class(b, t)*blockSize+i] = 1
	}
}

// gradient stores, for the pixels lo to hi, scale times the derivative by each logit,
// given in m.g that by each probability: ∂/∂x_c = q_c (g_c − Σ_j q_j g_j).
func (m *softmax) gradient(grad []float32, size, lo, hi int) {
	n := hi - lo
	mean := row(m.l, 0, n)
	clear(mean)
	for c := range m.classes {
		q, g := row(m.q, c, n), row(m.g, c, n)
		for i := range mean {
			mean[i] += q[i] * g[i]
		}
	}
	for c := range m.classes {
		at := (lo/size*m.classes+c)*size + lo%size
		q, g := row(m.q, c, n), row(m.g, c, n)
		for i := range mean {
			grad[at+i] = float32(q[i] * (g[i] - mean[i]))
		}
	}
}

// multiclass checks b and a loss's class weights and prepares dst. size is the number of
// pixels of an image.
func multiclass(dst *Result, b Batch, r Reduction, weights []float64) (_ *Result, size int) {
	if dst == nil {
		dst = &Result{}
	}
	s := dst.work()
	classes, pixels := b.classes(s.pixels)
	s.pixels = pixels
	if weights != nil && len(weights) != classes {
		panic(fmt.Sprintf("losses: %d class weights for logits of shape %v", len(weights), b.Logits.Shape))
	}
	for _, w := range weights {
		notNegative("ClassWeight", w)
	}
	s.softmax.init(classes)
	dst = begin(dst, b, r, pixels)
	return dst, s.census.size
}

// classWeight is the weight of class c, 1 where none are given.
func classWeight(weights []float64, c int) float64 {
	if weights == nil {
		return 1
	}
	return weights[c]
}

// blocks calls f for the pixels of the images from first to last, block by block. The
// weights are nil where all are 1.
func blocks(b Batch, s *scratch, first, last int, f func(lo, hi int, w []float64)) {
	size := s.census.size
	for n := first; n < last; n++ {
		for lo := n * size; lo < (n+1)*size; lo += blockSize {
			hi := min(lo+blockSize, (n+1)*size)
			f(lo, hi, b.weights(s, lo, hi))
		}
	}
}

func contains(list []int, c int) bool { return slices.Contains(list, c) }
