package losses

import (
	"fmt"
	"math"
)

// Scope says over which pixels an overlap loss adds up its sums.
type Scope int

const (
	PerImage Scope = iota // each item of the leading axis: one value an image
	PerPixel              // each pixel by itself: one value a pixel, weighted like cross entropy
	PerBatch              // all of the batch: one value a batch
)

var scopeNames = [...]string{"image", "pixel", "batch"}

// String returns image, pixel or batch.
func (s Scope) String() string {
	if s < 0 || int(s) >= len(scopeNames) {
		return fmt.Sprintf("Scope(%d)", int(s))
	}
	return scopeNames[s]
}

// Overlap is a loss that compares the areas of truth and prediction: [Dice], [Jaccard],
// [Tversky], [FocalTversky], [LogCoshDice] and [SquaredDice]. [SoftmaxOverlap] takes any
// of them for its classes.
type Overlap interface {
	Loss
	overlap() (overlap, Scope)
}

// sums are the areas that overlap losses are made of, over some set of pixels. They are
// added up as they stand, not as differences of larger ones, so that even a loss of
// 1e-12 keeps its digits. As a result it also stands for the derivatives by each.
type sums struct {
	tp float64 // Σ w p q
	fp float64 // Σ w (1−p) q
	fn float64 // Σ w p (1−q)
	tn float64 // Σ w (1−p)(1−q)
	se float64 // Σ w (p−q)²
}

func (a *sums) add(b sums) {
	a.tp += b.tp
	a.fp += b.fp
	a.fn += b.fn
	a.tn += b.tn
	a.se += b.se
}

// overlap is a loss as a function of the sums: N/D, or something of it.
type overlap struct {
	kind   overlapKind
	fp, fn float64 // weights of false positives and negatives
	smooth float64
	outer  outer
	gamma  float64
}

type overlapKind int

const (
	tversky     overlapKind = iota // N = a·FP + b·FN, D = TP + N + smooth
	squared                        // N = SE, D = SE + 2TP + smooth
	generalized                    // N, D = Σ over foreground and background, weighted by 1/area²
)

// outer is what is done with N/D.
type outer int

const (
	identity outer = iota
	power          // (N/D)^γ
	logCosh        // log cosh (N/D)
)

// eval returns the loss and its derivatives by the sums. Where D is 0, there is nothing
// in truth and prediction, and both are 0.
func (k overlap) eval(s sums) (v float64, d sums) {
	var n, den float64
	switch k.kind {
	case tversky:
		n = k.fp*s.fp + k.fn*s.fn
		den = s.tp + n + k.smooth
	case squared:
		n = s.se
		den = n + 2*s.tp + k.smooth
	case generalized:
		return k.generalized(s)
	}
	if den < tiny {
		return 0, sums{}
	}
	// With D = N + R, d(N/D) = (R·dN − N·dR)/D². Dividing twice keeps D² in range.
	v = n / den
	if k.kind == squared {
		rest := (2*s.tp + k.smooth) / den / den
		d = sums{se: rest, tp: -2 * v / den}
	} else {
		rest := (s.tp + k.smooth) / den / den
		d = sums{tp: -v / den, fp: k.fp * rest, fn: k.fn * rest}
	}
	v, slope := k.outside(v)
	return v, d.times(slope)
}

// tiny is a denominator that counts as 0: a smaller one has an infinite inverse.
const tiny = 1e-300

func (d sums) times(f float64) sums {
	return sums{d.tp * f, d.fp * f, d.fn * f, d.tn * f, d.se * f}
}

// outside returns the outer function of v and its derivative.
func (k overlap) outside(v float64) (y, slope float64) {
	switch k.outer {
	case power:
		// At v = 0 the slope is infinite if γ < 1, but the sums' own derivatives
		// vanish with v, and faster.
		if v <= 0 {
			return 0, 0
		}
		y = math.Pow(v, k.gamma)
		return y, k.gamma * y / v
	case logCosh:
		// For the v ≤ 1 that there are, this keeps small digits: cosh v − 1 = 2 sinh²(v/2).
		h := math.Sinh(v / 2)
		return math.Log1p(2 * h * h), math.Tanh(v)
	}
	return v, 1
}

// evalOverlap evaluates k over b in the scope, all of it being binary.
func evalOverlap(dst *Result, b Batch, r Reduction, k overlap, scope Scope) *Result {
	b.binary()
	notNegative("Smooth", k.smooth)
	switch scope {
	case PerPixel:
		return pixelwise(dst, b, r, pixelOverlap{k})
	case PerImage, PerBatch:
	default:
		panic("losses: unknown " + scope.String())
	}
	dst = begin(dst, b, r, b.Logits.Shape)
	s := dst.scratch
	size := s.census.size
	var all sums
	for n := range s.census.images {
		lo, hi := n*size, (n+1)*size
		one := overlapSums(dst.Grad.Data, s, b, k, lo, hi)
		if scope == PerBatch {
			all.add(one)
			continue
		}
		v, d := k.eval(one)
		scale := dst.image(b, r, n, v)
		overlapGradient(dst.Grad.Data, b, s, k, d.times(scale), lo, hi)
	}
	if scope == PerBatch {
		v, d := k.eval(all)
		scale := dst.batch(b, r, v)
		overlapGradient(dst.Grad.Data, b, s, k, d.times(scale), 0, len(dst.Grad.Data))
	}
	return dst
}

// gradUnit is what Grad is multiplied with between the two passes, so that the w·q(1−q)
// kept there is no denormal float32 for logits up to about 140.
const gradUnit = 0x1p80

