package losses

// Focal is the focal loss (Lin et al., ICCV 2017, eq. 5), which turns away from the
// pixels that are right already,
//
//	ℓ = −[α (1−q)^γ p log q + (1−α) q^γ (1−p) log(1−q)].
//
// γ = 0 is [BalancedCrossEntropy] with β = α; α = ½ is half the loss without α. The
// powers are computed from logarithms, so that value and gradient are finite for every
// γ ≥ 0. Differentiating q^γ as such divides by zero at q = p if γ < 1.
type Focal struct {
	Positive float64 // α in [0, 1], the weight of positive pixels; the negative ones get 1−α
	Gamma    float64 // γ ≥ 0
}

// DefaultFocal returns the paper's choice, α = 0.25 and γ = 2.
func DefaultFocal() Focal { return Focal{Positive: 0.25, Gamma: 2} }

// Eval implements [Loss].
func (l Focal) Eval(dst *Result, b Batch, r Reduction) *Result {
	b.binary()
	share("Positive", l.Positive)
	notNegative("Gamma", l.Gamma)
	return pixelwise(dst, b, r, l)
}

// pixels uses d(1−q)^γ/dx = −γ q (1−q)^γ and d log q/dx = 1−q: no power below γ.
func (l Focal) pixels(s *scratch, x, p []float32, _ int) {
	n := len(p)
	lq, lr, q, r := s.lq[:n], s.lr[:n], s.q[:n], s.r[:n]
	logSigmoid(lq, lr, q, r, x)
	v, g := s.v[:n], s.g[:n]
	powers(v, r, lr, l.Gamma)
	powers(g, q, lq, l.Gamma)
	for i, p := range p {
		a := l.Positive * float64(p) * v[i]
		b := (1 - l.Positive) * (1 - float64(p)) * g[i]
		v[i] = a*lq[i] + b*lr[i]
		g[i] = b*(q[i]+l.Gamma*r[i]*lr[i]) - a*(r[i]+l.Gamma*q[i]*lq[i])
	}
}

// powers stores q^γ for each q, of which lq is −log q.
func powers(dst, q, lq []float64, gamma float64) {
	q, lq = q[:len(dst)], lq[:len(dst)]
	switch gamma {
	case 0:
		for i := range dst {
			dst[i] = 1
		}
	case 1:
		copy(dst, q)
	case 2:
		for i, q := range q {
			dst[i] = q * q
		}
	default:
		for i, l := range lq {
			dst[i] = gamma * l
		}
		expNegative(dst, dst)
	}
}
