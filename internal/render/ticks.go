package render

import (
	"math"
	"strconv"
	"strings"
)

// tick is a mark on a colour bar.
type tick struct {
	at    float64
	label string
}

// ticks returns marks between lo and hi, at multiples of 1, 2 or 5 times a power
// of ten: as many as there can be without being more than most.
func ticks(lo, hi float64, most int) []tick {
	if !(hi > lo) || most < 1 || math.IsInf(hi-lo, 0) {
		return nil
	}
	mantissa, exp := stride((hi - lo) / float64(most+1))
	for {
		step := scale(mantissa, exp)
		// A bound that is a multiple but for rounding counts.
		first, last := math.Ceil(lo/step-1e-9), math.Floor(hi/step+1e-9)
		if last-first < float64(most) {
			var marks []tick
			for k := first; k <= last; k++ {
				at := scale(k*mantissa, exp)
				marks = append(marks, tick{at, number(at, exp, max(math.Abs(lo), math.Abs(hi)))})
			}
			return marks
		}
		mantissa, exp = stride(step * 1.5)
	}
}

// stride returns the smallest of 1, 2 or 5 times a power of ten that is at least min.
func stride(min float64) (mantissa float64, exp int) {
	for exp = int(math.Floor(math.Log10(min))); ; exp++ {
		for _, m := range []float64{1, 2, 5} {
			if scale(m, exp) >= min*(1-1e-9) {
				return m, exp
			}
		}
	}
}

// scale returns v·10^exp, as near to the decimal number as can be.
func scale(v float64, exp int) float64 {
	if exp < 0 {
		return v / math.Pow10(-exp)
	}
	return v * math.Pow10(exp)
}

// number writes v to the digit of 10^exp, with a true minus sign. Among numbers
// that go up to a very large or only a very small one it is written in powers of ten.
func number(v float64, exp int, largest float64) string {
	s := strconv.FormatFloat(v, 'f', max(0, -exp), 64)
	if largest >= 1e6 || largest < 1e-4 {
		digits := 0
		if v != 0 {
			digits = max(0, int(math.Floor(math.Log10(math.Abs(v))+1e-9))-exp)
		}
		s = strconv.FormatFloat(v, 'e', digits, 64)
		if v == 0 {
			s = "0"
		}
	}
	if strings.Trim(s, "-0.") == "" {
		s = strings.TrimPrefix(s, "-")
	}
	return strings.ReplaceAll(s, "-", "−")
}

// figures writes v to three figures at most, but the whole of a whole number.
func figures(v float64) string {
	if v == 0 || v == math.Trunc(v) && math.Abs(v) < 1e6 {
		return number(v, 0, 1)
	}
	s := number(v, int(math.Floor(math.Log10(math.Abs(v))))-2, math.Abs(v))
	digits, power, _ := strings.Cut(s, "e")
	if strings.Contains(digits, ".") {
		digits = strings.TrimRight(strings.TrimRight(digits, "0"), ".")
	}
	if power != "" {
		power = "e" + power
	}
	return digits + power
}
