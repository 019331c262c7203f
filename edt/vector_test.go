//go:build amd64 && !purego

package edt

import (
	"math"
	"math/rand/v2"
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

// So do stretches of more planes than the byte that counts them can, with few sites or none.
func TestStretchesBeyondAByte(t *testing.T) {
	if !haveAVX2 {
		t.Skip("this processor has no AVX2: there is nothing to compare")
	}
	defer func() { haveAVX2 = true }()
	defer SetStretch(1<<18, fewestPlanes)()
	rng := rand.New(rand.NewPCG(2, 2))
	for sites := range 60 {
		mask := grid.New[uint8](1200+rng.IntN(300), 64+rng.IntN(20))
		for range sites {
			mask.Data[rng.IntN(len(mask.Data))] = 1
		}
		haveAVX2 = true
		vector := Outside(nil, mask, Options{})
		haveAVX2 = false
		if plain := Outside(nil, mask, Options{}); !grid.Equal(vector, plain) {
			t.Fatalf("%d sites in %v: vectors and plain Go differ", sites, mask.Shape)
		}
	}
}
