package losses_test

import (
	"math/rand/v2"
	"testing"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/losses"
)

// randomBatch has soft or hard truths and, if set, weights with zeros and ignored pixels.
func randomBatch(rng *rand.Rand, soft, set bool, shape ...int) losses.Batch {
	b := losses.Batch{Logits: grid.New[float32](shape...), Target: grid.New[float32](shape...)}
	if set {
		b.Weight, b.Ignore = grid.New[float32](shape...), grid.New[uint8](shape...)
	}
	for i := range b.Logits.Data {
		b.Logits.Data[i] = float32(3 * rng.NormFloat64())
		b.Target.Data[i] = float32(rng.IntN(2))
		if soft {
			b.Target.Data[i] = rng.Float32()
		}
		if set {
			b.Weight.Data[i] = 5 * rng.Float32()
			if rng.IntN(6) == 0 {
				b.Weight.Data[i] = 0
			}
			if rng.IntN(6) == 0 {
				b.Ignore.Data[i] = 255
			}
		}
	}
	return b
}

// same fails unless f·a = b, value, gradient and all, for every reduction.
func same(t *testing.T, name string, a, b losses.Loss, f float64, x, y losses.Batch) {
	t.Helper()
	for r := losses.ReduceMean; r <= losses.ReduceNone; r++ {
		p, q := a.Eval(nil, x, r), b.Eval(nil, y, r)
		if far(f*p.Value, q.Value, 0, 1e-9) > 1 {
			t.Errorf("%s, %v: values %v and %v", name, r, f*p.Value, q.Value)
		}
		scale := 1e-3 * largest(p.Grad.Data)
		for i := range p.Grad.Data {
			if far(f*float64(p.Grad.Data[i]), float64(q.Grad.Data[i]), scale, 5e-7) > 1 {
				t.Errorf("%s, %v: gradients %d are %v and %v", name, r, i, f*float64(p.Grad.Data[i]), q.Grad.Data[i])
				break
			}
		}
		if r == losses.ReduceNone {
			for i := range p.Map.Data {
				if far(f*float64(p.Map.Data[i]), float64(q.Map.Data[i]), 0, 5e-7) > 1 {
					t.Errorf("%s: maps at %d are %v and %v", name, i, f*float64(p.Map.Data[i]), q.Map.Data[i])
					break
				}
			}
		}
	}
}

func TestIdentities(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 22))
	for _, soft := range []bool{false, true} {
		for _, set := range []bool{false, true} {
			b := randomBatch(rng, soft, set, 3, 17, 19)
			for _, c := range []struct {
				name string
				a, b losses.Loss
				f    float64
			}{
				{"focal with γ = 0 is balanced cross entropy", losses.Focal{Positive: 0.3}, losses.BalancedCrossEntropy{Positive: 0.3}, 1},
				{"balanced cross entropy with β = ½ is half the cross entropy", losses.CrossEntropy{}, losses.BalancedCrossEntropy{Positive: 0.5}, 0.5},
				{"weighted cross entropy with β = 1 is cross entropy", losses.WeightedCrossEntropy{Positive: 1}, losses.CrossEntropy{}, 1},
				{"weighted with β/(1−β), times 1−β, is balanced", losses.WeightedCrossEntropy{Positive: 0.8 / 0.2}, losses.BalancedCrossEntropy{Positive: 0.8}, 0.2},
				{"Tversky of ½, ½ and s is Dice with 2s", losses.Tversky{FalsePositive: 0.5, FalseNegative: 0.5, Smooth: 1}, losses.Dice{Smooth: 2}, 1},
				{"so it is for each pixel", losses.Tversky{FalsePositive: 0.5, FalseNegative: 0.5, Smooth: 0.5, Scope: losses.PerPixel}, losses.Dice{Smooth: 1, Scope: losses.PerPixel}, 1},
				{"and for the batch", losses.Tversky{FalsePositive: 0.5, FalseNegative: 0.5, Scope: losses.PerBatch}, losses.Dice{Scope: losses.PerBatch}, 1},
				{"Tversky of 1, 1 is Jaccard", losses.Tversky{FalsePositive: 1, FalseNegative: 1, Smooth: 3}, losses.Jaccard{Smooth: 3}, 1},
				{"focal Tversky with γ = 1 is Tversky", losses.FocalTversky{FalsePositive: 0.3, FalseNegative: 0.7, Gamma: 1, Smooth: 1}, losses.DefaultTversky(), 1},
				{"one object far from its edge is balanced cross entropy", losses.OneObject{Positive: 0.3, Depth: fill(b.Logits.Shape, 100)}, losses.BalancedCrossEntropy{Positive: 0.3}, 1},
				{"penalty 0 is cross entropy", losses.DistancePenalized{Phi: fill(b.Logits.Shape, 0)}, losses.CrossEntropy{}, 1},
				{"a sum of one is that one", losses.Sum{{Weight: 2, Loss: losses.Dice{}}}, losses.Sum{{Weight: 1, Loss: losses.Dice{}}, {Weight: 1, Loss: losses.Dice{}}}, 1},
			} {
				same(t, c.name, c.a, c.b, c.f, b, b)
			}
			ones := b
			ones.Weight = fill(b.Logits.Shape, 1)
			none := b
			none.Weight = nil
			same(t, "the product with w = 1 is cross entropy", losses.DistanceWeighted{}, losses.CrossEntropy{}, 1, ones, none)

			// The other label's logits and truth: 1−p and −x.
			other := b
			other.Logits, other.Target = b.Logits.Clone(), b.Target.Clone()
			for i := range other.Logits.Data {
				other.Logits.Data[i] *= -1
				other.Target.Data[i] = 1 - other.Target.Data[i]
			}
			for name, l := range map[string]losses.Loss{
				"generalised Dice": losses.GeneralizedDice{}, "generalised Dice of the batch": losses.GeneralizedDice{Scope: losses.PerBatch}, "cross entropy": losses.CrossEntropy{},
			} {
				for r := losses.ReduceMean; r <= losses.ReduceNone; r++ {
					p, q := l.Eval(nil, b, r), l.Eval(nil, other, r)
					if far(p.Value, q.Value, 0, 1e-6) > 1 {
						t.Errorf("%s of the exchanged labels, %v: %v, not %v", name, r, q.Value, p.Value)
					}
					scale := 1e-3 * largest(p.Grad.Data)
					for i := range p.Grad.Data {
						if far(float64(p.Grad.Data[i]), -float64(q.Grad.Data[i]), scale, 2e-6) > 1 {
							t.Errorf("%s of the exchanged labels, %v: gradient %d is %v, not %v", name, r, i, q.Grad.Data[i], -p.Grad.Data[i])
							break
						}
					}
				}
			}
		}
	}
}

