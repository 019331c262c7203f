package edt

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

func farLines(n int) map[string][]int32 {
	m := map[string][]int32{}
	for _, k := range []string{"zero", "diagonal", "hole", "full", "random", "ring"} {
		f := make([]int32, n+2*margin)
		for i := range f {
			f[i] = 1 << 30
		}
		m[k] = f
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for x := range n {
		m["zero"][margin+x] = 0
		d := int32(x - n/2)
		m["diagonal"][margin+x] = d * d
		m["random"][margin+x] = rng.Int32N(100) * rng.Int32N(100)
		y := 300.0
		if h := 500*500 - float64(d)*float64(d); h >= 0 {
			for i := 0.0; i < 1024; i++ {
				if i*i <= h {
					e := i - y
					m["ring"][margin+x] = int32(e * e)
				}
			}
		}
	}
	m["hole"][margin+n/3] = 400
	return m
}

func BenchmarkFar(b *testing.B) {
	n := 1024
	o := make([]int32, n+2*margin)
	var l line[int32]
	l.reserve(nearest, n, n, false)
	l.frame(nearest, n)
	for k, f := range farLines(n) {
		b.Run(k, func(b *testing.B) {
			for range b.N {
				lowest(o, f, margin, margin+n, margin-1, margin+n)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/px")
		})
		want := make([]int32, n+2*margin)
		l.w = 1
		copy(l.f1, f)
		b.Run(k+"/envelope", func(b *testing.B) {
			for range b.N {
				l.build(f, margin-1, margin+n+1, margin, margin+n)
				l.values(want, f, margin, margin+n)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/px")
		})
		for x := margin; x < margin+n; x++ {
			if o[x] != want[x] {
				b.Fatal(fmt.Sprint(k, x, o[x], want[x]))
			}
		}
	}
}
