package losses_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/losses"
)

func TestShapesThatDifferPanicWithBoth(t *testing.T) {
	m := func(shape ...int) *grid.Map { return grid.New[float32](shape...) }
	x, c := m(2, 3, 4), m(2, 3, 4, 5)
	for _, test := range []struct {
		l      losses.Loss
		b      losses.Batch
		shapes []string
	}{
		{losses.CrossEntropy{}, losses.Batch{Logits: x, Target: m(2, 4, 3)}, []string{"target", "[2 3 4]", "[2 4 3]"}},
		{losses.Dice{}, losses.Batch{Logits: x, Target: x, Weight: m(3, 4)}, []string{"weight", "[2 3 4]", "[3 4]"}},
		{losses.LovaszHinge{}, losses.Batch{Logits: x, Target: x, Ignore: grid.New[uint8](2, 3)}, []string{"ignore", "[2 3 4]", "[2 3]"}},
		{losses.Boundary{Phi: m(1, 3, 4)}, losses.Batch{Logits: x, Target: x}, []string{"Phi", "[2 3 4]", "[1 3 4]"}},
		{losses.DefaultDistanceSum(x, m(1)), losses.Batch{Logits: x, Target: x}, []string{"D2", "[2 3 4]", "[1]"}},
		{losses.CrossEntropy{}, losses.Batch{Logits: m(3, 4), Target: m(3, 4)}, []string{"[3 4]", "3 to 5 axes"}},
		{losses.SoftmaxCrossEntropy{}, losses.Batch{Logits: x, Target: x}, []string{"[2 3 4]", "4 to 5 axes"}},
		{losses.SoftmaxCrossEntropy{}, losses.Batch{Logits: c, Target: m(2, 4)}, []string{"target", "[2 4]", "[2 4 5]", "[2 3 4 5]"}},
		{losses.LovaszSoftmax{}, losses.Batch{Logits: c, Target: c, Weight: c}, []string{"weight", "[2 4 5]", "[2 3 4 5]"}},
		{losses.SoftmaxFocal{ClassWeight: []float64{1, 2}}, losses.Batch{Logits: c, Target: c}, []string{"2 class weights", "[2 3 4 5]"}},
		{losses.SoftmaxCrossEntropy{}, losses.Batch{Logits: c, Target: fill([]int{2, 4, 5}, 3)}, []string{"target 3", "[2 3 4 5]"}},
		{losses.SoftmaxOverlap{Of: losses.Dice{}}, losses.Batch{Logits: c, Target: fill([]int{2, 4, 5}, 0.5)}, []string{"target 0.5"}},
		{losses.DistanceWeighted{}, losses.Batch{Logits: x, Target: x}, []string{"without weights"}},
		{losses.CrossEntropy{}, losses.Batch{Logits: x}, []string{"without target"}},
		{losses.CrossEntropy{}, losses.Batch{}, []string{"without logits"}},
		{losses.BalancedCrossEntropy{Positive: 2}, losses.Batch{Logits: x, Target: x}, []string{"Positive", "2"}},
		{losses.Focal{Positive: 0.5, Gamma: -1}, losses.Batch{Logits: x, Target: x}, []string{"Gamma", "-1"}},
		{losses.Dice{Scope: 7}, losses.Batch{Logits: x, Target: x}, []string{"Scope(7)"}},
		{losses.Sum{}, losses.Batch{Logits: x, Target: x}, []string{"without terms"}},
	} {
		func() {
			defer func() {
				r := fmt.Sprint(recover())
				for _, s := range test.shapes {
					if !strings.Contains(r, s) {
						t.Errorf("%T: panic %q does not say %s", test.l, r, s)
					}
				}
			}()
			test.l.Eval(nil, test.b, losses.ReduceMean)
		}()
	}
	func() {
		defer func() {
			if r := fmt.Sprint(recover()); !strings.Contains(r, "[2 3 4]") || !strings.Contains(r, "[1 3 4]") {
				t.Errorf("panic %q does not name both shapes of the destination", r)
			}
		}()
		losses.CrossEntropy{}.Eval(&losses.Result{Grad: m(1, 3, 4)}, losses.Batch{Logits: x, Target: x}, losses.ReduceMean)
	}()
}

// measures says whether a loss looks at where pixels are, and not only at what they hold.
func measures(name string) bool {
	for _, s := range []string{"boundary", "hausdorff", "penalized", "one-object"} {
		if strings.HasPrefix(name, s) {
			return true
		}
	}
	return false
}

