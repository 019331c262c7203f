package edt

import (
	"fmt"
	"math"
)

// Options says how to measure. The zero value is unit spacing, the image border
// no background, one worker.
type Options struct {
	// Spacing is the distance between neighbouring pixels along each axis, in the
	// order of Shape. Nil is 1 everywhere. Every entry must be positive and finite.
	Spacing []float64

	// Squared leaves out the square root.
	Squared bool

	// BorderIsBackground lets Transform and MultiLabel measure to the pixels just
	// outside the image, too, as if it were framed with background.
	BorderIsBackground bool

	// Radius, if positive, is the distance up to which TwoNearest looks: an object
	// farther away than it is as good as absent (+Inf, id 0). Up to it the result is
	// the same as without. The other transforms pay no attention to it.
	Radius float64

	// Gaps lets TwoNearest, given a Radius, leave out all but the gaps between
	// objects: D1 beyond half the Radius, and D2 within objects and wherever D1 is,
	// are +Inf. What is left is right, and everything with D1 + D2 up to the Radius
	// outside the objects is left.
	Gaps bool

	// Workers is the number of goroutines that share the lines of one transform; 0
	// is 1. The result does not depend on it. What is small is left to one.
	Workers int

	// Scratch is memory to be used again from call to call; nil allocates. One
	// Scratch must not serve two calls at a time.
	Scratch *Scratch
}

// Scratch is working memory that a caller may keep from one transform to the
// next, so that the later ones allocate nothing. The zero Scratch is ready to use.
type Scratch struct {
	int32   sweep[int32]
	int64   sweep[int64]
	float64 sweep[float64]
	turn    turn
	signed  []float32
}

// metric is the geometry of one transform.
type metric struct {
	spacing []float64 // nil when even
	scale   float64   // what a step is worth when even
	even    bool      // all spacings equal: squares are integers, in units of scale²
	bound   float64   // when even, no sum of squares reaches this
}

func (o *Options) metric(shape []int) metric {
	m := metric{scale: 1, even: true}
	for _, n := range shape {
		m.bound += float64(n+2) * float64(n+2)
	}
	if o.Spacing == nil {
		return m
	}
	if len(o.Spacing) != len(shape) {
		panic(fmt.Sprintf("edt: spacing %v for shape %v", o.Spacing, shape))
	}
	for _, s := range o.Spacing {
		if !(s > 0) || math.IsInf(s, 1) {
			panic(fmt.Sprintf("edt: spacing %v is not positive and finite", o.Spacing))
		}
		m.even = m.even && s == o.Spacing[0]
	}
	if !m.even {
		m.spacing = o.Spacing
	} else if len(shape) > 0 {
		m.scale = o.Spacing[0]
	}
	return m
}

// weight is what the square of a step along the axis is worth.
func (m *metric) weight(axis int) float64 {
	if m.even {
		return 1
	}
	return m.spacing[axis] * m.spacing[axis]
}