func fill(shape []int, v float32) *grid.Map {
	m := grid.New[float32](shape...)
	for i := range m.Data {
		m.Data[i] = v
	}
	return m
}

// Two classes of which the second has the logit x and the first 0 are the binary problem.
func TestTwoClassesAreTheBinaryProblem(t *testing.T) {
	rng := rand.New(rand.NewPCG(23, 24))
	for _, set := range []bool{false, true} {
		b := randomBatch(rng, false, set, 2, 15, 20)
		m := b
		m.Logits = grid.New[float32](2, 2, 15, 20)
		for n := range 2 {
			copy(m.Logits.Sub(n).Sub(1).Data, b.Logits.Sub(n).Data)
		}
		for _, c := range []struct {
			binary, classes losses.Loss
		}{
			{losses.CrossEntropy{}, losses.SoftmaxCrossEntropy{}},
			{losses.Sum{{Weight: 2, Loss: losses.Focal{Positive: 0.5, Gamma: 1.5}}}, losses.SoftmaxFocal{Gamma: 1.5}},
			{losses.Dice{Smooth: 1}, losses.SoftmaxOverlap{Of: losses.Dice{Smooth: 1}, ExcludeBackground: true}},
			{losses.Jaccard{Scope: losses.PerBatch}, losses.SoftmaxOverlap{Of: losses.Jaccard{Scope: losses.PerBatch}, ExcludeBackground: true}},
			{losses.SquaredDice{}, losses.SoftmaxOverlap{Of: losses.SquaredDice{}, ClassWeight: []float64{0, 1}}},
			{losses.GeneralizedDice{}, losses.SoftmaxGeneralizedDice{}},
		} {
			for r := losses.ReduceMean; r <= losses.ReduceNone; r++ {
				p, q := c.binary.Eval(nil, b, r), c.classes.Eval(nil, m, r)
				if far(q.Value, p.Value, 0, 1e-9) > 1 {
					t.Errorf("%T, %v: %v as two classes, %v as one", c.binary, r, q.Value, p.Value)
				}
				scale := 1e-3 * largest(p.Grad.Data)
				for n := range 2 {
					classes := q.Grad.Sub(n).Sub(1).Data
					for i, want := range p.Grad.Sub(n).Data {
						if got := classes[i]; far(float64(got), float64(want), scale, 1e-6) > 1 {
							t.Fatalf("%T, %v: gradient %v as two classes, %v as one", c.binary, r, got, want)
						}
					}
				}
			}
		}
	}
}

// Renumbering the classes changes nothing; above all not the generalised Dice.
func TestRelabelledClasses(t *testing.T) {
	rng := rand.New(rand.NewPCG(25, 26))
	order := []int{2, 0, 3, 1}
	a := losses.Batch{Logits: grid.New[float32](2, 4, 9, 9), Target: grid.New[float32](2, 9, 9)}
	b := losses.Batch{Logits: grid.New[float32](2, 4, 9, 9), Target: grid.New[float32](2, 9, 9)}
	for n := range 2 {
		for c := range 4 {
			for i := range a.Logits.Sub(n).Sub(c).Data {
				x := float32(2 * rng.NormFloat64())
				a.Logits.Sub(n).Sub(c).Data[i] = x
				b.Logits.Sub(n).Sub(order[c]).Data[i] = x
			}
		}
	}
	for i := range a.Target.Data {
		c := rng.IntN(3) // class 3 is absent
		a.Target.Data[i], b.Target.Data[i] = float32(c), float32(order[c])
	}
	for _, l := range []losses.Loss{
		losses.SoftmaxGeneralizedDice{}, losses.SoftmaxGeneralizedDice{Scope: losses.PerBatch}, losses.SoftmaxCrossEntropy{},
		losses.SoftmaxOverlap{Of: losses.DefaultFocalTversky()}, losses.LovaszSoftmax{}, losses.LovaszSoftmax{Classes: losses.ClassesAll},
	} {
		p, q := l.Eval(nil, a, losses.ReduceMean), l.Eval(nil, b, losses.ReduceMean)
		if far(q.Value, p.Value, 0, 1e-12) > 1 {
			t.Errorf("%#v: %v relabelled, %v before", l, q.Value, p.Value)
		}
		for n := range 2 {
			for c := range 4 {
				for i, want := range p.Grad.Sub(n).Sub(c).Data {
					if got := q.Grad.Sub(n).Sub(order[c]).Data[i]; far(float64(got), float64(want), 0.01*largest(p.Grad.Data), 1e-6) > 1 {
						t.Fatalf("%#v: gradient %v relabelled, %v before", l, got, want)
					}
				}
			}
		}
	}
}