// A few pixels scattered over a large image of which all else is ignored are the same as
// the few alone: kernels work in blocks, and nothing of an ignored pixel gets in.
func TestScatteredPixelsAreTheSameAsTheFew(t *testing.T) {
	rng := rand.New(rand.NewPCG(41, 42))
	nan := float32(math.NaN())
	const few, h, w = 41, 29, 37
	for _, byWeight := range []bool{false, true} {
		small := randomBatch(rng, true, false, 3, 1, few)
		small.Weight = grid.New[float32](3, 1, few)
		large := losses.Batch{
			Logits: fill([]int{3, h, w}, nan), Target: fill([]int{3, h, w}, nan), Weight: fill([]int{3, h, w}, nan), Ignore: grid.New[uint8](3, h, w),
		}
		if byWeight {
			large.Ignore = nil
		} else {
			for i := range large.Ignore.Data {
				large.Ignore.Data[i] = 9
			}
		}
		place := make([][]int, 3)
		d, far2 := grid.New[float32](3, 1, few), fill([]int{3, h, w}, nan)
		for n := range 3 {
			place[n] = rng.Perm(h * w)[:few]
			// In order, so that ties among errors would go the same way.
			for i := 1; i < few; i++ {
				for j := i; j > 0 && place[n][j] < place[n][j-1]; j-- {
					place[n][j], place[n][j-1] = place[n][j-1], place[n][j]
				}
			}
			if byWeight {
				clear(large.Weight.Sub(n).Data)
			}
			for k, at := range place[n] {
				small.Weight.Sub(n).Data[k] = 0.5 + rng.Float32()
				d.Sub(n).Data[k] = 4 * rng.Float32()
				far2.Sub(n).Data[at] = d.Sub(n).Data[k]
				large.Logits.Sub(n).Data[at] = small.Logits.Sub(n).Data[k]
				large.Target.Sub(n).Data[at] = small.Target.Sub(n).Data[k]
				large.Weight.Sub(n).Data[at] = small.Weight.Sub(n).Data[k]
				if !byWeight {
					large.Ignore.Sub(n).Data[at] = 0
				}
			}
		}
		a, _ := everyLoss(t, d, d)
		b, _ := everyLoss(t, far2, far2)
		for name := range a {
			if measures(name) {
				continue
			}
			for r := losses.ReduceMean; r <= losses.ReduceNone; r++ {
				p, q := a[name].Eval(nil, small, r), b[name].Eval(nil, large, r)
				if far(q.Value, p.Value, 0, 1e-9) > 1 {
					t.Errorf("%s, %v: %v scattered, %v together", name, r, q.Value, p.Value)
				}
				sum := 0.
				for n := range 3 {
					for k, at := range place[n] {
						got, want := float64(q.Grad.Sub(n).Data[at]), float64(p.Grad.Sub(n).Data[k])
						if far(got, want, 0.01*largest(p.Grad.Data), 1e-6) > 1 {
							t.Fatalf("%s, %v: gradient %v scattered, %v together", name, r, got, want)
						}
						sum += math.Abs(got)
					}
				}
				total := 0.
				for _, g := range q.Grad.Data {
					total += math.Abs(float64(g))
				}
				if math.IsNaN(total) || total > sum*(1+1e-9) {
					t.Errorf("%s, %v: ignored pixels have gradients, or NaN: %v beyond %v", name, r, total, sum)
				}
			}
		}

		// The same for classes: three images of three classes each.
		_, multiclass := everyLoss(t, nil, nil)
		cs, cl := small, large
		cs.Logits, cl.Logits = grid.New[float32](3, 3, 1, few), fill([]int{3, 3, h, w}, nan)
		cs.Target, cl.Target = grid.New[float32](3, 1, few), fill([]int{3, h, w}, 255)
		for n := range 3 {
			for k, at := range place[n] {
				id := float32(rng.IntN(3))
				cs.Target.Sub(n).Data[k], cl.Target.Sub(n).Data[at] = id, id
				for c := range 3 {
					x := float32(2 * rng.NormFloat64())
					cs.Logits.Sub(n).Sub(c).Data[k], cl.Logits.Sub(n).Sub(c).Data[at] = x, x
				}
			}
		}
		for name, l := range multiclass {
			for r := losses.ReduceMean; r <= losses.ReduceNone; r++ {
				p, q := l.Eval(nil, cs, r), l.Eval(nil, cl, r)
				if far(q.Value, p.Value, 0, 1e-9) > 1 {
					t.Errorf("%s, %v: %v scattered, %v together", name, r, q.Value, p.Value)
				}
				for n := range 3 {
					for c := range 3 {
						g := q.Grad.Sub(n).Sub(c)
						for k, at := range place[n] {
							got, want := float64(g.Data[at]), float64(p.Grad.Sub(n).Sub(c).Data[k])
							if far(got, want, 0.01*largest(p.Grad.Data), 1e-6) > 1 {
								t.Fatalf("%s, %v: gradient %v scattered, %v together", name, r, got, want)
							}
							g.Data[at] = 0
						}
						if v := largest(g.Data); v != 0 {
							t.Errorf("%s, %v: an ignored pixel has the gradient %v", name, r, v)
						}
					}
				}
			}
		}
	}
}

