package losses

import (
	"github.com/weightmap/weightmap/edt"
	"github.com/weightmap/weightmap/grid"
)

// DistancePenalized is the cross entropy with a distance map penalty (Caliva et al.,
// MIDL 2019),
//
//	ℓ = (1 + Φ) · −[p log q + (1−p) log(1−q)],
//
// where Φ of [Penalty] is greatest at the boundary of the truth, whichever side; the 1
// keeps the gradient from vanishing far away.
type DistancePenalized struct {
	// Phi is Φ ≥ 0, of the shape of Logits. Nil computes [Penalty] of the pixels with
	// p > ½, ignored ones counting as background, each image by itself and every axis
	// after the first being space.
	Phi *grid.Map
	// Spacing is the distance between pixels along each axis for a Phi that is nil.
	// Nil is 1.
	Spacing []float64
}

// Eval implements [Loss].
func (l DistancePenalized) Eval(dst *Result, b Batch, r Reduction) *Result {
	b.binary()
	if l.Phi == nil {
		if dst == nil {
			dst = &Result{}
		}
		l.Phi = dst.work().maps.penalty(b, l.Spacing)
	}
	b.match("Phi", l.Phi, b.Logits.Shape)
	return pixelwise(dst, b, r, l)
}

func (l DistancePenalized) pixels(s *scratch, x, p []float32, at int) {
	crossEntropy{1, 1}.pixels(s, x, p, at)
	v, g := s.v[:len(p)], s.g[:len(p)]
	for i, phi := range l.Phi.Data[at : at+len(p)] {
		f := 1 + float64(phi)
		v[i] *= f
		g[i] *= f
	}
}

// Penalty returns Φ of [DistancePenalized] for one image: the distance to the boundary,
// turned around on each side,
//
//	Φ = 1 − d/max d,
//
// with d the distance to the nearest pixel of the other side and the maximum over the
// pixel's own side. Dividing by the maximum makes Φ independent of the size of objects
// and images (as in Ma et al., Medical Image Analysis 2021); the paper's unnormalised
// max d − d is for a Phi of one's own. Where there is no boundary Φ is 0.
func Penalty(dst *grid.Map, mask *grid.Mask, o edt.Options) *grid.Map {
	dst = edt.Signed(dst, mask, o)
	toPenalty(dst.Data)
	return dst
}

func toPenalty(d []float32) {
	inside, outside := float32(0), float32(0)
	for _, v := range d {
		outside = max(outside, finite(v))
		inside = max(inside, -finite(v))
	}
	for i, v := range d {
		switch v = finite(v); {
		case v > 0:
			d[i] = 1 - v/outside
		case v < 0:
			d[i] = 1 + v/inside
		default:
			d[i] = 0
		}
	}
}

// penalty is [Penalty] of the truth.
func (d *distances) penalty(b Batch, spacing []float64) *grid.Map {
	return d.measure(&d.truth, b, b.Target.Data, 0.5, spacing, Penalty)
}
