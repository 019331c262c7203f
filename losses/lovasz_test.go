package losses_test

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/losses"
)

// bruteLovasz is the Lovász extension by its definition: J of every set of the i worst
// pixels computed from that set alone.
func bruteLovasz(errors []float64, truth []bool, weight []float64) float64 {
	order := make([]int, len(errors))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(errors[b], errors[a]) })
	j := func(wrong []int) float64 {
		var inter, union float64
		for i, t := range truth {
			bad := slices.Contains(wrong, i)
			if t && !bad {
				inter += weight[i]
			}
			if t || bad {
				union += weight[i]
			}
		}
		if union == 0 {
			return 0
		}
		return 1 - inter/union
	}
	loss := 0.
	for k, i := range order {
		loss += math.Max(errors[i], 0) * (j(order[:k+1]) - j(order[:k]))
	}
	return loss
}

func TestLovaszIsTheExtensionOfTheJaccardLoss(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 32))
	for range 200 {
		h, w := 1+rng.IntN(4), 1+rng.IntN(5)
		b := randomBatch(rng, false, rng.IntN(2) == 0, 1, h, w)
		if rng.IntN(3) == 0 { // ties
			for i := range b.Logits.Data {
				b.Logits.Data[i] = float32(rng.IntN(5)) - 2
			}
		}
		if rng.IntN(5) == 0 {
			clear(b.Target.Data)
		}
		var errors, weight, sigmas []float64
		var truth []bool
		for i, x := range b.Logits.Data {
			wt := 1.
			if b.Weight != nil {
				wt = float64(b.Weight.Data[i])
				if b.Ignore.Data[i] != 0 {
					wt = 0
				}
			}
			if wt == 0 {
				continue
			}
			y := 2*float64(b.Target.Data[i]) - 1
			errors, weight = append(errors, 1-float64(x)*y), append(weight, wt)
			truth = append(truth, b.Target.Data[i] == 1)
			sigmas = append(sigmas, 1/(1+math.Exp(float64(x)*y)))
		}
		got := losses.LovaszHinge{}.Eval(nil, b, losses.ReduceMean).Value
		if want := bruteLovasz(errors, truth, weight); far(got, want, 1e-9, 1e-9) > 1 {
			t.Fatalf("hinge of %v, truth %v, weights %v: %v, want %v", b.Logits.Data, b.Target.Data, weight, got, want)
		}

		// As two classes, and only the second.
		m := b
		m.Logits = grid.New[float32](1, 2, h, w)
		copy(m.Logits.Data[h*w:], b.Logits.Data)
		got = losses.LovaszSoftmax{Classes: losses.ClassesListed, List: []int{1}}.Eval(nil, m, losses.ReduceMean).Value
		if want := bruteLovasz(sigmas, truth, weight); far(got, want, 1e-6, 1e-9) > 1 {
			t.Fatalf("softmax of %v, truth %v, weights %v: %v, want %v", b.Logits.Data, b.Target.Data, weight, got, want)
		}
	}
}

// The hinge is convex, so whatever is returned at ties must be a subgradient there:
// L(y) ≥ L(x) + g·(y−x) for every y.
func TestLovaszHingeGradientAtTiesIsASubgradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(33, 34))
	for range 100 {
		b := randomBatch(rng, false, false, 2, 3, 3)
		for i := range b.Logits.Data {
			b.Logits.Data[i] = float32(rng.IntN(3)) - 1 // with margins of exactly 0 among them
		}
		for _, l := range []losses.LovaszHinge{{}, {Scope: losses.PerBatch}} {
			at := l.Eval(nil, b, losses.ReduceSum)
			for range 50 {
				moved := b
				moved.Logits = b.Logits.Clone()
				bound := at.Value
				for i := range moved.Logits.Data {
					d := rng.NormFloat64()
					if rng.IntN(2) == 0 {
						d *= 1e-2
					}
					moved.Logits.Data[i] += float32(d)
					bound += float64(at.Grad.Data[i]) * float64(moved.Logits.Data[i]-b.Logits.Data[i])
				}
				if v := l.Eval(nil, moved, losses.ReduceSum).Value; v < bound-1e-6 {
					t.Fatalf("%v at %v, truth %v: %v moved to %v, below the tangent's %v", l, b.Logits.Data, b.Target.Data, at.Value, v, bound)
				}
			}
		}
	}
}
