package losses_test

import (
	"math"
	"testing"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/losses"
)

// Bugs that other implementations were shipped with, one test each.

// finiteEverywhere fails unless every loss has a finite value and gradient for b.
func finiteEverywhere(t *testing.T, what string, b losses.Batch) {
	t.Helper()
	binary, _ := everyLoss(t, fill(b.Logits.Shape, 1), fill(b.Logits.Shape, float32(math.Inf(1))))
	for name, l := range binary {
		if name == "distance" && b.Weight == nil {
			continue
		}
		for r := losses.ReduceMean; r <= losses.ReduceNone; r++ {
			finiteResult(t, name+" of "+what, l.Eval(nil, b, r))
		}
	}
}

func finiteResult(t *testing.T, name string, res *losses.Result) {
	t.Helper()
	if math.IsNaN(res.Value) || math.IsInf(res.Value, 0) {
		t.Errorf("%s: value %v", name, res.Value)
	}
	for _, m := range []*grid.Map{res.Grad, res.Map} {
		if m == nil {
			continue
		}
		for i, v := range m.Data {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				t.Errorf("%s: element %d of shape %v is %v", name, i, m.Shape, v)
				return
			}
		}
	}
}

func square(values ...float32) *grid.Map { return grid.From(values, 1, 2, 2) }

func TestExpDoesNotOverflowAt100(t *testing.T) {
	for _, x := range []float32{100, 1000} {
		b := losses.Batch{Logits: square(x, -x, x, -x), Target: square(1, 1, 0, 0)}
		finiteEverywhere(t, "large logits", b)
		res := losses.CrossEntropy{}.Eval(nil, b, losses.ReduceSum)
		if want := 2 * float64(x); res.Value != want {
			t.Errorf("cross entropy of logits ±%v is %v, want %v", x, res.Value, want)
		}
	}
}

func TestLogOfZero(t *testing.T) {
	b := losses.Batch{Logits: square(-1000, 1000, -1000, 1000), Target: square(1, 0, 0, 1)}
	finiteEverywhere(t, "probabilities 0 and 1", b)
	q := losses.Logits(nil, square(0, 1, 0.5, 1e-30))
	for i, want := range []float64{-16.11809555, 16.11809555, 0, -16.11809555} {
		if math.Abs(float64(q.Data[i])-want) > 1e-5 {
			t.Errorf("logit %d is %v, want %v", i, q.Data[i], want)
		}
	}
}

func TestEmptyTruth(t *testing.T) {
	finiteEverywhere(t, "an empty truth", losses.Batch{Logits: square(1, -2, 3, -4), Target: square(0, 0, 0, 0)})
	finiteEverywhere(t, "a full truth", losses.Batch{Logits: square(1, -2, 3, -4), Target: square(1, 1, 1, 1)})
}

func TestEmptyPrediction(t *testing.T) {
	finiteEverywhere(t, "an empty prediction", losses.Batch{Logits: square(-1000, -1000, -1000, -1000), Target: square(1, 0, 0, 1)})
	b := losses.Batch{Logits: square(-1000, -1000, -1000, -1000), Target: square(0, 0, 0, 0)}
	finiteEverywhere(t, "nothing found where nothing is", b)
	for _, l := range []losses.Loss{losses.Dice{}, losses.Jaccard{}, losses.SquaredDice{}, losses.GeneralizedDice{}} {
		if v := l.Eval(nil, b, losses.ReduceMean).Value; v != 0 {
			t.Errorf("%T of nothing found where nothing is: %v, want 0", l, v)
		}
	}
}

func TestAllPixelsIgnored(t *testing.T) {
	nan := float32(math.NaN())
	b := losses.Batch{
		Logits: square(1, nan, 3, -4), Target: square(0, 1, nan, 1),
		Ignore: grid.From([]uint8{1, 255, 7, 1}, 1, 2, 2),
	}
	binary, _ := everyLoss(t, fill(b.Logits.Shape, nan), fill(b.Logits.Shape, nan))
	for name, l := range binary {
		if name == "distance" {
			continue
		}
		for r := losses.ReduceMean; r <= losses.ReduceNone; r++ {
			res := l.Eval(nil, b, r)
			if res.Value != 0 || largest(res.Grad.Data) != 0 {
				t.Errorf("%s, %v, of nothing: value %v, gradient %v", name, r, res.Value, res.Grad.Data)
			}
		}
	}
}

