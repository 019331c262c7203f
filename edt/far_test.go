//go:build amd64 && !purego

package edt

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// farLine is a line of n pixels with what surrounds it, and the brute-force answer.
type farLine struct {
	line[int32]
	n    int
	want []int32
	from []int32 // the leftmost column that offers it
}

func newFarLine(n int, borders bool) *farLine {
	l := &farLine{n: n}
	l.reserve(nearest, n, n, 1, false)
	l.frame(nearest, n)
	fill(l.f1, l.inf)
	l.at = make([]int32, len(l.o1))
	if borders {
		l.f1[margin-1], l.f1[margin+n] = 0, 0
	}
	return l
}

// measure asks of every pixel and every column that offers anything.
func (l *farLine) measure() {
	var sites []int
	for v, f := range l.f1 {
		if f < l.inf {
			sites = append(sites, v)
		}
	}
	l.want, l.from = make([]int32, l.n), make([]int32, l.n)
	for x := range l.want {
		best, from := int64(l.inf), 0
		for _, v := range sites {
			d := int64(margin + x - v)
			if q := d*d + int64(l.f1[v]); q < best {
				best, from = q, v
			}
		}
		l.want[x], l.from[x] = int32(best), int32(from)
	}
}

// check solves the line in both ways, whatever the line before has left.
func (l *farLine) check(t *testing.T, rng *rand.Rand, name string) {
	t.Helper()
	l.measure()
	before := slices.Clone(l.f1)
	blocks := (l.n + 15) &^ 15
	for _, left := range []int32{0, 1000, l.inf, -1} {
		for way, solve := range map[string]func(){
			"near or far": func() { nearOrFar(&l.line, l.n, true) },
			"far":         func() { lowest(l.o1, nil, l.f1, margin, margin+l.n, margin-1, margin+l.n) },
			"far, and at": func() { lowest(l.o1, l.at, l.f1, margin, margin+l.n, margin-1, margin+l.n) },
		} {
			for x := range l.o1 {
				if l.o1[x] = left; rng.IntN(20) == 0 {
					l.o1[x] = rng.Int32()
				}
			}
			old := slices.Clone(l.o1)
			solve()
			for x, want := range l.want {
				if got := l.o1[margin+x]; got != want {
					t.Fatalf("%s, %s: pixel %d of %d has %d, want %d", name, way, x, l.n, got, want)
				}
			}
			for x, want := range l.from {
				if got := l.at[margin+x]; way == "far, and at" && got != want && l.want[x] < l.inf {
					t.Fatalf("%s: pixel %d of %d has column %d, want %d", name, x, l.n, got, want)
				}
			}
			if !slices.Equal(l.f1, before) || !slices.Equal(l.o1[:margin], old[:margin]) ||
				!slices.Equal(l.o1[margin+blocks:], old[margin+blocks:]) {
				t.Fatalf("%s, %s: %d pixels have changed what is not theirs", name, way, l.n)
			}
		}
	}
}

// Lines near and far, of every length about the blocks and some long ones, equal brute force.
func TestNearOrFar(t *testing.T) {
	if !haveAVX2 {
		t.Skip("this processor has no AVX2: there is nothing to compare")
	}
	rng := rand.New(rand.NewPCG(11, 12))
	lengths := []int{100, 127, 128, 129, 300, 511, 512, 513, 1000, 1024, 3000, 20_000, longest - 3}
	for n := 8; n <= 70; n++ {
		lengths = append(lengths, n)
	}
	for _, n := range lengths {
		for _, borders := range []bool{false, true} {
			for _, sites := range []int{0, 1, 2, 5, n / 50, n} {
				if n > 3000 && sites > 5 {
					continue // brute force would take too long
				}
				for _, height := range []float64{1, 100, 500, 5000} {
					if n > 20_000 && height > 100 {
						continue // no grid of 32 bits is so large
					}
					l := newFarLine(n, borders)
					for range sites {
						g := int32(height * rng.Float64())
						l.f1[margin+rng.IntN(n)] = g * g
					}
					l.check(t, rng, "sites")
				}
			}
			if n > 3000 {
				continue
			}
			for range 4 { // what a scan knows of a slope and a wave
				l := newFarLine(n, borders)
				slope, wave, at := rng.Float64()*2-1, rng.Float64()*500, rng.Float64()*1000
				for x := range n {
					g := int32(math.Abs(at + slope*float64(x) + wave*math.Sin(float64(x)/(1+wave))))
					l.f1[margin+x] = g * g
				}
				l.check(t, rng, "slope")
			}
		}
	}
	l := newFarLine(longest-3, false) // nothing is farther away
	l.f1[margin] = 1 << 15
	l.check(t, rng, "one end")
	l = newFarLine(longest-3, false)
	l.f1[margin+l.n-1] = 0
	l.check(t, rng, "the other end")
}
