package losses

import (
	"fmt"

	"github.com/weightmap/weightmap/edt"
	"github.com/weightmap/weightmap/grid"
)

// Boundary is the boundary loss (Kervadec et al., MIDL 2019), the integral of a
// signed distance over the prediction,
//
//	ℓ = q φ,  ∂ℓ/∂x = φ q (1−q),
//
// with φ of [LevelSet]: q is pushed up inside the object (φ < 0) and down outside, the
// more the farther from the boundary. It is negative by design, and it alone is least
// satisfied by nothing: use it beside an overlap loss, with an [AlphaSchedule].
type Boundary struct {
	// Phi is φ, of the shape of Logits. Nil computes [LevelSet] of the pixels with
	// p > ½, ignored ones counting as background, each image by itself and every axis
	// after the first being space.
	Phi *grid.Map
	// Spacing is the distance between pixels along each axis for a Phi that is nil.
	// Nil is 1.
	Spacing []float64
}

// Eval implements [Loss].
func (l Boundary) Eval(dst *Result, b Batch, r Reduction) *Result {
	b.binary()
	if l.Phi == nil {
		if dst == nil {
			dst = &Result{}
		}
		l.Phi = dst.work().maps.level(b, l.Spacing)
	}
	b.match("Phi", l.Phi, b.Logits.Shape)
	return pixelwise(dst, b, r, l)
}

func (l Boundary) pixels(s *scratch, x, _ []float32, at int) {
	n := len(x)
	q, r, v, g := s.q[:n], s.r[:n], s.v[:n], s.g[:n]
	sigmoid(q, r, x)
	for i, phi := range l.Phi.Data[at : at+n] {
		u := float64(phi) * q[i]
		v[i] = u
		g[i] = u * r[i]
	}
}

// LevelSet returns the signed distance φ of the boundary loss for one image, measured
// between pixel centres as Kervadec's code does:
//
//	φ = distance to the nearest pixel of the object, outside it: 1, √2, 2 …
//	φ = step − distance to the nearest pixel of the background, inside it: 0, 1−√2, −1 …
//
// so that φ is 0 on the outermost pixels of the object. The step is one pixel: 1, or with
// a spacing its smallest entry. (Kervadec subtracts 1 whatever the spacing, which makes φ
// positive inside where the spacing is below 1.) Where there is no object, or nothing
// else, there is no boundary and φ is 0.
func LevelSet(dst *grid.Map, mask *grid.Mask, o edt.Options) *grid.Map {
	dst = edt.Signed(dst, mask, o)
	toBoundaryPixels(dst.Data, o.Spacing)
	return dst
}

// AlphaSchedule is how much the boundary loss counts in each epoch,
//
//	α(epoch) = min(Start + Step·epoch, End),
//
// small at first, because a boundary loss on its own leads to the empty prediction.
type AlphaSchedule struct {
	Start, Step, End float64
}

// DefaultAlphaSchedule is that of the paper: α = 0.01 in the first epoch, number 0, and
// 0.01 more in each, up to 0.99.
func DefaultAlphaSchedule() AlphaSchedule {
	return AlphaSchedule{Start: 0.01, Step: 0.01, End: 0.99}
}

// At returns α for an epoch, the first of which is 0.
func (s AlphaSchedule) At(epoch int) float64 {
	if epoch < 0 {
		panic(fmt.Sprintf("losses: epoch %d", epoch))
	}
	return min(s.Start+s.Step*float64(epoch), s.End)
}

// Rebalance returns (1−α)·region + α·boundary for an epoch, the paper's schedule
// "rebalance".
func (s AlphaSchedule) Rebalance(epoch int, region, boundary Loss) Sum {
	a := s.At(epoch)
	return Sum{{1 - a, region}, {a, boundary}}
}

// Increase returns region + α·boundary for an epoch, the paper's schedule "increase".
func (s AlphaSchedule) Increase(epoch int, region, boundary Loss) Sum {
	return Sum{{1, region}, {s.At(epoch), boundary}}
}
