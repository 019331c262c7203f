package edt

import (
	"github.com/weightmap/weightmap/grid"
)

// Transform returns the distance of every pixel to the nearest background (zero)
// pixel of the mask, as scipy.ndimage.distance_transform_edt and
// cv2.distanceTransform define it: the depth inside the foreground, 0 on the
// background, +Inf everywhere if there is no background.
//
// dst must have the shape of mask, or be nil to have it made.
func Transform(dst *grid.Map, mask *grid.Mask, o Options) *grid.Map {
	dst = grid.Like(dst, mask.Shape)
	toSites(dst.Data, mask, true, o)
	return dst
}

// Outside returns the distance of every pixel to the nearest foreground (non-zero)
// pixel of the mask: 0 on the foreground, +Inf everywhere if there is none. It is
// [Transform] of the inverse mask; the image border is never foreground.
func Outside(dst *grid.Map, mask *grid.Mask, o Options) *grid.Map {
	o.BorderIsBackground = false
	dst = grid.Like(dst, mask.Shape)
	toSites(dst.Data, mask, false, o)
	return dst
}

// Signed returns [Outside] minus [Transform]: positive outside the foreground,
// negative inside, nowhere 0, because the boundary runs between the pixels. With
// Squared both are squared. Without foreground it is +Inf everywhere, without
// background −Inf.
func Signed(dst *grid.Map, mask *grid.Mask, o Options) *grid.Map {
	if o.Scratch == nil {
		o.Scratch = new(Scratch)
	}
	dst = Outside(dst, mask, o)
	inside := grow(o.Scratch.signed, len(dst.Data))
	o.Scratch.signed = inside
	toSites(inside, mask, true, o)
	for i, d := range inside {
		if d > 0 {
			dst.Data[i] = -d
		}
	}
	return dst
}

func toSites(dst []float32, mask *grid.Mask, zeros bool, o Options) {
	in := inputs{kind: nearest, mask: mask.Data, zeros: zeros, d1: dst}
	in.run(mask.Shape, o)
}

// MultiLabel returns the distance of every pixel of an object to the nearest pixel
// that is not of the same object, be it another object's or background; 0 on the
// background. It is [Transform] for every object by itself, in one go (after
// W. Silversmith's edt). An object that fills the grid is +Inf.
//
// dst must have the shape of labels, or be nil to have it made.
func MultiLabel(dst *grid.Map, labels *grid.Labels, o Options) *grid.Map {
	dst = grid.Like(dst, labels.Shape)
	in := inputs{kind: edge, labels: labels.Data, d1: dst.Data}
	in.run(labels.Shape, o)
	return dst
}

// inputs are what is measured, and where the result goes.
type inputs struct {
	kind     kind
	mask     []uint8
	zeros    bool
	labels   []int32
	d1, d2   []float32
	id1, id2 []int32
	visit    func(at int, d1, d2 []float32)
}

// fewestShared is the number of pixels below which a distance transform is done before another
// worker is awake; all else takes longer. Tests change it.
var fewestShared = 1 << 16

// run finds what is asked for.
func (in *inputs) run(shape []int, o Options) {
	m := o.metric(shape)
	work := grid.Size(shape)
	if in.kind != nearest {
		work *= 8
	}
	if work < fewestShared {
		o.Workers = 1
	}
	scratch := o.Scratch
	if scratch == nil {
		scratch = new(Scratch)
	}
	if turns(shape) {
		scratch.turn.run(in, shape, m, o, scratch)
	} else {
		in.sweep(shape, m, o, scratch)
	}
}

// sweep does it with the narrowest numbers that hold every square.
func (in *inputs) sweep(shape []int, m metric, o Options, s *Scratch) {
	switch {
	case m.even && m.bound < 1<<30:
		s.int32.transform(in, shape, m, o)
	case m.even && m.bound < 1<<50:
		s.int64.transform(in, shape, m, o)
	default:
		s.float64.transform(in, shape, m, o)
	}
}
