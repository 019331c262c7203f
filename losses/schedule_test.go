package losses_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/weightmap/weightmap/edt"
	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/losses"
)

func TestAlphaSchedule(t *testing.T) {
	s := losses.DefaultAlphaSchedule()
	for epoch, want := range map[int]float64{0: 0.01, 1: 0.02, 50: 0.51, 98: 0.99, 99: 0.99, 1000: 0.99} {
		if got := s.At(epoch); math.Abs(got-want) > 1e-12 {
			t.Errorf("epoch %d: α is %v, want %v", epoch, got, want)
		}
	}
	b := randomBatch(rand.New(rand.NewPCG(1, 9)), false, false, 1, 8, 9)
	dice, boundary := losses.Dice{}.Eval(nil, b, losses.ReduceMean).Value, losses.Boundary{}.Eval(nil, b, losses.ReduceMean).Value
	if got, want := s.Rebalance(49, losses.Dice{}, losses.Boundary{}).Eval(nil, b, losses.ReduceMean).Value, 0.5*dice+0.5*boundary; math.Abs(got-want) > 1e-9 {
		t.Errorf("rebalanced %v, want %v", got, want)
	}
	if got, want := s.Increase(49, losses.Dice{}, losses.Boundary{}).Eval(nil, b, losses.ReduceMean).Value, dice+0.5*boundary; math.Abs(got-want) > 1e-9 {
		t.Errorf("increased %v, want %v", got, want)
	}
}

// LevelSet and Penalty with a spacing, against every pair of pixels.
func TestLevelSetAndPenaltyByHand(t *testing.T) {
	rng := rand.New(rand.NewPCG(51, 52))
	for range 100 {
		h, w := 1+rng.IntN(6), 1+rng.IntN(6)
		mask := grid.New[uint8](h, w)
		for i := range mask.Data {
			mask.Data[i] = uint8(rng.IntN(2))
		}
		o := edt.Options{Spacing: []float64{0.5 + rng.Float64(), 0.5 + rng.Float64()}}
		step := min(o.Spacing[0], o.Spacing[1])
		far := func(i int) float64 { // to the other side
			d := math.Inf(1)
			for j := range mask.Data {
				if mask.Data[i] != mask.Data[j] {
					d = min(d, math.Hypot(float64(i/w-j/w)*o.Spacing[0], float64(i%w-j%w)*o.Spacing[1]))
				}
			}
			return d
		}
		most := [2]float64{}
		for i, m := range mask.Data {
			most[m] = max(most[m], far(i))
		}
		phi, penalty := losses.LevelSet(nil, mask, o), losses.Penalty(nil, mask, o)
		for i, m := range mask.Data {
			d := far(i)
			want, wantPenalty := d, 1-d/most[m]
			if m != 0 {
				want = step - d
			}
			if math.IsInf(d, 1) {
				want, wantPenalty = 0, 0
			}
			if math.Abs(float64(phi.Data[i])-want) > 1e-6 || math.Abs(float64(penalty.Data[i])-wantPenalty) > 1e-6 {
				t.Fatalf("mask %v of %d×%d, spacing %v: φ %v and Φ %v at %d, want %v and %v", mask.Data, h, w, o.Spacing, phi.Data[i], penalty.Data[i], i, want, wantPenalty)
			}
		}
	}
}
