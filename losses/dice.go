package losses

// Dice is one minus the Dice coefficient of truth and prediction,
//
//	L = 1 − (2 Σ w p q + s) / (Σ w p + Σ w q + s),  s = Smooth,
//
// the sums over an image, a batch, or each pixel by itself. The weights are inside the
// sums: a pixel of weight 2 counts as two pixels, one of weight 0 as none. For PerPixel
// they are outside, ℓ = w·L with L of the pixel alone; with s = 1 that is 0 where truth
// and prediction agree and ½ where they contradict.
//
// With s = 0 an image of which truth and prediction are both empty is 0/0, taken as
// L = 0 with gradient 0: nothing is wrong with it. An empty truth with any prediction at
// all is then L = 1 with gradient 0, from which nothing is learnt; s > 0 mends that.
//
// Soft targets are allowed, but L is not 0 at q = p for them; [SquaredDice] is.
// Dice with s is [Tversky] with ½, ½ and s/2.
type Dice struct {
	Smooth float64 // s ≥ 0
	Scope  Scope
}

// Eval implements [Loss].
func (l Dice) Eval(dst *Result, b Batch, r Reduction) *Result {
	k, scope := l.overlap()
	return evalOverlap(dst, b, r, k, scope)
}

func (l Dice) overlap() (overlap, Scope) {
	return overlap{kind: tversky, fp: 0.5, fn: 0.5, smooth: l.Smooth / 2}, l.Scope
}

// LogCoshDice is log cosh of [Dice] (Jadon, CIBCB 2020): flat near 0, where Dice is steep.
//
//	L = log cosh(Dice)
type LogCoshDice struct {
	Smooth float64 // s ≥ 0
	Scope  Scope
}

// Eval implements [Loss].
func (l LogCoshDice) Eval(dst *Result, b Batch, r Reduction) *Result {
	k, scope := l.overlap()
	return evalOverlap(dst, b, r, k, scope)
}

func (l LogCoshDice) overlap() (overlap, Scope) {
	return overlap{kind: tversky, fp: 0.5, fn: 0.5, smooth: l.Smooth / 2, outer: logCosh}, l.Scope
}

// SquaredDice is the soft Dice of V-Net (Milletari, Navab and Ahmadi, 3DV 2016), with
// squares in the denominator,
//
//	L = 1 − (2 Σ w p q + s) / (Σ w p² + Σ w q² + s)
//	  = Σ w (p−q)² / (Σ w p² + Σ w q² + s).
//
// The second line is how it is computed, and shows that L = 0 exactly where q = p, for
// soft targets too.
type SquaredDice struct {
	Smooth float64 // s ≥ 0
	Scope  Scope
}

// Eval implements [Loss].
func (l SquaredDice) Eval(dst *Result, b Batch, r Reduction) *Result {
	k, scope := l.overlap()
	return evalOverlap(dst, b, r, k, scope)
}

func (l SquaredDice) overlap() (overlap, Scope) {
	return overlap{kind: squared, smooth: l.Smooth}, l.Scope
}

// GeneralizedDice is the Dice of foreground and background together, each weighted by
// one over the square of its area in the truth (Sudre et al., DLMIA 2017),
//
//	L = 1 − 2 Σ_l v_l Σ w p_l q_l / Σ_l v_l Σ w (p_l + q_l),  v_l = 1/(Σ w p_l)²,
//
// where p_1 = p, p_0 = 1−p, and q likewise. Exchanging foreground and background changes
// nothing. Where the truth has but one of the two, the absent one gets the weight of the
// other, for its own would be infinite.
type GeneralizedDice struct {
	Scope Scope // PerImage or PerBatch
}

// Eval implements [Loss].
func (l GeneralizedDice) Eval(dst *Result, b Batch, r Reduction) *Result {
	if l.Scope == PerPixel {
		panic("losses: GeneralizedDice has no value per pixel")
	}
	return evalOverlap(dst, b, r, overlap{kind: generalized}, l.Scope)
}

// generalized is eval for that kind: N = (v1+v0)(FP+FN), D = 2 v1 TP + 2 v0 TN + N,
// because the false positives of one label are the false negatives of the other.
func (k overlap) generalized(s sums) (v float64, d sums) {
	v1, v0 := areaWeight(s.tp+s.fn), areaWeight(s.tn+s.fp)
	if v1 == 0 {
		v1 = v0
	}
	if v0 == 0 {
		v0 = v1
	}
	n := (v1 + v0) * (s.fp + s.fn)
	match := 2 * (v1*s.tp + v0*s.tn)
	den := match + n
	if den < tiny {
		return 0, sums{}
	}
	v = n / den
	wrong := (v1 + v0) * match / den / den
	return v, sums{tp: -2 * v1 * v / den, tn: -2 * v0 * v / den, fp: wrong, fn: wrong}
}

// areaWeight returns 1/area², and 0 for no area.
func areaWeight(area float64) float64 {
	if area < 1e-100 {
		return 0
	}
	return 1 / (area * area)
}
