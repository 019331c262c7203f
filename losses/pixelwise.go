package losses

// pixelKernel is a loss with one value a pixel. Its method computes, for the logits x
// and targets p of up to blockSize pixels of which the first has the index at, the
// value s.v and its derivative by the logit s.g, both without the weight.
type pixelKernel interface {
	pixels(s *scratch, x, p []float32, at int)
}

// pixelwise evaluates a pixel kernel over b. It is generic rather than given an
// interface so that a kernel is no allocation.
func pixelwise[K pixelKernel](dst *Result, b Batch, r Reduction, k K) *Result {
	dst = begin(dst, b, r, b.Logits.Shape)
	s := dst.scratch
	c := &s.census
	for n := range c.images {
		scale := c.pixelScale(r, n)
		sum := 0.
		for lo := n * c.size; lo < (n+1)*c.size; lo += blockSize {
			hi := min(lo+blockSize, (n+1)*c.size)
			k.pixels(s, b.Logits.Data[lo:hi], b.Target.Data[lo:hi], lo)
			v, g := s.v[:hi-lo], s.g[:hi-lo]
			if w := b.weights(s, lo, hi); w != nil {
				weigh(v, g, w)
			}
			sum += reduce(dst.Grad.Data[lo:hi], v, g, scale)
			if r == ReduceNone {
				store(dst.Map.Data[lo:hi], v)
			}
		}
		dst.Value += sum * scale
		if r.perImage() {
			dst.PerImage[n] = sum * scale
		}
	}
	return dst
}

// weigh multiplies values and derivatives by the weights. A pixel of weight 0 may hold
// anything and leaves 0.
func weigh(v, g, w []float64) {
	v, g = v[:len(w)], g[:len(w)]
	for i, w := range w {
		if w == 0 {
			v[i], g[i] = 0, 0
			continue
		}
		v[i] *= w
		g[i] *= w
	}
}

// reduce stores the scaled derivatives and returns the sum of the values.
func reduce(grad []float32, v, g []float64, scale float64) float64 {
	v, g = v[:len(grad)], g[:len(grad)]
	sum := 0.
	for i := range grad {
		sum += v[i]
		grad[i] = float32(g[i] * scale)
	}
	return sum
}

func store(dst []float32, v []float64) {
	v = v[:len(dst)]
	for i := range dst {
		dst[i] = float32(v[i])
	}
}