// What a reduction returns is the sum of what is reduced less.
func TestReductionsAgree(t *testing.T) {
	rng := rand.New(rand.NewPCG(43, 44))
	b := randomBatch(rng, false, true, 3, 20, 21)
	binary, _ := everyLoss(t, fill(b.Logits.Shape, 1), fill(b.Logits.Shape, 2))
	for name, l := range binary {
		none := l.Eval(nil, b, losses.ReduceNone)
		sum := 0.
		for _, v := range none.Map.Data {
			sum += float64(v)
		}
		if far(sum, none.Value, 0, 1e-6) > 1 {
			t.Errorf("%s: the map adds up to %v, Value is %v", name, sum, none.Value)
		}
		for _, r := range []losses.Reduction{losses.ReducePerImage, losses.ReducePerImageByWeight} {
			each := l.Eval(nil, b, r)
			sum := 0.
			for _, v := range each.PerImage {
				sum += v
			}
			if len(each.PerImage) != 3 || far(sum, each.Value, 0, 1e-12) > 1 {
				t.Errorf("%s, %v: images %v, Value %v", name, r, each.PerImage, each.Value)
			}
		}
	}
}

func TestAReusedResultAllocatesNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(45, 46))
	b := randomBatch(rng, false, true, 2, 30, 31)
	binary, multiclass := everyLoss(t, fill(b.Logits.Shape, 1), fill(b.Logits.Shape, 2))
	c := losses.Batch{Logits: grid.New[float32](2, 3, 30, 31), Target: grid.New[float32](2, 30, 31), Weight: b.Weight, Ignore: b.Ignore}
	for i := range c.Logits.Data {
		c.Logits.Data[i] = float32(rng.NormFloat64())
	}
	for i := range c.Target.Data {
		c.Target.Data[i] = float32(rng.IntN(3))
	}
	check := func(name string, l losses.Loss, b losses.Batch) {
		for r := losses.ReduceMean; r <= losses.ReduceNone; r++ {
			var res losses.Result
			l.Eval(&res, b, r)
			if n := testing.AllocsPerRun(5, func() { l.Eval(&res, b, r) }); n != 0 {
				t.Errorf("%s, %v: %v allocations", name, r, n)
			}
		}
	}
	for name, l := range binary {
		check(name, l, b)
	}
	for name, l := range multiclass {
		check(name, l, c)
	}
}

// The second result must not remember the first.
func TestAReusedResultForgets(t *testing.T) {
	rng := rand.New(rand.NewPCG(47, 48))
	a, b := randomBatch(rng, false, true, 2, 20, 21), randomBatch(rng, true, false, 2, 20, 21)
	b.Weight = fill(b.Logits.Shape, 2)
	binary, _ := everyLoss(t, fill(b.Logits.Shape, 1), fill(b.Logits.Shape, 2))
	var res losses.Result
	for name, l := range binary {
		for r := losses.ReduceMean; r <= losses.ReduceNone; r++ {
			l.Eval(&res, a, r)
			got, want := l.Eval(&res, b, r), l.Eval(nil, b, r)
			if got.Value != want.Value || !grid.Equal(got.Grad, want.Grad) || r == losses.ReduceNone && !grid.Equal(got.Map, want.Map) {
				t.Errorf("%s, %v: %v in a used result, %v in a new one", name, r, got.Value, want.Value)
			}
		}
	}
}

// Loss values hold no state: goroutines share them, and the batch, which is only read.
func TestLossesAreShared(t *testing.T) {
	rng := rand.New(rand.NewPCG(49, 50))
	b := randomBatch(rng, false, true, 2, 20, 21)
	before := losses.Batch{Logits: b.Logits.Clone(), Target: b.Target.Clone(), Weight: b.Weight.Clone(), Ignore: b.Ignore.Clone()}
	binary, _ := everyLoss(t, fill(b.Logits.Shape, 1), fill(b.Logits.Shape, 2))
	for name, l := range binary {
		want := l.Eval(nil, b, losses.ReduceMean)
		var wait sync.WaitGroup
		for range 4 {
			wait.Go(func() {
				got := l.Eval(nil, b, losses.ReduceMean)
				if got.Value != want.Value || !grid.Equal(got.Grad, want.Grad) {
					t.Errorf("%s: %v beside others, %v alone", name, got.Value, want.Value)
				}
			})
		}
		wait.Wait()
	}
	if !grid.Equal(b.Logits, before.Logits) || !grid.Equal(b.Target, before.Target) || !grid.Equal(b.Weight, before.Weight) || !grid.Equal(b.Ignore, before.Ignore) {
		t.Error("a loss changed its batch")
	}
}

func TestNoImagesAndNoPixels(t *testing.T) {
	for _, shape := range [][]int{{0, 4, 4}, {2, 0, 4}, {2, 4, 0}} {
		b := losses.Batch{Logits: grid.New[float32](shape...), Target: grid.New[float32](shape...)}
		binary, _ := everyLoss(t, grid.New[float32](shape...), grid.New[float32](shape...))
		for name, l := range binary {
			if name == "distance" {
				continue
			}
			for r := losses.ReduceMean; r <= losses.ReduceNone; r++ {
				if v := l.Eval(nil, b, r).Value; v != 0 {
					t.Errorf("%s, %v, of shape %v: %v", name, r, shape, v)
				}
			}
		}
	}
}
