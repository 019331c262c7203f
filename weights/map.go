package weights

import (
	"github.com/weightmap/weightmap/edt"
	"github.com/weightmap/weightmap/grid"
)

// Scratch is working memory that a caller may keep from one map to the next. One
// Scratch must not serve two calls at a time. The zero Scratch is ready to use.
type Scratch struct {
	edt      edt.Scratch
	boundary *grid.Mask
	depth    *grid.Map
	border   border
	row      func(at int, d1, d2 []float32) // border.row, made once
}

// Map returns the weight map of the objects in labels. Pixels where ignore is not
// zero weigh 0; nil ignores nothing. dst must have the shape of labels, or be nil to
// have it made; a nil s allocates. Map panics if Sigma is not positive or a number
// of u is not finite.
func (u UNet) Map(dst *grid.Map, labels *grid.Labels, ignore *grid.Mask, s *Scratch) *grid.Map {
	dst, b := u.begin(dst, labels, ignore, &s)
	if b.radius == 0 {
		b.classesOnly()
		return dst
	}
	if s.row == nil {
		s.row = b.row
	}
	edt.TwoNearestRows(labels, edt.Options{
		Spacing: u.Spacing, Workers: u.Workers, Scratch: &s.edt,
		Radius: b.radius, Gaps: b.depth == nil && !b.alone,
	}, s.row)
	*b = border{}
	return dst
}

// FromDistances returns the same map, bit for bit, from the d1 and d2 that
// edt.TwoNearest finds for the labels.
func (u UNet) FromDistances(dst, d1, d2 *grid.Map, labels *grid.Labels, ignore *grid.Mask, s *Scratch) *grid.Map {
	grid.MustMatch("d1", d1.Shape, labels.Shape)
	grid.MustMatch("d2", d2.Shape, labels.Shape)
	dst, b := u.begin(dst, labels, ignore, &s)
	if b.radius == 0 {
		b.classesOnly()
	} else {
		b.row(0, d1.Data, d2.Data)
	}
	*b = border{}
	return dst
}

// begin takes what both ways of making a map have in common.
func (u *UNet) begin(dst *grid.Map, labels *grid.Labels, ignore *grid.Mask, s **Scratch) (*grid.Map, *border) {
	u.check()
	dst = grid.Like(dst, labels.Shape)
	if *s == nil {
		*s = new(Scratch)
	}
	b := &(*s).border
	*b = border{
		w0:         u.W0,
		exponent:   -1 / (2 * u.Sigma * u.Sigma),
		radius:     u.Radius(),
		alone:      u.Term == TermD1 || u.Single == SingleD1 && fewerThanTwo(labels.Data),
		background: float32(u.Class.Background),
		foreground: float32(u.Class.Foreground),
		labels:     labels.Data,
		weights:    dst.Data,
	}
	if ignore != nil {
		grid.MustMatch("ignore", ignore.Shape, labels.Shape)
		b.ignore = ignore.Data
	}
	if u.Inside == InsideBorder && b.radius > 0 {
		b.depth = u.depth(labels, *s)
	}
	return dst, b
}
