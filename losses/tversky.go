package losses

// Tversky is one minus the Tversky index, which weights the two kinds of error
// (Salehi, Erdogmus and Gholipour, MLMI 2017),
//
//	L = 1 − (TP + s) / (TP + a·FP + b·FN + s),
//	TP = Σ w p q,  FP = Σ w (1−p) q,  FN = Σ w p (1−q),  s = Smooth,
//
// the sums over an image, a batch, or each pixel by itself, with weights as in [Dice].
// Papers and libraries disagree on which Greek letter is which; the fields say it. The
// form with one parameter β has a = β and b = 1−β.
//
// a = b = ½ with s is [Dice] with 2s; a = b = 1 is [Jaccard].
type Tversky struct {
	FalsePositive float64 // a ≥ 0: α of the paper, β of the one-parameter form
	FalseNegative float64 // b ≥ 0: β of the paper, 1−β of the one-parameter form
	Smooth        float64 // s ≥ 0
	Scope         Scope
}

// DefaultTversky returns the paper's best choice, 0.3 for false positives and 0.7 for
// false negatives, with s = 1.
func DefaultTversky() Tversky {
	return Tversky{FalsePositive: 0.3, FalseNegative: 0.7, Smooth: 1}
}

// Eval implements [Loss].
func (l Tversky) Eval(dst *Result, b Batch, r Reduction) *Result {
	k, scope := l.overlap()
	return evalOverlap(dst, b, r, k, scope)
}

func (l Tversky) overlap() (overlap, Scope) {
	notNegative("FalsePositive", l.FalsePositive)
	notNegative("FalseNegative", l.FalseNegative)
	return overlap{kind: tversky, fp: l.FalsePositive, fn: l.FalseNegative, smooth: l.Smooth}, l.Scope
}

// Jaccard is one minus the Jaccard index, or intersection over union,
//
//	L = 1 − (Σ w p q + s) / (Σ w (p + q − p q) + s),  s = Smooth,
//
// with sums and weights as in [Dice].
type Jaccard struct {
	Smooth float64 // s ≥ 0
	Scope  Scope
}

// Eval implements [Loss].
func (l Jaccard) Eval(dst *Result, b Batch, r Reduction) *Result {
	k, scope := l.overlap()
	return evalOverlap(dst, b, r, k, scope)
}

func (l Jaccard) overlap() (overlap, Scope) {
	return overlap{kind: tversky, fp: 1, fn: 1, smooth: l.Smooth}, l.Scope
}

// FocalTversky is a power of [Tversky] (Abraham and Khan, ISBI 2019),
//
//	L = (1 − (TP + s) / (TP + a·FP + b·FN + s))^γ.
//
// γ < 1 keeps pushing where little is left to gain, γ > 1 looks away from it. The paper
// writes the exponent as 1/γ and takes 4/3 for its γ; here Gamma is the exponent itself.
// The gradient is finite for any γ > 0, also where L goes to 0.
type FocalTversky struct {
	FalsePositive float64 // a ≥ 0
	FalseNegative float64 // b ≥ 0
	Gamma         float64 // γ > 0
	Smooth        float64 // s ≥ 0
	Scope         Scope
}

// DefaultFocalTversky returns the paper's choice: 0.3 for false positives, 0.7 for false
// negatives, exponent 3/4, with s = 1.
func DefaultFocalTversky() FocalTversky {
	return FocalTversky{FalsePositive: 0.3, FalseNegative: 0.7, Gamma: 0.75, Smooth: 1}
}

// Eval implements [Loss].
func (l FocalTversky) Eval(dst *Result, b Batch, r Reduction) *Result {
	k, scope := l.overlap()
	return evalOverlap(dst, b, r, k, scope)
}

func (l FocalTversky) overlap() (overlap, Scope) {
	if !(l.Gamma > 0) {
		panic("losses: FocalTversky needs a Gamma above 0")
	}
	k, scope := Tversky{l.FalsePositive, l.FalseNegative, l.Smooth, l.Scope}.overlap()
	k.outer, k.gamma = power, l.Gamma
	return k, scope
}
