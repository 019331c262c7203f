package losses

import (
	"math"

	"github.com/weightmap/weightmap/grid"
)

// Epsilon is how near to 0 and 1 a probability may be in [Logits] and [LogProbabilities].
// It is Keras's, and that of the post "Losses for Image Segmentation".
const Epsilon = 1e-7

// Logits turns probabilities q into logits, so that a loss has but one kind of input,
//
//	x = log(q'/(1−q')),  q' = min(max(q, ε), 1−ε),  ε = [Epsilon],
//
// the post's convert_to_logits. The clipping bounds |x| by 16.12: a probability of
// exactly 0 or 1 is a rounded one, and its true logit is lost. A NaN stays one. dst may
// be q itself.
func Logits(dst, q *grid.Map) *grid.Map {
	dst = grid.Like(dst, q.Shape)
	for i, v := range q.Data {
		p := min(max(float64(v), Epsilon), 1-Epsilon)
		dst.Data[i] = float32(math.Log(p / (1 - p)))
	}
	return dst
}

// LogProbabilities is [Logits] for the probabilities of several classes, which add up to
// one along axis 1: x = log max(q, ε). The softmax of x is q again, up to the clipping.
func LogProbabilities(dst, q *grid.Map) *grid.Map {
	dst = grid.Like(dst, q.Shape)
	for i, v := range q.Data {
		dst.Data[i] = float32(math.Log(max(float64(v), Epsilon)))
	}
	return dst
}

// Binary returns the target 1 where g is not zero and 0 elsewhere: the truth of a mask,
// or of labels with every object as foreground.
func Binary[T grid.Element](dst *grid.Map, g *grid.Grid[T]) *grid.Map {
	dst = grid.Like(dst, g.Shape)
	for i, v := range g.Data {
		dst.Data[i] = 0
		if v != 0 {
			dst.Data[i] = 1
		}
	}
	return dst
}

// Classes returns the target of class numbers: g's values as they are.
func Classes[T grid.Element](dst *grid.Map, g *grid.Grid[T]) *grid.Map {
	dst = grid.Like(dst, g.Shape)
	for i, v := range g.Data {
		dst.Data[i] = float32(v)
	}
	return dst
}
