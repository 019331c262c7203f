package weights

import "math"

// exp returns e to the power of x ≤ 0, to a few units in the last place, and at
// least e⁻⁷⁰⁰, which is nothing beside any weight. The vector code does the same
// operations in the same order, so that a map has the same bits everywhere; for that
// the conversions keep products and sums apart, where a processor could fuse them.
//
// x = n·ln 2 + r with |r| ≤ ln 2 / 2, and eˣ = 2ⁿ·eʳ, eʳ by its Taylor series. Its terms
// are added up in pairs, pairs of pairs and so on (Estrin's scheme), which a processor
// need not do one after the other.
func exp(x float64) float64 {
	c := &expConstants
	x = max(x, c[0])
	n := math.RoundToEven(float64(x * c[1]))
	r := float64(x-float64(n*c[2])) - float64(n*c[3])
	pair := func(k int) float64 { return float64(c[k+5]*r) + c[k+4] }
	r2 := float64(r * r)
	r4 := float64(r2 * r2)
	high := float64(float64(pair(10)*r2)+pair(8)) + float64(c[16]*r4)
	high = float64(high * float64(r4*r4))
	mid := float64(pair(6)*r2) + pair(4)
	low := float64(pair(2)*r2) + pair(0)
	y := (low + float64(mid*r4)) + high
	return y * math.Float64frombits(uint64(int64(n)+1023)<<52)
}

// expConstants are the least x, log₂ e, ln 2 in two parts, the first of which has so
// few digits that its multiples are exact, and the inverse factorials up to 12!.
var expConstants = [...]float64{
	-700,
	math.Log2E,
	6.93147180369123816490e-01,
	1.90821492927058770002e-10,
	1, 1, 1. / 2, 1. / 6, 1. / 24, 1. / 120, 1. / 720,
	1. / 5040, 1. / 40320, 1. / 362880, 1. / 3628800, 1. / 39916800, 1. / 479001600,
}

// expVectors are the same and the exponent's bias, a whole number, each four times.
var expVectors = func() (v [4 * (len(expConstants) + 1)]float64) {
	for i := range v {
		v[i] = math.Float64frombits(1023)
		if i/4 < len(expConstants) {
			v[i] = expConstants[i/4]
		}
	}
	return v
}()