// Without truth the Jaccard loss is 1 from the first false positive on.
func TestLovaszOnBackgroundOnlyImages(t *testing.T) {
	b := losses.Batch{Logits: square(0.5, -3, 2, -4), Target: square(0, 0, 0, 0)}
	res := losses.LovaszHinge{}.Eval(nil, b, losses.ReduceMean)
	if res.Value != 3 || !grid.Equal(res.Grad, square(0, 0, 1, 0)) {
		t.Errorf("value %v, gradient %v, want the worst pixel's error 3 and 1 there", res.Value, res.Grad.Data)
	}
	b.Logits = square(-2, -3, -2, -4)
	if res := (losses.LovaszHinge{}).Eval(nil, b, losses.ReduceMean); res.Value != 0 || largest(res.Grad.Data) != 0 {
		t.Errorf("all right by a margin: value %v, gradient %v", res.Value, res.Grad.Data)
	}
}

// Masking by zeroing the logits leaves −log ½ for each masked pixel.
func TestMaskedCrossEntropyLeavesNoLog2(t *testing.T) {
	b := losses.Batch{
		Logits: square(20, -20, 20, -20), Target: square(1, 0, 0, 1),
		Ignore: grid.From([]uint8{0, 0, 1, 1}, 1, 2, 2),
	}
	for r := losses.ReduceMean; r <= losses.ReduceNone; r++ {
		if v := (losses.CrossEntropy{}).Eval(nil, b, r).Value; v > 1e-8 {
			t.Errorf("%v: %v is left", r, v)
		}
	}
}

func TestWeightedMeanIsWeighted(t *testing.T) {
	b := losses.Batch{Logits: square(0, 0, 0, 1), Target: square(1, 1, 1, 1), Weight: square(1, 1, 1, 5)}
	one := math.Log1p(math.Exp(-1))
	sum := 3*math.Ln2 + 5*one
	for r, want := range map[losses.Reduction]float64{
		losses.ReduceMean: sum / 4, losses.ReduceMeanByWeight: sum / 8, losses.ReduceSum: sum,
		losses.ReducePerImage: sum / 4, losses.ReducePerImageByWeight: sum / 8, losses.ReduceNone: sum,
	} {
		if v := (losses.CrossEntropy{}).Eval(nil, b, r).Value; math.Abs(v-want) > 1e-9 {
			t.Errorf("%v: %v, want %v", r, v, want)
		}
	}
	even := b
	even.Weight = nil
	if a, b := (losses.Dice{}).Eval(nil, b, losses.ReduceMean).Value, (losses.Dice{}).Eval(nil, even, losses.ReduceMean).Value; a == b {
		t.Error("Dice pays no attention to the weights")
	}
}

// Papers and libraries disagree on which of α and β is which: the fields do not.
func TestFalsePositiveAndFalseNegativeAreNotSwapped(t *testing.T) {
	b := losses.Batch{Logits: square(1000, 1000, 1000, -1000), Target: square(1, 0, 0, 0)} // two false positives
	for _, c := range []struct {
		l    losses.Loss
		want float64
	}{
		{losses.Tversky{FalsePositive: 1}, 1 - 1./3},
		{losses.Tversky{FalseNegative: 1}, 0},
		{losses.FocalTversky{FalsePositive: 1, Gamma: 2}, (1 - 1./3) * (1 - 1./3)},
		{losses.FocalTversky{FalseNegative: 1, Gamma: 2}, 0},
	} {
		if v := c.l.Eval(nil, b, losses.ReduceMean).Value; math.Abs(v-c.want) > 1e-9 {
			t.Errorf("%#v of false positives: %v, want %v", c.l, v, c.want)
		}
	}
	b.Logits, b.Target = square(-1000, 0, 0, 0), square(1, 0, 0, 0)
	if heavy, light := (losses.WeightedCrossEntropy{Positive: 3}).Eval(nil, b, losses.ReduceSum).Value, (losses.CrossEntropy{}).Eval(nil, b, losses.ReduceSum).Value; math.Abs(heavy-light-2000) > 1e-6 {
		t.Errorf("a missed pixel of weight 3 adds %v to one of weight 1, want 2000", heavy-light)
	}
}

// Half precision ends at 65,504, and float32 sums stall at 2^24.
func TestSumsAreNotInLowPrecision(t *testing.T) {
	const n = 1 << 25
	b := losses.Batch{Logits: grid.New[float32](1, 1, n), Target: grid.New[float32](1, 1, n)}
	for i := range b.Logits.Data {
		b.Logits.Data[i] = -4
	}
	b.Target.Data[0], b.Logits.Data[0] = 1, 4
	e := math.Exp(-4)
	q := e / (1 + e)
	var res losses.Result
	for _, c := range []struct {
		l    losses.Loss
		want float64
	}{
		{losses.CrossEntropy{}, n * math.Log1p(e)},
		{losses.Dice{}, 1 - 2*(1-q)/(1+(1-q)+(n-1)*q)},
	} {
		if v := c.l.Eval(&res, b, losses.ReduceSum).Value; math.Abs(v-c.want) > 1e-9*c.want {
			t.Errorf("%T of %d pixels: %v, want %v", c.l, n, v, c.want)
		}
	}
}
