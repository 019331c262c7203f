//go:build amd64 && !purego

package edt

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/weightmap/weightmap/grid"
)

// Vector code and plain Go agree in every bit, which of two equally near objects is
// named included, on rows long and short, dense and sparse; so do scans of all planes at
// once and of a few at a time.
func TestVectorsAndPlainGoAgree(t *testing.T) {
	if !haveAVX2 {
		t.Skip("this processor has no AVX2: there is nothing to compare")
	}
	defer func() { haveAVX2 = true }()
	defer SetStretch(cacheBytes, fewestPlanes)()
	rng := rand.New(rand.NewPCG(1, 1))
	for range 400 {
		shape := []int{1 + rng.IntN(60), 1 + rng.IntN(300)}
		switch one := rng.IntN(80); {
		case one == 0: // of 64 bits
			shape = []int{1 + rng.IntN(3), 33_000 + rng.IntN(9_000)}
		case one == 1:
			shape = []int{33_000 + rng.IntN(9_000), 1 + rng.IntN(3)}
		case one < 8: // long
			shape = []int{1 + rng.IntN(6), 1000 + rng.IntN(19_000)}
		case one < 18: // gone through as its transpose
			shape = []int{1 + rng.IntN(300), 1 + rng.IntN(fewColumns+3)}
		case one < 38:
			shape = []int{1 + rng.IntN(6), 1 + rng.IntN(20), 1 + rng.IntN(120)}
		}
		labels, mask := grid.New[int32](shape...), grid.New[uint8](shape...)
		density := []float64{0.0005, 0.01, 0.2, 0.9}[rng.IntN(4)]
		for i := range labels.Data {
			if rng.Float64() < density {
				labels.Data[i] = 1 + rng.Int32N(5)
			} else if i > 0 && rng.IntN(3) == 0 {
				labels.Data[i] = labels.Data[i-1]
			}
			if labels.Data[i] != 0 {
				mask.Data[i] = 1
			}
		}
		o := Options{BorderIsBackground: rng.IntN(2) == 0, Workers: 1 + rng.IntN(3)}
		near := Options{Radius: 1 + 90*rng.Float64(), Gaps: rng.IntN(2) == 0, Squared: rng.IntN(2) == 0}
		spaced := o
		for range shape {
			spaced.Spacing = append(spaced.Spacing, math.Exp(3*rng.Float64()))
		}
		all := func() (maps []*grid.Map, ids []*grid.Labels) {
			maps = append(maps, Transform(nil, mask, o), Outside(nil, mask, o), MultiLabel(nil, labels, o), Transform(nil, mask, spaced))
			ids = append(ids, Features(nil, mask, o), NearestLabel(nil, labels, o))
			for _, o := range []Options{o, near} {
				two := TwoNearest(nil, labels, o)
				maps, ids = append(maps, two.D1, two.D2), append(ids, two.ID1, two.ID2)
			}
			return maps, ids
		}
		haveAVX2, cacheBytes, fewestPlanes = true, 1<<20, 8
		vectorMaps, vectorIDs := all()
		haveAVX2, cacheBytes, fewestPlanes = false, 1, 1+rng.IntN(9)
		plainMaps, plainIDs := all()
		for i := range plainMaps {
			if !grid.Equal(vectorMaps[i], plainMaps[i]) {
				t.Fatalf("map %d of %v with %+v, %+v differs", i, shape, o, near)
			}
		}
		for i := range plainIDs {
			if !grid.Equal(vectorIDs[i], plainIDs[i]) {
				t.Fatalf("ids %d of %v with %+v, %+v differ", i, shape, o, near)
			}
		}
	}
}

// What a plane is told of those above or below it is the same, too: with few sites and many, some
// in the last columns only, and over more planes than a byte counts.
func TestLooksAgree(t *testing.T) {
	if !haveAVX2 {
		t.Skip("this processor has no AVX2: there is nothing to compare")
	}
	defer func() { haveAVX2 = true }()
	rng := rand.New(rand.NewPCG(2, 2))
	for round := range 600 {
		n, size := 1+rng.IntN(40), 64+rng.IntN(70)
		if round%4 == 0 {
			n = 256 + rng.IntN(700)
		}
		var s sweep[int32]
		s.kind = []kind{nearest, two}[round%2]
		s.shape, s.far = []int{n, size}, int32(max(n, size)+2)
		s.o.BorderIsBackground, s.zeros = rng.IntN(2) == 0, rng.IntN(2) == 0
		s.mask, s.labels = make([]uint8, n*size), make([]int32, n*size)
		dense, edge := []float64{0, 0.002, 0.05, 0.5}[rng.IntN(4)], []float64{0, 0.5}[rng.IntN(2)]
		for i := range s.mask {
			isSite := rng.Float64() < dense || i%size >= size-8 && rng.Float64() < edge
			if isSite {
				s.labels[i] = 1 + rng.Int32N(3)
			}
			if isSite != s.zeros {
				s.mask[i] = 1
			}
		}
		near, away := 0, 1
		if rng.IntN(2) == 0 {
			near, away = n-1, -1
		}
		planes := n - rng.IntN(min(n, 3))
		look := func(vectors bool) (r record[int32]) {
			haveAVX2 = vectors
			l := new(line[int32])
			l.part.reserve(s.kind, size)
			l.back.reserve(s.kind, size)
			r.reserve(s.kind, size)
			s.look(l, r, near, away, planes, planes == n)
			for j := range size { // how far away nothing is does not matter
				if r.f1[j] >= s.far {
					r.f1[j] = s.far
				}
				if s.kind == two && r.f2[j] >= s.far {
					r.f2[j] = s.far
				}
			}
			return r
		}
		if a, b := look(true), look(false); !reflect.DeepEqual(a, b) {
			t.Fatalf("round %d, %d of %d×%d: %v with vectors, %v without", round, planes, n, size, a, b)
		}
	}
}
