package losses

import "math"

// SoftmaxCrossEntropy is the cross entropy of several classes that exclude each other,
//
//	ℓ = −Σ_c a_c p_c log q_c,  q = softmax(x),
//
// with a the class weights. The mean by weight divides by Σ w Σ_c a_c p_c, for class
// numbers the sum of w times the weight of the pixel's class, which is the mean of
// PyTorch's CrossEntropyLoss; the mean by count divides by the number of pixels.
type SoftmaxCrossEntropy struct {
	ClassWeight []float64 // a_c, one a class; nil is ones
}

// Eval implements [Loss].
func (l SoftmaxCrossEntropy) Eval(dst *Result, b Batch, r Reduction) *Result {
	return softmaxPixels(dst, b, r, l.ClassWeight, 0)
}

// SoftmaxFocal is the focal loss of several classes that exclude each other,
//
//	ℓ = −Σ_c a_c (1−q_c)^γ p_c log q_c,  q = softmax(x),
//
// with a the class weights. γ = 0 is [SoftmaxCrossEntropy].
type SoftmaxFocal struct {
	Gamma       float64   // γ ≥ 0
	ClassWeight []float64 // a_c, one a class; nil is ones
}

// Eval implements [Loss].
func (l SoftmaxFocal) Eval(dst *Result, b Batch, r Reduction) *Result {
	notNegative("Gamma", l.Gamma)
	return softmaxPixels(dst, b, r, l.ClassWeight, l.Gamma)
}

// softmaxPixels evaluates the focal loss of several classes.
func softmaxPixels(dst *Result, b Batch, r Reduction, weights []float64, gamma float64) *Result {
	dst, size := multiclass(dst, b, r, weights)
	s := dst.scratch
	if weights != nil && (r == ReduceMeanByWeight || r == ReducePerImageByWeight) {
		s.classWeights(b, weights)
	}
	m := &s.softmax
	for n := range s.census.images {
		scale := s.census.pixelScale(r, n)
		sum := 0.
		blocks(b, s, n, n+1, func(lo, hi int, w []float64) {
			m.load(b, size, lo, hi, w)
			m.truth(b, size, lo, hi, w)
			v := s.v[:hi-lo]
			m.focal(v, weights, gamma)
			for i := range v {
				f := 1.
				if w != nil {
					f = w[i]
				}
				v[i] *= f
				sum += v[i]
				for c := range m.classes {
					dst.Grad.Data[(n*m.classes+c)*size+lo%size+i] = float32(m.g[c*blockSize+i] * f * scale)
				}
			}
			if r == ReduceNone {
				store(dst.Map.Data[lo:hi], v)
			}
		})
		dst.Value += sum * scale
		if r.perImage() {
			dst.PerImage[n] = sum * scale
		}
	}
	return dst
}

// focal stores the value of each pixel in v and the derivatives by the logits in m.g.
//
// With h_c = q_c ∂ℓ/∂q_c = −a p (1−q)^γ (1 + γ q (−log q)/(1−q)), where −log q/(1−q) goes
// to 1 as q does, ∂ℓ/∂x_c = h_c (1−q_c) − q_c Σ_{j≠c} h_j: no power below γ.
func (m *softmax) focal(v, weights []float64, gamma float64) {
	for i := range v {
		v[i] = 0
		total := 0.
		for c := range m.classes {
			k := c*blockSize + i
			a := classWeight(weights, c) * m.p[k]
			if a == 0 {
				m.g[k] = 0
				continue
			}
			power, ratio := 1., 1.
			if gamma != 0 {
				power = math.Pow(m.r[k], gamma)
				if m.r[k] > 0 {
					ratio = m.l[k] / m.r[k]
				}
			}
			v[i] += a * power * m.l[k]
			m.g[k] = -a * power * (1 + gamma*m.q[k]*ratio)
			total += m.g[k]
		}
		for c := range m.classes {
			k := c*blockSize + i
			m.g[k] = m.g[k]*m.r[k] - m.q[k]*(total-m.g[k])
		}
	}
}

// classWeights replaces the weights in the census by Σ w Σ_c a_c p_c.
func (s *scratch) classWeights(b Batch, weights []float64) {
	c := &s.census
	m := &s.softmax
	c.allWeight = 0
	for n := range c.images {
		sum := 0.
		blocks(b, s, n, n+1, func(lo, hi int, w []float64) {
			m.truth(b, c.size, lo, hi, w)
			for k, a := range weights {
				for i, p := range row(m.p, k, hi-lo) {
					if w != nil {
						p *= w[i]
					}
					sum += a * p
				}
			}
		})
		c.weight[n] = sum
		c.allWeight += sum
	}
}
