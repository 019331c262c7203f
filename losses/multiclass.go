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
	hard := len(b.Target.Shape) < len(b.Logits.Shape)
	for n := range s.census.images {
		scale := s.census.pixelScale(r, n)
		sum := 0.
		blocks(b, s, n, n+1, func(lo, hi int, w []float64) {
			v := s.v[:hi-lo]
			if hard {
				m.hardFocal(dst.Grad.Data, v, b, size, lo, hi, w, weights, gamma, scale)
			} else {
				m.load(b, size, lo, hi, w)
				m.logarithms(hi-lo, w)
				m.truth(b, size, lo, hi, w)
				m.focal(v, weights, gamma)
				m.store(dst.Grad.Data, v, size, lo, hi, w, scale)
			}
			for _, v := range v {
				sum += v
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

// hardFocal stores the weighted values of the pixels lo to hi, whose target is a class
// number y, in v and the scaled gradient in grad. Of ∂ℓ/∂x_c only h_y is not 0, see focal:
// it is h_y (1−q_y) for y itself and −q_c h_y for all others.
func (m *softmax) hardFocal(grad []float32, v []float64, b Batch, size, lo, hi int, w, weights []float64, gamma, scale float64) {
	m.exponentials(b, size, lo, hi)
	n := hi - lo
	log1p(m.log[:n], m.rest[:n])
	at := lo/size*m.classes*size + lo%size
	h, y := m.g[:n], m.y[:n]
	for i, t := range b.Target.Data[lo:hi] {
		f := 1.
		if w != nil {
			f = w[i]
		}
		if f == 0 {
			v[i], h[i], y[i] = 0, 0, 0
			for k := i; k < len(m.q); k += blockSize {
				m.q[k] = 0
			}
			continue
		}
		c := m.class(b, t)
		k := c*blockSize + i
		q := m.q[k] * m.inv[i]
		r := m.rest[i]
		if c != m.best[i] {
			r = 1 + (r - m.q[k])
		}
		r *= m.inv[i]
		l := m.l[k] + m.log[i]
		one, slope := focalAt(q, r, l, gamma)
		f *= classWeight(weights, c)
		v[i] = f * one
		slope *= f * scale
		h[i] = -slope * m.inv[i]
		m.own[i] = slope * r
		y[i] = c
	}
	for c := range m.classes {
		g := grad[at+c*size:][:n]
		for i, e := range row(m.q, c, n) {
			g[i] = float32(e * h[i])
		}
	}
	for i, c := range y {
		if h[i] != 0 {
			grad[at+c*size+i] = float32(m.own[i])
		}
	}
}

// focalAt returns the value of the true class and its h, see focal, of q, r = 1−q and
// l = −log q.
func focalAt(q, r, l, gamma float64) (v, h float64) {
	if gamma == 0 {
		return l, -1
	}
	power, ratio := r*r, 1.
	if gamma != 2 {
		power = math.Pow(r, gamma)
	}
	if r > 0 {
		ratio = l / r
	}
	return power * l, -power * (1 + gamma*q*ratio)
}

// store multiplies the values by the weights and stores the scaled gradient.
func (m *softmax) store(grad []float32, v []float64, size, lo, hi int, w []float64, scale float64) {
	for i := range v {
		f := scale
		if w != nil {
			v[i] *= w[i]
			f *= w[i]
		}
		for c := range m.classes {
			grad[(lo/size*m.classes+c)*size+lo%size+i] = float32(m.g[c*blockSize+i] * f)
		}
	}
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
			a := classWeight(weights, c) * float64(m.p[k])
			if a == 0 {
				m.g[k] = 0
				continue
			}
			one, h := focalAt(m.q[k], m.r[k], m.l[k], gamma)
			v[i] += a * one
			m.g[k] = a * h
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
					f := a
					if w != nil {
						f *= w[i]
					}
					sum += f * float64(p)
				}
			}
		})
		c.weight[n] = sum
		c.allWeight += sum
	}
}
