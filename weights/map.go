package weights

import (
	"slices"

	"github.com/weightmap/weightmap/edt"
	"github.com/weightmap/weightmap/grid"
)

// Scratch is working memory that a caller may keep from one map to the next. One
// Scratch must not serve two calls at a time. The zero Scratch is ready to use.
type Scratch struct {
	edt      edt.Scratch
	two      edt.Two
	boundary *grid.Mask
	depth    *grid.Map
}

// Map returns the weight map of the objects in labels. Pixels where ignore is not
// zero weigh 0; nil ignores nothing. dst must have the shape of labels, or be nil to
// have it made; a nil s allocates. Map panics if Sigma is not positive or a number
// of u is not finite.
func (u UNet) Map(dst *grid.Map, labels *grid.Labels, ignore *grid.Mask, s *Scratch) *grid.Map {
	u.check()
	if s == nil {
		s = new(Scratch)
	}
	s.fit(labels.Shape)
	if r := u.Radius(); r > 0 {
		edt.TwoNearest(&s.two, labels, edt.Options{Spacing: u.Spacing, Radius: r, Workers: u.Workers, Scratch: &s.edt})
	} else {
		s.two = edt.Two{}
	}
	return u.FromDistances(dst, s.two.D1, s.two.D2, labels, ignore, s)
}

// FromDistances returns the same map, bit for bit, from the d1 and d2 that
// edt.TwoNearest finds for the labels.
func (u UNet) FromDistances(dst, d1, d2 *grid.Map, labels *grid.Labels, ignore *grid.Mask, s *Scratch) *grid.Map {
	u.check()
	dst = grid.Like(dst, labels.Shape)
	if ignore != nil {
		grid.MustMatch("ignore", ignore.Shape, labels.Shape)
	}
	if s == nil {
		s = new(Scratch)
	}
	s.fit(labels.Shape)

	back, fore := float32(u.Class.Background), float32(u.Class.Foreground)
	for i, id := range labels.Data {
		if dst.Data[i] = back; id != 0 {
			dst.Data[i] = fore
		}
	}
	if u.Radius() > 0 {
		grid.MustMatch("d1", d1.Shape, labels.Shape)
		grid.MustMatch("d2", d2.Shape, labels.Shape)
		u.addBorder(dst.Data, d1.Data, d2.Data, labels, s)
	}
	if ignore != nil {
		for i, m := range ignore.Data {
			if m != 0 {
				dst.Data[i] = 0
			}
		}
	}
	return dst
}

// fit drops memory that was made for another shape.
func (s *Scratch) fit(shape []int) {
	if s.two.D1 != nil && !slices.Equal(s.two.D1.Shape, shape) {
		s.two = edt.Two{}
	}
	if s.boundary != nil && !slices.Equal(s.boundary.Shape, shape) {
		s.boundary, s.depth = nil, nil
	}
}
