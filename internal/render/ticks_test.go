package render

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		lo, hi float64
		most   int
		want   string
	}{
		{0, 10, 6, "0 2 4 6 8 10"},
		{0, 10, 11, "0 1 2 3 4 5 6 7 8 9 10"},
		{0, 10, 5, "0 5 10"},
		{0.6465, 9.878, 9, "1 2 3 4 5 6 7 8 9"},
		{0.6465, 9.878, 5, "2 4 6 8"},
		{0, 1, 6, "0.0 0.2 0.4 0.6 0.8 1.0"},
		{-1, 1, 5, "−1.0 −0.5 0.0 0.5 1.0"},
		{0.1, 0.3, 4, "0.1 0.2 0.3"},
		{0, 0.003, 4, "0.000 0.001 0.002 0.003"},
		{3, 3.5, 3, "3.0 3.2 3.4"},
		{99, 301, 3, "100 200 300"},
		{0, 5e7, 6, "0 1e+07 2e+07 3e+07 4e+07 5e+07"},
		{0, 2e-7, 3, "0 1e−07 2e−07"},
		{1000000, 1000030, 4, "1.00000e+06 1.00001e+06 1.00002e+06 1.00003e+06"},
		{-2e-5, 2e-5, 3, "−2e−05 0 2e−05"},
		{43622.7131, 43622.7134, 4, "43622.7131 43622.7132 43622.7133 43622.7134"},
		{5, 5, 3, ""},
		{6, 5, 3, ""},
		{0, math.Inf(1), 3, ""},
		{math.NaN(), 1, 3, ""},
	} {
		var got []string
		for _, m := range ticks(c.lo, c.hi, c.most) {
			got = append(got, m.label)
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("from %v to %v, at most %d: %q, want %q", c.lo, c.hi, c.most, s, c.want)
		}
	}
}

// Any range has ticks within it, evenly apart, that say what they are, no more than
// asked for, and enough.
func TestTicksOfAnyRange(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		lo := (r.Float64() - 0.5) * math.Pow(10, float64(r.IntN(9)-3))
		hi := lo + (r.Float64()+0.01)*math.Pow(10, float64(r.IntN(9)-4))
		most := 2 + r.IntN(9)
		all := ticks(lo, hi, most)
		if len(all) > most || len(all) < (most-2)*2/5 {
			t.Fatalf("from %v to %v, at most %d: %v", lo, hi, most, all)
		}
		slack := (hi-lo)*1e-6 + math.Abs(lo)*1e-12
		for i, m := range all {
			if m.at < lo-slack || m.at > hi+slack {
				t.Fatalf("from %v to %v: %v", lo, hi, all)
			}
			said, err := strconv.ParseFloat(strings.ReplaceAll(m.label, "−", "-"), 64)
			if err != nil || math.Abs(said-m.at) > slack {
				t.Fatalf("from %v to %v: %v is called %q", lo, hi, m.at, m.label)
			}
			if i > 1 && math.Abs(m.at-2*all[i-1].at+all[i-2].at) > slack {
				t.Fatalf("from %v to %v: uneven %v", lo, hi, all)
			}
		}
	}
}

// Labels on a bar never overlap, and the ends say that there is more.
func TestMarks(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 5000 {
		s := Scale{Lo: r.Float64() * 100, below: r.IntN(2) == 0, above: r.IntN(2) == 0}
		s.Hi = s.Lo + (0.01+r.Float64())*math.Pow(10, float64(r.IntN(6)-2))
		bar := ruler{
			length: 200 + r.IntN(500), gap: 5, inside: r.IntN(2) == 0,
			size: func(label string) int { return 7 * len([]rune(label)) },
		}
		all := s.marks(bar)
		for i, m := range all {
			from, to := bar.span(&s, m)
			if bar.inside && (from < 0 || to > bar.length) {
				t.Fatalf("%v is at %d to %d of %d", m, from, to, bar.length)
			}
			if i == 0 {
				continue
			}
			if _, end := bar.span(&s, all[i-1]); from-end < bar.gap {
				t.Fatalf("%v and %v are %d apart on %d pixels of %+v", all[i-1], m, from-end, bar.length, s)
			}
		}
		has := func(mark string) bool {
			return slices.ContainsFunc(all, func(m tick) bool { return strings.HasPrefix(m.label, mark) })
		}
		if has("≤") != s.below || has("≥") != s.above {
			t.Fatalf("%v for %+v", all, s)
		}
	}
}

func TestFigures(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 1: "1", -3: "−3", 12: "12", 0.6465: "0.646", 9.878: "9.88", 123.4: "123", 0.00123: "0.00123", 0.5: "0.5", 1e-6: "1e−06", 1.5e7: "1.5e+07", 1234.5: "1234",
	} {
		if got := figures(v); got != want {
			t.Errorf("%v is written %q, want %q", v, got, want)
		}
	}
}
