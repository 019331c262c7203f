package losses

import (
	"slices"

	"github.com/weightmap/weightmap/grid"
)

// Loss is a loss function of a batch. All of this package's are plain structs of
// parameters that can be shared by goroutines and compared in print.
//
// Eval computes value and gradient in one call and returns dst, which it makes if it
// is nil. It panics where shapes differ or a parameter has no meaning, because that
// is the caller's bug. It never changes b.
type Loss interface {
	Eval(dst *Result, b Batch, r Reduction) *Result
}

// Result is where a loss puts what it computes. The zero Result is ready for use;
// its grids are allocated when they are nil and must otherwise have the right shape.
// It also keeps working memory: handed in again for a batch of the same size, nothing
// is allocated. One goroutine at a time may use it.
type Result struct {
	// Value is the reduced loss. For [ReduceNone] it is the sum of Map and for
	// [ReducePerImage] the sum of PerImage.
	Value float64
	// Grad is the derivative of Value by each logit, of the shape of Logits.
	Grad *grid.Map
	// PerImage holds one value an image, for [ReducePerImage] and
	// [ReducePerImageByWeight]; otherwise it is left as it was.
	PerImage []float64
	// Map holds one value a pixel, for [ReduceNone]; otherwise it is left as it was.
	// It has the shape of Logits, or for a multi-class loss that without the classes.
	Map *grid.Map

	scratch *scratch
}

// blockSize is the number of pixels for which the steps of a kernel are done one after
// another: the arrays between the steps stay in the first-level cache.
const blockSize = 256

type block [blockSize]float64

// scratch is the working memory of a Result. Its slices and grids grow on demand.
type scratch struct {
	census census

	// Of the block at hand: weight, probability q, r = 1−q, −log q, −log(1−q), the
	// value and its derivative by the logit.
	w, q, r, lq, lr, v, g block

	child  *Result // of one term of a Sum
	pixels []int   // a shape

	softmax softmax
	sort    sorter
	maps    distances
}

// begin prepares dst for logits and values of these shapes and counts b's pixels.
func begin(dst *Result, b Batch, r Reduction, pixels []int) *Result {
	r.check()
	if dst == nil {
		dst = &Result{}
	}
	s := dst.work()
	dst.Grad = grid.Like(dst.Grad, b.Logits.Shape)
	if r == ReduceNone {
		dst.Map = grid.Like(dst.Map, pixels)
	}
	s.census.take(b, pixels)
	if r.perImage() {
		dst.PerImage = slices.Grow(dst.PerImage[:0], pixels[0])[:pixels[0]]
		clear(dst.PerImage)
	}
	dst.Value = 0
	return dst
}

func (dst *Result) work() *scratch {
	if dst.scratch == nil {
		dst.scratch = &scratch{}
	}
	return dst.scratch
}

// image records v as the value of the image n of a loss that has one value an image.
// Its gradient is to be scaled by what this returns.
func (dst *Result) image(b Batch, r Reduction, n int, v float64) (scale float64) {
	c := &dst.scratch.census
	scale = c.imageScale(r, n)
	dst.Value += v * scale
	switch {
	case r == ReduceNone:
		dst.fill(b, n, v)
	case r.perImage():
		dst.PerImage[n] = v * scale
	}
	return scale
}

// batch records v as the value of a loss that has one for the whole batch.
func (dst *Result) batch(b Batch, r Reduction, v float64) (scale float64) {
	c := &dst.scratch.census
	scale = c.batchScale(r)
	dst.Value = v * scale
	for n := range c.images {
		switch {
		case r == ReduceNone:
			dst.fill(b, n, v)
		case r.perImage() && c.pixels[n] > 0:
			dst.PerImage[n] = v
		}
	}
	return scale
}

// fill writes v at every pixel of the image n that is not ignored, and 0 elsewhere.
func (dst *Result) fill(b Batch, n int, v float64) {
	s := dst.scratch
	size := s.census.size
	m := dst.Map.Data[n*size : (n+1)*size]
	for i := range m {
		m[i] = float32(v)
	}
	if b.Weight == nil && b.Ignore == nil {
		return
	}
	for lo := 0; lo < size; lo += blockSize {
		hi := min(lo+blockSize, size)
		for i, w := range b.weights(s, n*size+lo, n*size+hi) {
			if w == 0 {
				m[lo+i] = 0
			}
		}
	}
}
