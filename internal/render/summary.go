package render

import (
	"math"
	"slices"
)

// Percentiles are those that a Summary has.
var Percentiles = [...]float64{1, 5, 25, 50, 75, 95, 99}

// Summary describes the values of a map. All but the counts leave out what is not
// finite, and are NaN if nothing is.
type Summary struct {
	Count         int // of all values
	Infinite, NaN int
	Min, Max      float64
	Mean          float64
	Percentile    [len(Percentiles)]float64 // with linear interpolation, as numpy.percentile
}

// Summarize describes values.
func Summarize[T float32 | float64](values []T) Summary {
	s := Summary{Count: len(values), Min: math.NaN(), Max: math.NaN(), Mean: math.NaN()}
	for i := range s.Percentile {
		s.Percentile[i] = math.NaN()
	}
	finite := make([]T, 0, len(values))
	sum := 0.0
	for _, v := range values {
		switch f := float64(v); {
		case math.IsNaN(f):
			s.NaN++
		case math.IsInf(f, 0):
			s.Infinite++
		default:
			finite = append(finite, v)
			sum += f
		}
	}
	n := len(finite)
	if n == 0 {
		return s
	}
	slices.Sort(finite)
	s.Min, s.Max, s.Mean = float64(finite[0]), float64(finite[n-1]), sum/float64(n)
	for i, p := range Percentiles {
		at := p / 100 * float64(n-1)
		k := int(at)
		lo, hi := float64(finite[k]), float64(finite[min(k+1, n-1)])
		s.Percentile[i] = lo + (hi-lo)*(at-float64(k))
	}
	return s
}
