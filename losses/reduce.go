package losses

import "fmt"

// Reduction says which numbers a loss returns, and so of what the gradient is one:
// [Result].Grad is always the derivative of [Result].Value.
//
// Let ℓ be the value of a pixel before weighting, w its weight, n the number of pixels
// that are not ignored. A loss with one value a pixel (cross entropy, focal, boundary …)
// reduces as stated at each constant. A loss with one value an image (Dice, Tversky,
// Lovász …) has the weights in its own sums already: its mean divides by the number of
// images that are not wholly ignored, its sum adds the images, and without reduction
// the value stands at every pixel of its image, to be added to a pixel-wise loss. A
// loss with one value a batch gives that value as mean and as sum, and to every image
// and pixel otherwise.
//
// # Which mean
//
// The two means differ by the factor Σw/n, the mean weight, and so does the step that
// an optimiser of fixed learning rate takes. With [ReduceMean] a map w0 times as large
// makes steps w0 times as large: the U-Net's map with its mean of 1 on the background
// and up to 1 + w0 between cells raises the learning rate of crowded batches over that
// of sparse ones. With [ReduceMeanByWeight] the scale of the map cancels and only the
// proportions within a batch matter: a rare but heavily weighted pixel then counts less
// in a batch that has many of them. PyTorch's BCEWithLogitsLoss(weight=w) is the
// former, its CrossEntropyLoss(weight=w) the latter. The gradients differ only by the
// factor, so a rate tuned for one is carried to the other by multiplying it with the
// mean weight.
//
// Where everything is ignored there is nothing to divide by; value and gradient are 0.
type Reduction int

const (
	ReduceMean             Reduction = iota // Σ wℓ / n over the batch
	ReduceMeanByWeight                      // Σ wℓ / Σ w over the batch
	ReduceSum                               // Σ wℓ over the batch
	ReducePerImage                          // Σ wℓ / n of each image
	ReducePerImageByWeight                  // Σ wℓ / Σ w of each image
	ReduceNone                              // wℓ of each pixel
)

var reductionNames = [...]string{"mean", "mean-by-weight", "sum", "per-image", "per-image-by-weight", "none"}

// String returns mean, mean-by-weight, sum, per-image, per-image-by-weight or none.
func (r Reduction) String() string {
	if r < 0 || int(r) >= len(reductionNames) {
		return fmt.Sprintf("Reduction(%d)", int(r))
	}
	return reductionNames[r]
}

func (r Reduction) check() {
	if r < 0 || int(r) >= len(reductionNames) {
		panic("losses: unknown " + r.String())
	}
}

func (r Reduction) perImage() bool { return r == ReducePerImage || r == ReducePerImageByWeight }

// census counts the pixels that are not ignored and adds up their weights.
type census struct {
	images, size int       // images, and pixels an image
	pixels       []int     // of each image
	weight       []float64 // of each image
	allPixels    int
	allWeight    float64
	seen         int // images that are not wholly ignored
}

func (c *census) take(b Batch, shape []int) {
	c.images, c.size = shape[0], 1
	for _, n := range shape[1:] {
		c.size *= n
	}
	c.pixels = resize(c.pixels, c.images)
	c.weight = resize(c.weight, c.images)
	c.allPixels, c.allWeight, c.seen = 0, 0, 0
	for n := range c.images {
		c.pixels[n], c.weight[n] = count(b, n*c.size, (n+1)*c.size)
		c.allPixels += c.pixels[n]
		c.allWeight += c.weight[n]
		if c.pixels[n] > 0 {
			c.seen++
		}
	}
}

func count(b Batch, lo, hi int) (n int, sum float64) {
	switch {
	case b.Weight == nil && b.Ignore == nil:
		return hi - lo, float64(hi - lo)
	case b.Weight == nil:
		for _, v := range b.Ignore.Data[lo:hi] {
			if v == 0 {
				n++
			}
		}
		return n, float64(n)
	case b.Ignore == nil:
		for _, w := range b.Weight.Data[lo:hi] {
			if w != 0 {
				n++
			}
			sum += float64(w)
		}
	default:
		ignore := b.Ignore.Data[lo:hi]
		for i, w := range b.Weight.Data[lo:hi] {
			if w != 0 && ignore[i] == 0 {
				n++
				sum += float64(w)
			}
		}
	}
	return n, sum
}

// pixelScale is the factor of wℓ of a pixel of the image n in Value.
func (c *census) pixelScale(r Reduction, n int) float64 {
	switch r {
	case ReduceMean:
		return inverse(float64(c.allPixels))
	case ReduceMeanByWeight:
		return inverse(c.allWeight)
	case ReducePerImage:
		return inverse(float64(c.pixels[n]))
	case ReducePerImageByWeight:
		return inverse(c.weight[n])
	}
	return 1
}

// imageScale is the factor in Value of the value of the image n.
func (c *census) imageScale(r Reduction, n int) float64 {
	switch r {
	case ReduceMean, ReduceMeanByWeight:
		return inverse(float64(c.seen))
	case ReduceNone:
		return float64(c.pixels[n])
	}
	return 1
}

// batchScale is the factor in Value of the value of a batch.
func (c *census) batchScale(r Reduction) float64 {
	switch {
	case r == ReduceNone:
		return float64(c.allPixels)
	case r.perImage():
		return float64(c.seen)
	}
	return 1
}

// inverse returns 1/x, and 0 where there is nothing to divide by.
func inverse(x float64) float64 {
	if x == 0 {
		return 0
	}
	return 1 / x
}

// resize returns s with n elements, reallocated only if its capacity is too small.
func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
