package losses

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestSortIsStableAndDescending(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var s sorter
	for trial := range 300 {
		keys := make([]float32, rng.IntN(3000))
		for i := range keys {
			switch trial % 4 {
			case 0:
				keys[i] = float32(rng.NormFloat64())
			case 1:
				keys[i] = float32(rng.IntN(5)) - 2
			case 2:
				keys[i] = math.Float32frombits(rng.Uint32()&^(0xff<<23) | uint32(rng.IntN(255))<<23) // any finite number
			case 3:
				keys[i] = 1
			}
		}
		items := s.start(len(keys))
		want := make([]int, len(keys))
		for i, k := range keys {
			items = append(items, newItem(k, i))
			want[i] = i
		}
		slices.SortStableFunc(want, func(a, b int) int {
			// −0 comes after 0 here; nobody sorts both.
			if c := cmp.Compare(keys[b], keys[a]); c != 0 {
				return c
			}
			return cmp.Compare(math.Float32bits(keys[a])>>31, math.Float32bits(keys[b])>>31)
		})
		for i, it := range s.sort(items) {
			if it.index() != want[i] || math.Float32bits(it.key()) != math.Float32bits(keys[want[i]]) {
				t.Fatalf("place %d of %d: %v at %d, want %v at %d", i, len(keys), it.key(), it.index(), keys[want[i]], want[i])
			}
		}
	}
}

func TestRefineSortsWhatRoundingMadeEqual(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	var s sorter
	errors := make([]float64, 5000)
	for i := range errors {
		errors[i] = 0.5 + float64(rng.IntN(2000))*1e-10
	}
	items := s.start(len(errors))
	for i, e := range errors {
		items = append(items, newItem(float32(e), i))
	}
	items = s.sort(items)
	s.refine(items, func(i int) float64 { return errors[i] })
	for k := 1; k < len(items); k++ {
		a, b := items[k-1].index(), items[k].index()
		if errors[a] < errors[b] || errors[a] == errors[b] && a > b {
			t.Fatalf("%v of %d stands before %v of %d", errors[a], a, errors[b], b)
		}
	}
}
