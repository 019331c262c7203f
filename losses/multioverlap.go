package losses

// SoftmaxOverlap is an overlap loss of several classes that exclude each other: that of
// each class against all else, averaged over the classes,
//
//	L = Σ_c a_c L_c / Σ_c a_c,  q = softmax(x),
//
// with a the class weights and L_c the loss Of with the truth and probability of class
// c. Any [Overlap] will do, its Scope being PerImage or PerBatch:
//
//	losses.SoftmaxOverlap{Of: losses.Dice{Smooth: 1e-5}}
//	losses.SoftmaxOverlap{Of: losses.DefaultTversky(), ExcludeBackground: true}
//
// A class without truth and without prediction counts with the loss 0.
type SoftmaxOverlap struct {
	Of                Overlap
	ClassWeight       []float64 // a_c, one a class; nil is ones
	ExcludeBackground bool      // leave out class 0
}

// Eval implements [Loss].
func (l SoftmaxOverlap) Eval(dst *Result, b Batch, r Reduction) *Result {
	k, scope := l.Of.overlap()
	return softmaxAreas(dst, b, r, scope, areas{k, l.ClassWeight, l.ExcludeBackground})
}

// SoftmaxGeneralizedDice is the generalised Dice of several classes that exclude each
// other (Sudre et al., DLMIA 2017),
//
//	L = 1 − 2 Σ_c v_c Σ w p_c q_c / Σ_c v_c Σ w (p_c + q_c),  v_c = 1/(Σ w p_c)²,
//
// one fraction for all classes. A class absent from the truth gets the greatest of the
// other weights, for its own would be infinite. Renumbering the classes changes nothing.
type SoftmaxGeneralizedDice struct {
	Scope             Scope // PerImage or PerBatch
	ExcludeBackground bool  // leave out class 0
}

// Eval implements [Loss].
func (l SoftmaxGeneralizedDice) Eval(dst *Result, b Batch, r Reduction) *Result {
	return softmaxAreas(dst, b, r, l.Scope, areas{overlap{kind: generalized}, nil, l.ExcludeBackground})
}

// areas is a loss as a function of the sums of every class.
type areas struct {
	overlap
	weights           []float64
	excludeBackground bool
}

func softmaxAreas(dst *Result, b Batch, r Reduction, scope Scope, k areas) *Result {
	notNegative("Smooth", k.smooth)
	dst, _ = multiclass(dst, b, r, k.weights)
	images := dst.scratch.census.images
	switch scope {
	case PerImage:
		for n := range images {
			k.unit(dst, b, r, n, n+1, func(v float64) float64 { return dst.image(b, r, n, v) })
		}
	case PerBatch:
		k.unit(dst, b, r, 0, images, func(v float64) float64 { return dst.batch(b, r, v) })
	default:
		panic("losses: several classes have no overlap per " + scope.String())
	}
	return dst
}

// unit evaluates the images from first to last as one. record takes the value and says
// what to scale the gradient with.
func (k areas) unit(dst *Result, b Batch, r Reduction, first, last int, record func(v float64) float64) {
	s := dst.scratch
	size, m := s.census.size, &s.softmax
	m.areas, m.slopes, m.lanes = resize(m.areas, m.classes), resize(m.slopes, m.classes), resize(m.lanes, m.classes)
	clear(m.areas)
	clear(m.lanes)
	blocks(b, s, first, last, func(lo, hi int, w []float64) {
		m.load(b, size, lo, hi, w)
		m.truth(b, size, lo, hi, w)
		n := hi - lo
		if w == nil {
			w = ones[:n]
		}
		for c := range m.classes {
			p, q, r := row(m.p, c, n), row(m.q, c, n), row(m.r, c, n)
			addAreas(&m.lanes[c], m.unused[:n], q, r, w, p)
			if k.kind == squared {
				m.areas[c].se += squareSum(q, r, w, p)
			}
		}
	})
	for c := range m.areas {
		se := m.areas[c].se
		m.areas[c] = m.lanes[c].sums()
		m.areas[c].se = se
	}
	scale := record(k.evalClasses(m.areas, m.slopes))
	blocks(b, s, first, last, func(lo, hi int, w []float64) {
		m.load(b, size, lo, hi, w)
		m.truth(b, size, lo, hi, w)
		n := hi - lo
		if w == nil {
			w = ones[:n]
		}
		for c, d := range m.slopes {
			d = d.times(scale)
			one, zero := d.tp-d.fn, d.fp-d.tn
			g := row(m.g, c, n)
			for i, p := range row(m.p, c, n) {
				p := float64(p)
				g[i] = w[i] * (p*one + (1-p)*zero)
			}
			if k.kind == squared {
				q, r := row(m.q, c, n), row(m.r, c, n)
				for i, p := range row(m.p, c, n) {
					p := float64(p)
					g[i] += w[i] * 2 * d.se * ((1-p)*q[i] - p*r[i])
				}
			}
		}
		m.gradient(dst.Grad.Data, size, lo, hi)
	})
}

// evalClasses returns the loss and stores its derivatives by the sums of each class.
func (k areas) evalClasses(areas, slopes []sums) (v float64) {
	clear(slopes)
	first := 0
	if k.excludeBackground {
		first = 1
	}
	if k.kind == generalized {
		return generalizedClasses(areas[first:], slopes[first:])
	}
	total := 0.
	for c := first; c < len(areas); c++ {
		total += classWeight(k.weights, c)
	}
	if total == 0 {
		return 0
	}
	for c := first; c < len(areas); c++ {
		a := classWeight(k.weights, c) / total
		one, d := k.eval(areas[c])
		v += a * one
		slopes[c] = d.times(a)
	}
	return v
}

func generalizedClasses(areas, slopes []sums) float64 {
	greatest := 0.
	for _, s := range areas {
		greatest = max(greatest, areaWeight(s.tp+s.fn))
	}
	var wrong, match float64
	for c, s := range areas {
		v := areaWeight(s.tp + s.fn)
		if v == 0 {
			v = greatest
		}
		wrong += v * (s.fp + s.fn)
		match += v * 2 * s.tp
		slopes[c].tp = v // for the loop below
	}
	den := match + wrong
	if den < tiny {
		clear(slopes)
		return 0
	}
	for c := range slopes {
		v := slopes[c].tp
		rise := v * (match / den / den)
		slopes[c] = sums{tp: -2 * v * (wrong / den / den), fp: rise, fn: rise}
	}
	return wrong / den
}