// overlapSums returns the sums over the pixels lo to hi and leaves gradUnit·w·q(1−q),
// the part of the gradient that does not depend on them, in grad.
func overlapSums(grad []float32, s *scratch, b Batch, k overlap, lo, hi int) sums {
	var total areaLanes
	se := 0.
	for ; lo < hi; lo += blockSize {
		end := min(lo+blockSize, hi)
		q, r := s.q[:end-lo], s.r[:end-lo]
		sigmoid(q, r, b.Logits.Data[lo:end])
		w := b.weights(s, lo, end)
		if w == nil {
			w = ones[:end-lo]
		}
		p := b.Target.Data[lo:end]
		addAreas(&total, grad[lo:end], q, r, w, p)
		if k.kind == squared {
			se += squareSum(q, r, w, p)
		}
	}
	sum := total.sums()
	sum.se = se
	return sum
}

var ones = makeOnes()

func makeOnes() (b block) {
	for i := range b {
		b[i] = 1
	}
	return b
}

// areaLanes are TP, FP, FN and TN, each added up in four lanes: that of a pixel is its
// index in the image modulo 4.
type areaLanes [4][4]float64

func (a *areaLanes) sums() sums {
	var t [4]float64
	for i, l := range a {
		t[i] = (l[0] + l[1]) + (l[2] + l[3])
	}
	return sums{tp: t[0], fp: t[1], fn: t[2], tn: t[3]}
}

// addAreas adds a block to the areas and stores gradUnit·w·q(1−q).
func addAreas(a *areaLanes, g []float32, q, r, w []float64, p []float32) {
	n := addAreasVector(a, g, q, r, w, p)
	addAreasScalar(a, g[n:], q[n:], r[n:], w[n:], p[n:])
}

func addAreasScalar(a *areaLanes, g []float32, q, r, w []float64, p []float32) {
	q, r, g, w = q[:len(p)], r[:len(p)], g[:len(p)], w[:len(p)]
	for i, p := range p {
		w := w[i]
		if w == 0 {
			g[i] = 0
			continue
		}
		q, r := q[i], r[i]
		wp, wn := w*float64(p), w*(1-float64(p))
		a[0][i%4] += wp * q
		a[1][i%4] += wn * q
		a[2][i%4] += wp * r
		a[3][i%4] += wn * r
		g[i] = float32(q * r * (w * gradUnit))
	}
}

func squareSum(q, r, w []float64, p []float32) (se float64) {
	q, r, w = q[:len(p)], r[:len(p)], w[:len(p)]
	for i, p := range p {
		if w[i] == 0 {
			continue
		}
		e := (1-float64(p))*q[i] - float64(p)*r[i]
		se += w[i] * e * e
	}
	return se
}

// overlapGradient completes what overlapSums began: with d the derivatives by the sums,
// that by q is w·[p(d.tp − d.fn) + (1−p)(d.fp − d.tn) + 2(q−p) d.se].
func overlapGradient(grad []float32, b Batch, s *scratch, k overlap, d sums, lo, hi int) {
	one := (d.tp - d.fn) / gradUnit
	zero := (d.fp - d.tn) / gradUnit
	if k.kind != squared {
		p := b.Target.Data[lo:hi]
		g := grad[lo:hi]
		for i, p := range p {
			if g[i] == 0 { // and p may be NaN if it is ignored
				continue
			}
			p := float64(p)
			g[i] = float32(float64(g[i]) * (p*one + (1-p)*zero))
		}
		return
	}
	se := 2 * d.se / gradUnit
	for ; lo < hi; lo += blockSize {
		end := min(lo+blockSize, hi)
		q, r := s.q[:end-lo], s.r[:end-lo]
		sigmoid(q, r, b.Logits.Data[lo:end])
		g := grad[lo:end]
		for i, p := range b.Target.Data[lo:end] {
			if g[i] == 0 {
				continue
			}
			p := float64(p)
			g[i] = float32(float64(g[i]) * (p*one + (1-p)*zero + ((1-p)*q[i]-p*r[i])*se))
		}
	}
}

// pixelOverlap is an overlap loss of each pixel by itself.
type pixelOverlap struct{ overlap }

func (k pixelOverlap) pixels(s *scratch, x, p []float32, _ int) {
	n := len(p)
	q, r, v, g := s.q[:n], s.r[:n], s.v[:n], s.g[:n]
	sigmoid(q, r, x)
	if k.kind == tversky && k.outer == identity {
		k.tverskyPixels(v, g, q, r, p)
		return
	}
	for i, p := range p {
		p, q, r := float64(p), q[i], r[i]
		e := (1-p)*q - p*r
		var d sums
		v[i], d = k.eval(sums{tp: p * q, fp: (1 - p) * q, fn: p * r, tn: (1 - p) * r, se: e * e})
		g[i] = q * r * (p*(d.tp-d.fn) + (1-p)*(d.fp-d.tn) + 2*e*d.se)
	}
}

// tverskyPixels is the loop above for N/D alone, of which PerPixel is mostly made.
func (k pixelOverlap) tverskyPixels(v, g, q, r []float64, p []float32) {
	v, g, q, r = v[:len(p)], g[:len(p)], q[:len(p)], r[:len(p)]
	for i, p := range p {
		p, q, r := float64(p), q[i], r[i]
		tp := p * q
		n := k.fp*(1-p)*q + k.fn*p*r
		d := tp + n + k.smooth
		if d < tiny {
			v[i], g[i] = 0, 0
			continue
		}
		inv := 1 / d
		t := n * inv
		slope := k.fp*(1-p) - k.fn*p
		v[i] = t
		g[i] = q * r * inv * inv * (slope*(tp+k.smooth) - n*p)
	}
}
