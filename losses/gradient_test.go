package losses_test

import (
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/diff/fd"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/losses"
)

// fivePoint is the central difference with an error of h⁴/30 times the fifth derivative.
func fivePoint(step float64) *fd.Settings {
	return &fd.Settings{Formula: fd.Formula{
		Stencil:    []fd.Point{{Loc: -2, Coeff: 1. / 12}, {Loc: -1, Coeff: -2. / 3}, {Loc: 1, Coeff: 2. / 3}, {Loc: 2, Coeff: -1. / 12}},
		Derivative: 1,
		Step:       step,
	}}
}

// everyLoss are the binary and the multi-class losses in all their variants.
func everyLoss(t testing.TB, d1, d2 *grid.Map) (binary, multiclass map[string]losses.Loss) {
	t.Helper()
	binary, multiclass = map[string]losses.Loss{}, map[string]losses.Loss{}
	for _, s := range losses.Specs() {
		names := []string{s.Name}
		for _, p := range s.Params {
			for _, choice := range p.Choices {
				if choice != p.Default {
					names = append(names, s.Name+":"+p.Name+"="+choice)
				}
			}
		}
		if s.Name == "focal" || s.Name == "softmax-focal" {
			names = append(names, s.Name+":gamma=0", s.Name+":gamma=0.5", s.Name+":gamma=1", s.Name+":gamma=2.5")
		}
		for _, name := range names {
			n, err := losses.Parse(name)
			if err != nil {
				t.Fatal(err)
			}
			if n.Multiclass {
				multiclass[name] = n.Loss
			} else {
				binary[name] = n.Loss
			}
		}
	}
	for _, name := range []string{"ce+dice", "0.3*focal+2*lovasz+tversky:over=batch"} {
		n, err := losses.Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		binary[name] = n.Loss
	}
	if d1 != nil {
		binary["distance-sum"] = losses.DefaultDistanceSum(d1, d2)
	}
	multiclass["softmax-ce weights"] = losses.SoftmaxCrossEntropy{ClassWeight: []float64{0.5, 1, 2}}
	multiclass["softmax-squared-dice"] = losses.SoftmaxOverlap{Of: losses.SquaredDice{}}
	multiclass["softmax-focal-tversky"] = losses.SoftmaxOverlap{Of: losses.DefaultFocalTversky()}
	multiclass["softmax-log-cosh-dice"] = losses.SoftmaxOverlap{Of: losses.LogCoshDice{Smooth: 1}, ClassWeight: []float64{1, 0, 3}}
	multiclass["softmax-lovasz listed"] = losses.LovaszSoftmax{Classes: losses.ClassesListed, List: []int{2}}
	return binary, multiclass
}

func TestGradientsAgainstCentralDifferences(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	shape := []int{2, 3, 4}
	// Distinct magnitudes an eighth apart and half an eighth from 0 and from the margin
	// at 1: no difference quotient crosses a kink of the Lovász hinge, nor the cut of the
	// Hausdorff loss at ½. All of them and all steps are exact in float32.
	x := grid.New[float32](shape...)
	for i, k := range rng.Perm(len(x.Data)) {
		x.Data[i] = float32(k)*0.125 + 0.0625
		if rng.IntN(2) == 0 {
			x.Data[i] = -x.Data[i]
		}
	}
	hard, soft, d1, d2 := grid.New[float32](shape...), grid.New[float32](shape...), grid.New[float32](shape...), grid.New[float32](shape...)
	weight, ignore := grid.New[float32](shape...), grid.New[uint8](shape...)
	for i := range x.Data {
		hard.Data[i] = float32(rng.IntN(2))
		soft.Data[i] = rng.Float32()
		weight.Data[i] = 0.25 + 3*rng.Float32()
		d1.Data[i], d2.Data[i] = 3*rng.Float32(), 3+3*rng.Float32()
		if rng.IntN(5) == 0 {
			ignore.Data[i] = 1
		}
	}
	binary, multiclass := everyLoss(t, d1, d2)
	batches := map[string]losses.Batch{
		"hard":    {Logits: x, Target: hard},
		"soft":    {Logits: x, Target: soft},
		"all set": {Logits: x, Target: soft, Weight: weight, Ignore: ignore},
	}
	for bname, b := range batches {
		for name, l := range binary {
			checkGradient(t, name+" of "+bname, l, b, 1./64)
		}
	}

	cshape := []int{2, 3, 3, 4}
	logits, target := grid.New[float32](cshape...), grid.New[float32](cshape...)
	for i := range logits.Data {
		logits.Data[i] = float32(rng.IntN(2048)-1024) / 256
	}
	ids := grid.New[float32](shape...)
	for i := range ids.Data {
		ids.Data[i] = float32(rng.IntN(3))
		p := [3]float32{rng.Float32(), rng.Float32(), rng.Float32()}
		for c, v := range p {
			target.Data[(i/12*3+c)*12+i%12] = v / (p[0] + p[1] + p[2])
		}
	}
	batches = map[string]losses.Batch{
		"class numbers":         {Logits: logits, Target: ids},
		"class probabilities":   {Logits: logits, Target: target},
		"class numbers all set": {Logits: logits, Target: ids, Weight: weight, Ignore: ignore},
		"probabilities all set": {Logits: logits, Target: target, Weight: weight, Ignore: ignore},
	}
	for bname, b := range batches {
		for name, l := range multiclass {
			// The small step keeps the order of the errors that Lovász sorts.
			checkGradient(t, name+" of "+bname, l, b, 1./8192)
		}
	}
}

func checkGradient(t *testing.T, name string, l losses.Loss, b losses.Batch, step float64) {
	t.Helper()
	if _, ok := l.(losses.DistanceWeighted); ok && b.Weight == nil {
		return
	}
	var res, at losses.Result
	moved := b
	moved.Logits = b.Logits.Clone()
	x := make([]float64, len(b.Logits.Data))
	for i, v := range b.Logits.Data {
		x[i] = float64(v)
	}
	for r := losses.ReduceMean; r <= losses.ReduceNone; r++ {
		l.Eval(&res, b, r)
		want := fd.Gradient(nil, func(x []float64) float64 {
			for i, v := range x {
				moved.Logits.Data[i] = float32(v)
			}
			return l.Eval(&at, moved, r).Value
		}, x, fivePoint(step))
		scale := largest(want)
		for i, w := range want {
			if d := far(float64(res.Grad.Data[i]), w, scale, 1e-6); d > 1 {
				t.Errorf("%s, %v: gradient %d is %v, difference quotient %v: %.3g times the tolerance", name, r, i, res.Grad.Data[i], w, d)
				break
			}
		}
	}
}
