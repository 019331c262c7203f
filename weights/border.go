package weights

import (
	"math"
	"slices"

	"github.com/weightmap/weightmap/edt"
	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/labeling"
)

// border is one map in the making.
type border struct {
	w0, exponent           float64 // the term is w0·exp(exponent·s²)
	radius                 float64 // from which on it cannot change the weight
	alone                  bool    // s is d1 rather than d1 + d2
	background, foreground float32
	labels                 []int32
	ignore                 []uint8   // nil ignores nothing
	depth                  []float32 // d1 within objects; nil has no term there
	weights                []float32
}

// row makes the weights of the pixels from index at on, whose distances are d1 and d2.
func (b *border) row(at int, d1, d2 []float32) {
	labels, weights := b.labels[at:at+len(d1)], b.weights[at:at+len(d1)]
	d2 = d2[:len(d1)]
	done := 0
	if haveAVX2 && b.depth == nil && !b.alone {
		if done = len(d1) &^ 7; done > 0 {
			numbers := [...]float64{b.w0, b.exponent, b.radius, float64(b.background), float64(b.foreground)}
			gapsAVX2(&weights[0], &d1[0], &d2[0], &labels[0], done, &numbers[0], &expVectors[0])
		}
	}
	for i := done; i < len(d1); i++ {
		a := d1[i]
		w := b.background
		if labels[i] != 0 {
			w = b.foreground
			if b.depth == nil {
				weights[i] = w
				continue
			}
			a = b.depth[at+i]
		}
		sum := float64(a)
		if !b.alone {
			sum += float64(d2[i])
		}
		if sum < b.radius {
			w = float32(float64(w) + float64(b.w0*exp(b.exponent*float64(sum*sum))))
		}
		weights[i] = w
	}
	if b.ignore != nil {
		for i, m := range b.ignore[at : at+len(d1)] {
			if m != 0 {
				weights[i] = 0
			}
		}
	}
}

// classesOnly makes the weights without a border term.
func (b *border) classesOnly() {
	for i, id := range b.labels {
		switch {
		case b.ignore != nil && b.ignore[i] != 0:
			b.weights[i] = 0
		case id != 0:
			b.weights[i] = b.foreground
		default:
			b.weights[i] = b.background
		}
	}
}

// depth is the distance of the pixels of objects to their own inner boundary. The
// boundary of another object is never nearer than that: on the way to it lies the
// own one.
func (u *UNet) depth(labels *grid.Labels, s *Scratch) []float32 {
	if s.boundary != nil && !slices.Equal(s.boundary.Shape, labels.Shape) {
		s.boundary, s.depth = nil, nil // made for another shape
	}
	s.boundary = labeling.Boundary(s.boundary, labels)
	s.depth = edt.Outside(s.depth, s.boundary, edt.Options{Spacing: u.Spacing, Workers: u.Workers, Scratch: &s.edt})
	return s.depth.Data
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
