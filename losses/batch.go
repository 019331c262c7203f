package losses

import (
	"fmt"
	"slices"

	"github.com/weightmap/weightmap/grid"
)

// Batch is what a loss is computed from. The leading axis counts the images.
//
// A binary loss takes Logits of shape {N, H, W}, {N, C, H, W}, {N, D, H, W} or
// {N, C, D, H, W}, and the three others of the very same shape. It treats every
// element as a binary problem of its own (with C channels: that of channel c against
// all else), and all elements of an item of the leading axis as one image. For one
// Dice per channel, give the same elements the shape {N·C, H, W}; that costs nothing.
//
// A multi-class loss, whose name begins with Softmax, takes Logits of shape
// {N, C, H, W} or {N, C, D, H, W} with the classes along axis 1. Weight and Ignore
// then have no axis of classes: {N, H, W} or {N, D, H, W}. Target is either of that
// shape too and holds class numbers 0 … C−1, or has the shape of Logits and holds the
// probability of each class.
//
// Logits, Target and Weight hold float32, as networks do; every loss computes and
// sums in float64.
type Batch struct {
	// Logits is the network's output x before the sigmoid or softmax. Where there are
	// only probabilities, [Logits] makes logits of them.
	Logits *grid.Map
	// Target is the truth p, from 0 to 1. Where a loss needs a hard truth, it says so
	// and takes p > ½ for 1.
	Target *grid.Map
	// Weight is the weight w ≥ 0 of each pixel, such as the U-Net's distance map. Nil
	// means ones. A pixel of weight 0 is ignored.
	Weight *grid.Map
	// Ignore marks with non-zero the pixels to ignore; nil ignores none. Nothing of an
	// ignored pixel enters a value, a gradient or a denominator: its logit, target and
	// weight may be anything, NaN included. It gets the value 0 and the gradient 0.
	Ignore *grid.Mask
}

// binary panics unless b suits a binary loss.
func (b Batch) binary() {
	shape := b.logits(3)
	b.match("target", b.Target, shape)
	b.perPixel(shape)
}

// classes panics unless b suits a multi-class loss. It returns the number of classes
// and the shape without their axis.
func (b Batch) classes(pixels []int) (int, []int) {
	shape := b.logits(4)
	pixels = append(append(pixels[:0], shape[0]), shape[2:]...)
	if b.Target == nil || !slices.Equal(b.Target.Shape, shape) {
		b.match("target", b.Target, pixels)
	}
	b.perPixel(pixels)
	return shape[1], pixels
}

func (b Batch) logits(axes int) []int {
	if b.Logits == nil {
		panic("losses: a batch without logits")
	}
	if n := len(b.Logits.Shape); n < axes || n > 5 {
		panic(fmt.Sprintf("losses: logits have shape %v, want %d to 5 axes of which the first counts the images", b.Logits.Shape, axes))
	}
	return b.Logits.Shape
}

func (b Batch) perPixel(shape []int) {
	if b.Weight != nil {
		b.match("weight", b.Weight, shape)
	}
	if b.Ignore != nil && !slices.Equal(b.Ignore.Shape, shape) {
		panic(mismatch("ignore mask", b.Ignore.Shape, shape, b.Logits.Shape))
	}
}

func (b Batch) match(name string, m *grid.Map, shape []int) {
	if m == nil {
		panic("losses: a batch without " + name)
	}
	if !slices.Equal(m.Shape, shape) {
		panic(mismatch(name, m.Shape, shape, b.Logits.Shape))
	}
}

func mismatch(name string, got, want, logits []int) string {
	return fmt.Sprintf("losses: %s has shape %v, want %v for logits of shape %v", name, got, want, logits)
}

// weights returns the weights of the pixels lo to hi, 0 where they are ignored, or
// nil where all are 1. The result is valid until the next call.
func (b Batch) weights(s *scratch, lo, hi int) []float64 {
	if b.Weight == nil && b.Ignore == nil {
		return nil
	}
	w := s.w[:hi-lo]
	if b.Weight == nil {
		for i := range w {
			w[i] = 1
		}
	} else {
		for i, v := range b.Weight.Data[lo:hi] {
			w[i] = float64(v)
		}
	}
	if b.Ignore != nil {
		for i, v := range b.Ignore.Data[lo:hi] {
			if v != 0 {
				w[i] = 0
			}
		}
	}
	return w
}
