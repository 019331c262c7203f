package losses

import (
	"fmt"

	"github.com/weightmap/weightmap/grid"
)

// DistanceWeighted is form (a) of the distance-weighted cross entropy, that of the
// U-Net paper (Ronneberger, Fischer and Brox, MICCAI 2015, eq. 1 and 2): the product
//
//	w(x) · −[p log q + (1−p) log(1−q)],  w = w_c + w0 · exp(−(d1+d2)²/(2σ²)),
//
// with w as [Batch].Weight. It is the form that trains the network to keep cells apart,
// because the weight multiplies the gradient. A batch without weights is refused: it
// would be plain [CrossEntropy] unnoticed.
type DistanceWeighted struct{}

// Eval implements [Loss].
func (DistanceWeighted) Eval(dst *Result, b Batch, r Reduction) *Result {
	if b.Weight == nil {
		panic("losses: DistanceWeighted of a batch without weights")
	}
	return CrossEntropy{}.Eval(dst, b, r)
}

// DistanceSum is form (b): the balanced cross entropy plus the distance term,
//
//	ℓ = −[β p log q + (1−β)(1−p) log(1−q)] + w0 · exp(−(d1+d2)²/(2σ²)).
//
// The term does not depend on the logits, so it adds to the value and NOTHING to the
// gradient: training with it is training with [BalancedCrossEntropy]. It is here to
// reproduce numbers; to train, use [DistanceWeighted] or [OneObject].
type DistanceSum struct {
	Positive float64   // β in [0, 1], the weight of positive pixels; the negative ones get 1−β
	W0       float64   // w0, the height of the term where d1 + d2 = 0
	Sigma    float64   // σ > 0, in the units of D1 and D2
	D1, D2   *grid.Map // distances to the nearest and second nearest cell, of the shape of Logits; +Inf is allowed
}

// DefaultDistanceSum returns β = ½, w0 = 10 and σ = 5.
func DefaultDistanceSum(d1, d2 *grid.Map) DistanceSum {
	return DistanceSum{Positive: 0.5, W0: 10, Sigma: 5, D1: d1, D2: d2}
}

// Eval implements [Loss].
func (l DistanceSum) Eval(dst *Result, b Batch, r Reduction) *Result {
	b.binary()
	share("Positive", l.Positive)
	if !(l.Sigma > 0) {
		panic(fmt.Sprintf("losses: Sigma is %v, want more than 0", l.Sigma))
	}
	b.match("D1", l.D1, b.Logits.Shape)
	b.match("D2", l.D2, b.Logits.Shape)
	return pixelwise(dst, b, r, l)
}

func (l DistanceSum) pixels(s *scratch, x, p []float32, at int) {
	crossEntropy{l.Positive, 1 - l.Positive}.pixels(s, x, p, at)
	d1, d2 := l.D1.Data[at:at+len(p)], l.D2.Data[at:at+len(p)]
	v, e := s.v[:len(p)], s.q[:len(p)]
	k := 1 / (2 * l.Sigma * l.Sigma)
	for i := range e {
		d := float64(d1[i]) + float64(d2[i])
		e[i] = d * d * k
	}
	expNegative(e, e)
	for i := range v {
		v[i] += l.W0 * e[i]
	}
}

// OneObject is form (c), for images with one object: positive pixels weigh the more the
// nearer they are to the object's edge,
//
//	ℓ = (1−β) · −[(β/(1−β) + exp(−d²)) p log q + (1−p) log(1−q)]
//	  = −[(β + (1−β) exp(−d²)) p log q + (1−β)(1−p) log(1−q)],
//
// computed by the second line, which is finite at β = 1 too. The weight acts on positive
// pixels alone, so d is the depth inside the object; the distance to the object from
// outside is 0 on every positive pixel.
type OneObject struct {
	Positive float64 // β in [0, 1]
	// Depth is d: the distance of each pixel of the object to the background, of the
	// shape of Logits. Nil computes it from the pixels with p > ½, ignored ones counting
	// as background, each image by itself and every axis after the first being space.
	Depth *grid.Map
	// Spacing is the distance between pixels along each axis for a Depth that is nil.
	// Nil is 1.
	Spacing []float64
}

// Eval implements [Loss].
func (l OneObject) Eval(dst *Result, b Batch, r Reduction) *Result {
	b.binary()
	share("Positive", l.Positive)
	if l.Depth == nil {
		if dst == nil {
			dst = &Result{}
		}
		l.Depth = dst.work().maps.depth(b, l.Spacing)
	}
	b.match("Depth", l.Depth, b.Logits.Shape)
	return pixelwise(dst, b, r, l)
}

func (l OneObject) pixels(s *scratch, x, p []float32, at int) {
	n := len(p)
	lq, lr, q, r := s.lq[:n], s.lr[:n], s.q[:n], s.r[:n]
	logSigmoid(lq, lr, q, r, x)
	v, g := s.v[:n], s.g[:n]
	for i, d := range l.Depth.Data[at : at+n] {
		v[i] = float64(d) * float64(d)
	}
	expNegative(v, v)
	for i, p := range p {
		a := (l.Positive + (1-l.Positive)*v[i]) * float64(p)
		b := (1 - l.Positive) * (1 - float64(p))
		v[i] = a*lq[i] + b*lr[i]
		g[i] = b*q[i] - a*r[i]
	}
}
