package losses

import (
	"fmt"
	"math"
)

// Hausdorff is the Hausdorff loss by distance transforms (Karimi and Salcudean, IEEE
// TMI 2020),
//
//	ℓ = (p − q)² (D_p^α + D_q^α),
//
// where D_p is the distance of a pixel to the boundary of the truth and D_q to that of
// the prediction, cut at q = ½: an error weighs the more, the farther it is from either.
// Measured between pixel centres, D is the distance to the nearest pixel outside for a
// pixel inside and the distance to the nearest pixel inside for one outside, so nowhere
// below 1; where there is no boundary, because a mask is empty or full, D is 0. Inside
// are p > ½ and q > ½, ignored pixels being outside.
//
// D_q changes with the logits only by jumps; the gradient takes it as constant, as do
// the authors:
//
//	∂ℓ/∂x = 2 (q − p) q (1−q) (D_p^α + D_q^α).
//
// Each image is measured by itself and every axis after the first is space. The two
// distance transforms are most of the cost.
type Hausdorff struct {
	Alpha   float64   // α > 0
	Spacing []float64 // between pixels along each axis of an image; nil is 1
}

// DefaultHausdorff returns the paper's choice, α = 2.
func DefaultHausdorff() Hausdorff { return Hausdorff{Alpha: 2} }

// Eval implements [Loss].
func (l Hausdorff) Eval(dst *Result, b Batch, r Reduction) *Result {
	b.binary()
	if !(l.Alpha > 0) {
		panic(fmt.Sprintf("losses: Alpha is %v, want more than 0", l.Alpha))
	}
	if dst == nil {
		dst = &Result{}
	}
	k := hausdorff{alpha: l.Alpha}
	truth, prediction := dst.work().maps.toBoundary(b, l.Spacing)
	k.truth, k.prediction = truth.Data, prediction.Data
	return pixelwise(dst, b, r, k)
}

type hausdorff struct {
	alpha             float64
	truth, prediction []float32
}

func (k hausdorff) pixels(s *scratch, x, p []float32, at int) {
	n := len(p)
	q, r, v, g := s.q[:n], s.r[:n], s.v[:n], s.g[:n]
	sigmoid(q, r, x)
	dp, dq := k.truth[at:at+n], k.prediction[at:at+n]
	for i, p := range p {
		d := k.raise(dp[i]) + k.raise(dq[i])
		e := (1-float64(p))*q[i] - float64(p)*r[i]
		v[i] = e * e * d
		g[i] = 2 * e * q[i] * r[i] * d
	}
}

func (k hausdorff) raise(d float32) float64 {
	switch x := float64(d); k.alpha {
	case 1:
		return x
	case 2:
		return x * x
	default:
		return math.Pow(x, k.alpha)
	}
}
