package weights

import "math"

// exp returns e to the power of x ≤ 0, to a few units in the last place, and at
// least e⁻⁷⁰⁰, which is nothing beside any weight. The vector code does the same
// operations in the same order, so that a map has the same bits everywhere; for that
// the conversions keep products and sums apart, where a processor could fuse them.
//
// x = n·ln 2 + r with |r| ≤ ln 2 / 2, and eˣ = 2ⁿ·eʳ, eʳ by its Taylor series.
func exp(x float64) float64 {
	x = max(x, -700)
	n := math.RoundToEven(float64(x * expConstants[1]))
	r := float64(x-float64(n*expConstants[2])) - float64(n*expConstants[3])
	y := expConstants[4]
	for _, c := range expConstants[5:] {
		y = float64(y*r) + c
	}
	return y * math.Float64frombits(uint64(int64(n)+1023)<<52)
}

// expConstants are the least x, log₂ e, ln 2 in two parts, the first of which has so
// few digits that its multiples are exact, and the inverse factorials from 12! on.
var expConstants = [...]float64{
	-700,
	math.Log2E,
	6.93147180369123816490e-01,
	1.90821492927058770002e-10,
	1. / 479001600, 1. / 39916800, 1. / 3628800, 1. / 362880, 1. / 40320, 1. / 5040,
	1. / 720, 1. / 120, 1. / 24, 1. / 6, 1. / 2, 1, 1,
}

// expVectors are the same, each four times.
var expVectors = func() (v [4 * len(expConstants)]float64) {
	for i := range v {
		v[i] = expConstants[i/4]
	}
	return v
}()
