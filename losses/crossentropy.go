package losses

import "fmt"

// CrossEntropy is the binary cross entropy of each pixel,
//
//	ℓ = −[p log q + (1−p) log(1−q)],  q = sigmoid(x),  ∂ℓ/∂x = q − p.
//
// With the U-Net's map as Weight it is the distance-weighted cross entropy of the
// paper; [DistanceWeighted] is the same but insists on having the map.
type CrossEntropy struct{}

// Eval implements [Loss].
func (CrossEntropy) Eval(dst *Result, b Batch, r Reduction) *Result {
	b.binary()
	return pixelwise(dst, b, r, crossEntropy{1, 1})
}

// WeightedCrossEntropy weights the positive pixels,
//
//	ℓ = −[β p log q + (1−p) log(1−q)].
//
// β above 1 leads to fewer false negatives, below 1 to fewer false positives. It is
// PyTorch's pos_weight and TensorFlow's weighted_cross_entropy_with_logits.
type WeightedCrossEntropy struct {
	Positive float64 // β ≥ 0, the weight of positive pixels
}

// Eval implements [Loss].
func (l WeightedCrossEntropy) Eval(dst *Result, b Batch, r Reduction) *Result {
	b.binary()
	notNegative("Positive", l.Positive)
	return pixelwise(dst, b, r, crossEntropy{l.Positive, 1})
}

// BalancedCrossEntropy weights positive and negative pixels so that the weights add
// up to one,
//
//	ℓ = −[β p log q + (1−β)(1−p) log(1−q)].
//
// β = ½ is half the [CrossEntropy]. The usual code, pos_weight = β/(1−β) and the result
// times 1−β, divides by zero at β = 1; here both terms are weighted directly.
type BalancedCrossEntropy struct {
	Positive float64 // β in [0, 1], the weight of positive pixels; the negative ones get 1−β
}

// Eval implements [Loss].
func (l BalancedCrossEntropy) Eval(dst *Result, b Batch, r Reduction) *Result {
	b.binary()
	share("Positive", l.Positive)
	return pixelwise(dst, b, r, crossEntropy{l.Positive, 1 - l.Positive})
}

// BatchBalancedCrossEntropy is [BalancedCrossEntropy] with β the share of background in
// the batch, Σ(1−p)/n over the pixels that are not ignored, whatever their weight. It is
// the class balance of holistically nested edge detection (Xie and Tu, ICCV 2015, eq. 2).
type BatchBalancedCrossEntropy struct {
	// Clip keeps β in [Clip, 1−Clip]. Without it a batch that is all background has
	// β = 1 and value and gradient 0: nothing keeps false positives down in it.
	Clip float64
}

// DefaultBatchBalancedCrossEntropy clips β to [0.05, 0.95].
func DefaultBatchBalancedCrossEntropy() BatchBalancedCrossEntropy {
	return BatchBalancedCrossEntropy{Clip: 0.05}
}

// Eval implements [Loss].
func (l BatchBalancedCrossEntropy) Eval(dst *Result, b Batch, r Reduction) *Result {
	b.binary()
	if !(l.Clip >= 0 && l.Clip <= 0.5) {
		panic(fmt.Sprintf("losses: Clip is %v, want 0 to ½", l.Clip))
	}
	if dst == nil {
		dst = &Result{}
	}
	beta := min(max(background(dst.work(), b), l.Clip), 1-l.Clip)
	return pixelwise(dst, b, r, crossEntropy{beta, 1 - beta})
}

// background returns Σ(1−p)/n over the pixels that are not ignored; ½ if all are.
func background(s *scratch, b Batch) float64 {
	sum, n := 0., 0
	for lo := 0; lo < len(b.Target.Data); lo += blockSize {
		hi := min(lo+blockSize, len(b.Target.Data))
		w := b.weights(s, lo, hi)
		for i, p := range b.Target.Data[lo:hi] {
			if w == nil || w[i] != 0 {
				sum += 1 - float64(p)
				n++
			}
		}
	}
	if n == 0 {
		return 0.5
	}
	return sum / float64(n)
}

// crossEntropy is −[positive·p log q + negative·(1−p) log(1−q)].
type crossEntropy struct{ positive, negative float64 }

func (k crossEntropy) pixels(s *scratch, x, p []float32, _ int) {
	n := len(p)
	lq, lr, q, r := s.lq[:n], s.lr[:n], s.q[:n], s.r[:n]
	logSigmoid(lq, lr, q, r, x)
	v, g := s.v[:n], s.g[:n]
	for i, p := range p {
		a := k.positive * float64(p)
		b := k.negative * (1 - float64(p))
		v[i] = a*lq[i] + b*lr[i]
		g[i] = b*q[i] - a*r[i]
	}
}

func notNegative(name string, v float64) {
	if !(v >= 0) {
		panic(fmt.Sprintf("losses: %s is %v, want at least 0", name, v))
	}
}

func share(name string, v float64) {
	if !(v >= 0 && v <= 1) {
		panic(fmt.Sprintf("losses: %s is %v, want 0 to 1", name, v))
	}
}
