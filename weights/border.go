package weights

import (
	"math"

	"github.com/weightmap/weightmap/edt"
	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/labeling"
)

// addBorder adds w0·exp(−s²/(2σ²)) to the class term, s = d1 + d2 or what Term and
// Single make of it.
func (u *UNet) addBorder(w, d1, d2 []float32, labels *grid.Labels, s *Scratch) {
	radius := u.Radius()
	exponent := -1 / (2 * u.Sigma * u.Sigma)
	alone := u.Term == TermD1 || u.Single == SingleD1 && fewerThanTwo(labels.Data)
	var depth []float32
	if u.Inside == InsideBorder {
		depth = u.depth(labels, s).Data
	}
	for i, id := range labels.Data {
		a := d1[i]
		if id != 0 {
			if depth == nil {
				continue
			}
			a = depth[i]
		}
		sum := float64(a)
		if !alone {
			sum += float64(d2[i])
		}
		if sum < radius {
			w[i] = float32(float64(w[i]) + u.W0*math.Exp(exponent*(sum*sum)))
		}
	}
}

// depth is the distance of the pixels of objects to their own inner boundary. The
// boundary of another object is never nearer than that: on the way to it lies the
// own one.
func (u *UNet) depth(labels *grid.Labels, s *Scratch) *grid.Map {
	s.boundary = labeling.Boundary(s.boundary, labels)
	s.depth = edt.Outside(s.depth, s.boundary, edt.Options{Spacing: u.Spacing, Workers: u.Workers, Scratch: &s.edt})
	return s.depth
}

// fewerThanTwo reports whether there is at most one object.
func fewerThanTwo(ids []int32) bool {
	first := int32(0)
	for _, id := range ids {
		if id != 0 && id != first {
			if first != 0 {
				return false
			}
			first = id
		}
	}
	return true
}

// Radius returns the distance from which on the border term is too small to change
// the float32 weight, and 0 if there is no border term at all. It is where the term
// has fallen to a quarter of a unit in the last place of the smaller class weight in
// question: below half of one it is rounded away, the rest is room for the rounding
// of the sum. For w0 = 10, σ = 5 and w_c = 1 it is about 31 pixels.
func (u UNet) Radius() float64 {
	if u.W0 == 0 {
		return 0
	}
	unit := u.lastPlace(u.Class.Background)
	if u.Inside == InsideBorder {
		unit = min(unit, u.lastPlace(u.Class.Foreground))
	}
	ratio := math.Abs(u.W0) / (unit / 4)
	if ratio <= 1 {
		return 0
	}
	return u.Sigma * math.Sqrt(2*math.Log(ratio))
}

// lastPlace is the distance from w, as a float32, to the neighbour that the border
// term leads to.
func (u *UNet) lastPlace(w float64) float64 {
	v := float32(w)
	next := math.Nextafter32(v, float32(math.Copysign(math.Inf(1), u.W0)))
	return math.Abs(float64(next) - float64(v))
}
