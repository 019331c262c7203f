package weights

import (
	"fmt"
	"math"
)

// UNet says which weight map is wanted. [DefaultUNet] is the paper's.
type UNet struct {
	// W0 is w0, the height of the border term. 0 leaves the class term alone.
	W0 float64

	// Sigma is σ, the width of the border term, in the units of Spacing (pixels if
	// that is nil). It must be positive. The exponent is −(d1+d2)²/(2σ²); a map
	// without the 2 is one with σ/√2.
	Sigma float64

	// Class is the class term w_c.
	Class Class

	// Spacing is the distance between neighbouring pixels along each axis, in the
	// order of Shape; nil is 1.
	Spacing []float64

	Inside Inside
	Single Single
	Term   Term

	// Workers is the number of goroutines that share one map; 0 is 1. The map does
	// not depend on it.
	Workers int
}

// Inside is the border term on the pixels of objects.
type Inside int

const (
	// InsideNone: objects have the class term alone, as in the paper's figure.
	InsideNone Inside = iota

	// InsideBorder: d1 is the distance to the nearest pixel of the object's own inner
	// boundary, 0 on it (see labeling.Boundary), d2 the distance to the nearest other
	// object. Many public implementations come to this.
	InsideBorder
)

// Single is the border term where there are fewer than two objects.
type Single int

const (
	// SingleZero: without a second object there is no border term.
	SingleZero Single = iota

	// SingleD1: d1 alone takes the place of d1 + d2.
	SingleD1
)

// Term is which distances the border term has.
type Term int

const (
	TermD1D2 Term = iota // (d1 + d2)², the paper's
	TermD1               // d1², of one object
)

// DefaultUNet returns the paper's map: w0 = 10, σ = 5 pixels, and a class term of 1
// to be replaced by that of the data set.
func DefaultUNet() UNet {
	return UNet{W0: 10, Sigma: 5, Class: Class{1, 1}}
}

// Freiburg2019 returns the border term of Falk et al., U-Net: deep learning for cell
// counting, detection, and morphometry, Nature Methods 16 (2019): w0 = 50, σ = 6
// without the factor 2 in the exponent. It is meant for objects parted by a ridge of
// background (see labeling.Ridge), as there.
func Freiburg2019() UNet {
	return UNet{W0: 50, Sigma: 6 / math.Sqrt2, Class: Class{1, 1}}
}

// OneObject returns exp(−d²) for masks of one object, d the distance to its inner
// boundary on either side: w0 = 1, σ = 1/√2, d1 alone.
func OneObject() UNet {
	return UNet{W0: 1, Sigma: 1 / math.Sqrt2, Class: Class{1, 1}, Inside: InsideBorder, Single: SingleD1, Term: TermD1}
}

// check panics on numbers that make no map.
func (u *UNet) check() {
	finite := func(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
	if !(u.Sigma > 0) || !finite(u.Sigma) || !finite(u.W0) || !finite(u.Class.Background) || !finite(u.Class.Foreground) {
		panic(fmt.Sprintf("weights: w0 %v, sigma %v and class weights %+v make no map", u.W0, u.Sigma, u.Class))
	}
}
