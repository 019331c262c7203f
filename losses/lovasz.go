package losses

// LovaszHinge is the Lovász hinge, a convex surrogate of [Jaccard] that works on the
// logits as they are (Yu and Blaschko, ICML 2015; Berman, Rannen Triki and Blaschko,
// CVPR 2018, algorithm 1). With the margin errors m = 1 − x·(2p−1) in
// descending order,
//
//	L = Σ_i max(m_i, 0) · (J_i − J_{i−1}),
//	J_i = 1 − (T − Σ_{j≤i} w_j p_j) / (T + Σ_{j≤i} w_j (1−p_j)),  T = Σ w p.
//
// J_i is the Jaccard loss if the i worst pixels and no other were wrong; the weights are
// in its sums, so that a pixel of weight 2 counts as two. The truth is hard: p > ½.
//
// Where errors are equal, L has many subgradients; the one returned takes the pixels in
// order of their indices. At m = 0 it is 0. With an empty truth J is 1 from the worst
// pixel on, and L is that pixel's error: the one false positive that an image must not
// have. Sorting makes this O(n) here by a radix sort.
type LovaszHinge struct {
	Scope Scope // PerImage or PerBatch
}

// Eval implements [Loss].
func (l LovaszHinge) Eval(dst *Result, b Batch, r Reduction) *Result {
	b.binary()
	dst = begin(dst, b, r, b.Logits.Shape)
	s := dst.scratch
	clear(dst.Grad.Data)
	switch l.Scope {
	case PerImage:
		size := s.census.size
		for n := range s.census.images {
			v := lovaszHinge(dst.Grad.Data, s, b, n*size, (n+1)*size)
			scaleBy(dst.Grad.Data[n*size:(n+1)*size], dst.image(b, r, n, v))
		}
	case PerBatch:
		v := lovaszHinge(dst.Grad.Data, s, b, 0, len(dst.Grad.Data))
		scaleBy(dst.Grad.Data, dst.batch(b, r, v))
	default:
		panic("losses: LovaszHinge has no value per " + l.Scope.String())
	}
	return dst
}

// lovaszHinge returns the loss of the pixels lo to hi and stores its gradient.
func lovaszHinge(grad []float32, s *scratch, b Batch, lo, hi int) float64 {
	x, p := b.Logits.Data[lo:hi], b.Target.Data[lo:hi]
	// m descends as −x·(2p−1) does, which is exact in float32. Pixels with m ≤ 0 come
	// last and count only for T.
	items := s.sort.start(hi - lo)
	truth := 0.
	for i := range x {
		if b.ignored(lo + i) {
			continue
		}
		y := x[i] + 0 // −0 would not be equal to 0 below
		if p[i] > 0.5 {
			y = 0 - y
			truth += b.weight(lo + i)
		}
		if !(y <= -1) { // so that NaN does not vanish
			items = append(items, newItem(y, i))
		}
	}
	j := newJaccard(truth)
	loss := 0.
	for _, t := range s.sort.sort(items) {
		i := t.index()
		positive := p[i] > 0.5
		step := j.step(positive, b.weight(lo+i))
		loss += (1 + float64(t.key())) * step
		if positive {
			step = -step
		}
		grad[lo+i] = float32(step)
	}
	return loss
}

// weight is the weight of a pixel that is not ignored.
func (b Batch) weight(i int) float64 {
	if b.Weight == nil {
		return 1
	}
	return float64(b.Weight.Data[i])
}

// jaccard is the Jaccard loss J = 1 − intersection/union of a growing set of wrong
// pixels, beginning with none, where it is 0.
type jaccard struct{ intersection, union float64 }

func newJaccard(truth float64) jaccard { return jaccard{truth, truth} }

// step makes a pixel of weight w > 0 wrong too and returns by how much J rises. The
// differences are formed by hand: subtracting one J from the next loses digits.
func (j *jaccard) step(positive bool, w float64) float64 {
	if positive {
		j.intersection -= w
		return w / j.union
	}
	before := j.union
	j.union += w
	if before == 0 {
		return 1 // the first false positive where there is no truth
	}
	return j.intersection / before * (w / j.union)
}

func scaleBy(grad []float32, f float64) {
	if f == 1 {
		return
	}
	for i, g := range grad {
		grad[i] = float32(float64(g) * f)
	}
}
