package losses

import "slices"

// Sum is a weighted sum of losses, itself a loss,
//
//	L = Σ_k Weight_k · L_k,
//
// every reduction of which is the sum of those of its terms. Without reduction, the value
// of a loss that has one an image stands at each pixel of the image, so that the cross
// entropy plus [Dice] is, as the post defines it, ℓ = CE of the pixel + Dice of its image.
// The mean of that map is the sum of the means. Reduced to a sum, pixels and images are
// added up each for themselves.
//
// Gradients are float32 before they are added, so where terms cancel, the last digits of
// the greatest are lost.
type Sum []Term

// Term is one summand of a [Sum]. A Weight of 0 leaves its Loss out.
type Term struct {
	Weight float64
	Loss   Loss
}

// CrossEntropyDice is the cross entropy plus the Dice of each image.
func CrossEntropyDice() Sum { return Sum{{1, CrossEntropy{}}, {1, Dice{}}} }

// BalancedCrossEntropyDice is the balanced cross entropy plus the Dice of each image.
func BalancedCrossEntropyDice(positive float64) Sum {
	return Sum{{1, BalancedCrossEntropy{positive}}, {1, Dice{}}}
}

// FocalDice is the focal loss plus the Dice of each image.
func FocalDice() Sum { return Sum{{1, DefaultFocal()}, {1, Dice{}}} }

// Eval implements [Loss].
func (l Sum) Eval(dst *Result, b Batch, r Reduction) *Result {
	if dst == nil {
		dst = &Result{}
	}
	s := dst.work()
	if s.child == nil {
		s.child = &Result{}
	}
	s.child.forget(b.Logits.Shape)
	first := true
	for _, t := range l {
		switch {
		case t.Weight == 0:
		case first:
			dst = t.Loss.Eval(dst, b, r)
			dst.scale(t.Weight, r)
			first = false
		default:
			dst.accumulate(t.Weight, t.Loss.Eval(s.child, b, r), r)
		}
	}
	if first {
		panic("losses: a Sum without terms")
	}
	return dst
}

// scale multiplies the results by f.
func (dst *Result) scale(f float64, r Reduction) {
	dst.Value *= f
	scaleBy(dst.Grad.Data, f)
	if r == ReduceNone {
		scaleBy(dst.Map.Data, f)
	}
	if r.perImage() {
		for i := range dst.PerImage {
			dst.PerImage[i] *= f
		}
	}
}

// accumulate adds f times the results of a.
func (dst *Result) accumulate(f float64, a *Result, r Reduction) {
	dst.Value += f * a.Value
	addTo(dst.Grad.Data, f, a.Grad.Data)
	if r == ReduceNone {
		addTo(dst.Map.Data, f, a.Map.Data)
	}
	if r.perImage() {
		for i, v := range a.PerImage {
			dst.PerImage[i] += f * v
		}
	}
}

func addTo(dst []float32, f float64, a []float32) {
	a = a[:len(dst)]
	for i := range dst {
		dst[i] = float32(float64(dst[i]) + f*float64(a[i]))
	}
}

// forget lets go of grids of a Result of our own that do not fit logits of the shape.
func (dst *Result) forget(shape []int) {
	if dst.Grad != nil && !slices.Equal(dst.Grad.Shape, shape) {
		dst.Grad, dst.Map = nil, nil
	}
}
