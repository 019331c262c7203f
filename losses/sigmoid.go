package losses

import "math"

// expNegative stores e^−x for each x ≥ 0. dst may be x.
func expNegative(dst, x []float64) {
	n := expNegativeVector(dst, x)
	expNegativeScalar(dst[n:], x[n:])
}

func expNegativeScalar(dst, x []float64) {
	dst = dst[:len(x)]
	for i, x := range x {
		dst[i] = 0
		if !(x > beyond) {
			dst[i] = exp(-x)
		}
	}
}

// sigmoid stores q = 1/(1+e^−x) and r = 1−q for each logit, both with full relative
// precision: r is not computed by subtraction.
func sigmoid(q, r []float64, x []float32) {
	n := sigmoidVector(q, r, x)
	sigmoidScalar(q[n:], r[n:], x[n:])
}

func sigmoidScalar(q, r []float64, x []float32) {
	q, r = q[:len(x)], r[:len(x)]
	for i, v := range x {
		x := float64(v)
		c := x
		if c > beyond {
			c = beyond
		}
		if c < -beyond {
			c = -beyond
		}
		e := exp(-c)
		u := 1 / (1 + e)
		q[i] = u
		r[i] = e * u
		if x > beyond {
			r[i] = 0
		}
		if x < -beyond {
			q[i] = 0
		}
	}
}

// logSigmoid is sigmoid, and stores lq = −log q and lr = −log(1−q) too. With e = e^−|x|
// both are log(1+e), plus |x| for the one whose probability is the smaller.
func logSigmoid(lq, lr, q, r []float64, x []float32) {
	n := logSigmoidVector(lq, lr, q, r, x)
	logSigmoidScalar(lq[n:], lr[n:], q[n:], r[n:], x[n:])
}

func logSigmoidScalar(lq, lr, q, r []float64, x []float32) {
	lq, lr, q, r = lq[:len(x)], lr[:len(x)], q[:len(x)], r[:len(x)]
	for i, v := range x {
		x := float64(v)
		a := math.Abs(x)
		e := 0.
		if !(a > beyond) {
			e = exp(-a)
		}
		d1, d2 := 1+e, 2+e
		inv := 1 / (d1 * d2)
		big := inv * d2
		small := e * big
		l := twiceArtanh(e * d1 * inv)
		lq[i] = (a-x)*0.5 + l
		lr[i] = (a+x)*0.5 + l
		// Exchange the two if x < 0. The sign of a logit is a coin toss for the
		// processor, so no branch.
		b, s := math.Float64bits(big), math.Float64bits(small)
		swap := (b ^ s) & uint64(int64(math.Float64bits(x))>>63)
		q[i] = math.Float64frombits(b ^ swap)
		r[i] = math.Float64frombits(s ^ swap)
	}
}
