package losses

import "math"

// The kernels need exp, log1p and the sigmoid of every pixel, to more digits than the
// float32 that becomes of them but not to the last bit of a float64. These have a
// relative error below 5e-12 and no branch that data decides. The same operations in
// the same order stand in vector_amd64.s, so that both give the same bits.

const (
	// shift added to a number below 2^51 rounds it to an integer, which then stands in
	// the low bits of the sum.
	shift = 0x1.8p52

	// beyond is where e^−x counts as 0. It is 1e-304, and smaller numbers are on their
	// way out of float64's range.
	beyond = 700
)

// (e^f − 1)/f for |f| ≤ ln 2/2: the polynomial whose greatest error relative to e^f is
// least, 8e-13.
const (
	e1 = 0.9999999999830721
	e2 = 0.5000000000457989
	e3 = 0.1666666687320655
	e4 = 0.04166666453754402
	e5 = 0.00833326878198175
	e6 = 0.0013889154929623234
	e7 = 0.00019914665209296766
	e8 = 2.473299224656782e-05
)

// (2 artanh(z)/z − 2)/z² in powers of z² for z² ≤ 1/9, likewise, 3e-12.
const (
	l1 = 0.6666666636355977
	l2 = 0.4000005243617475
	l3 = 0.2856841943541142
	l4 = 0.22301078456496484
	l5 = 0.17151309656112776
	l6 = 0.2178183923123379
)

// exp returns e^x for |x| ≤ beyond: with k the integer nearest to x/ln 2 it is 2^k·e^f,
// |f| ≤ ln 2/2, and 2^k is added to the exponent.
func exp(x float64) float64 {
	t := x*math.Log2E + shift
	f := x - (t-shift)*math.Ln2
	f2 := f * f
	p := (e1 + e2*f) + (e3+e4*f)*f2 + ((e5+e6*f)+(e7+e8*f)*f2)*(f2*f2)
	return math.Float64frombits(math.Float64bits(1+f*p) + math.Float64bits(t)<<52)
}

// twiceArtanh returns 2 artanh z for 0 ≤ z ≤ ⅓. That is log(1+e) for z = e/(2+e).
func twiceArtanh(z float64) float64 {
	w := z * z
	w2 := w * w
	return z * (2 + w*((l1+l2*w)+(l3+l4*w)*w2+(l5+l6*w)*(w2*w2)))
}

// log1p stores log(1+x) for each x ≥ 0. With 1+x = 2^k·m, 1 ≤ m < 2, it is k·ln 2 plus
// log m; while k is 0, m−1 is x itself and keeps all its digits.
func log1p(dst, x []float64) {
	dst = dst[:len(x)]
	for i, x := range x {
		y := 1 + x
		b := math.Float64bits(y)
		k := float64(int(b>>52) - 1023)
		if y >= 2 {
			x = math.Float64frombits(b&(1<<52-1)|1023<<52) - 1
		}
		dst[i] = k*math.Ln2 + twiceArtanh(x/(2+x))
	}
}
