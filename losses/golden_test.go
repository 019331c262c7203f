package losses_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/losses"
)

// golden is testdata/golden.json, the numbers of PyTorch and others. See golden.py.
type golden struct {
	Versions map[string]string
	Batches  map[string]goldenBatch
	Cases    []goldenCase
}

type goldenBatch struct {
	Shape, TargetShape                     []int
	Logits, Target, Weight, Ignore, D1, D2 []byte
}

type goldenCase struct {
	Loss, Batch, Reduction, Source string
	Value                          float64
	Values                         []float64
	Grad, Map                      []byte
	Tolerance                      float64 // of a source that computes in float32
}

func readGolden(t testing.TB, data []byte) golden {
	t.Helper()
	var g golden
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

func goldenFile(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func floats(b []byte) []float32 {
	out := make([]float32, len(b)/4)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return out
}

func (g goldenBatch) batch() losses.Batch {
	b := losses.Batch{
		Logits: grid.From(floats(g.Logits), g.Shape...),
		Target: grid.From(floats(g.Target), g.TargetShape...),
	}
	pixels := g.TargetShape
	if len(g.Weight) > 0 {
		if len(pixels) == len(g.Shape) && len(g.Weight) != len(g.Logits) {
			pixels = append([]int{g.Shape[0]}, g.Shape[2:]...)
		}
		b.Weight = grid.From(floats(g.Weight), pixels...)
	}
	if len(g.Ignore) > 0 {
		b.Ignore = grid.From(g.Ignore, pixels...)
	}
	return b
}

// loss makes the loss of a golden case. Most have a name for Parse.
func (g goldenBatch) loss(t testing.TB, name string) losses.Loss {
	t.Helper()
	maps := func() (d1, d2 *grid.Map) {
		return grid.From(floats(g.D1), g.Shape...), grid.From(floats(g.D2), g.Shape...)
	}
	weights := []float64{0.5, 1, 2}
	base, over, _ := strings.Cut(name, ":over=")
	scope := losses.PerImage
	if over == "batch" {
		scope = losses.PerBatch
	}
	switch base {
	case "distance-sum":
		return losses.DefaultDistanceSum(maps())
	case "distance-sum β=1":
		d1, d2 := maps()
		return losses.DistanceSum{Positive: 1, W0: 3, Sigma: 2, D1: d1, D2: d2}
	case "one-object d1":
		d1, _ := maps()
		return losses.OneObject{Positive: 0.3, Depth: d1}
	case "softmax-ce weights":
		return losses.SoftmaxCrossEntropy{ClassWeight: weights}
	case "softmax-focal weights":
		return losses.SoftmaxFocal{Gamma: 1.5, ClassWeight: weights}
	case "softmax-dice weights":
		return losses.SoftmaxOverlap{Of: losses.Dice{Smooth: 1e-5}, ClassWeight: weights}
	case "softmax-squared-dice":
		return losses.SoftmaxOverlap{Of: losses.SquaredDice{Scope: scope}}
	case "softmax-focal-tversky":
		return losses.SoftmaxOverlap{Of: losses.DefaultFocalTversky()}
	case "softmax-lovasz listed":
		return losses.LovaszSoftmax{Classes: losses.ClassesListed, List: []int{0, 2}}
	}
	n, err := losses.Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	return n.Loss
}

func reduction(t testing.TB, name string) losses.Reduction {
	t.Helper()
	for r := losses.ReduceMean; r <= losses.ReduceNone; r++ {
		if r.String() == name {
			return r
		}
	}
	t.Fatalf("no reduction %q", name)
	return 0
}

// far returns by how much got misses want, 1 being the relative tolerance. What is very
// small beside scale needs not be right to its last digit: it is a difference of larger
// numbers, in the reference too, which has 1e-17 where the truth is 1e-43.
func far(got, want, scale, tolerance float64) float64 {
	if math.IsNaN(got) || math.IsInf(got, 0) {
		return math.Inf(1)
	}
	return math.Abs(got-want) / (tolerance*(math.Abs(want)+scale) + 1e-17)
}

func largest[T float32 | float64](s []T) float64 {
	m := 0.
	for _, v := range s {
		m = max(m, math.Abs(float64(v)))
	}
	return m
}

func checkGolden(t *testing.T, g golden) {
	if len(g.Cases) == 0 {
		t.Fatal("no cases")
	}
	var res losses.Result
	for _, c := range g.Cases {
		gb, ok := g.Batches[c.Batch]
		if !ok {
			t.Fatalf("no batch %q", c.Batch)
		}
		name := fmt.Sprintf("%s of %s, %s, by %s", c.Loss, c.Batch, c.Reduction, c.Source)
		b := gb.batch()
		res.Grad, res.Map = nil, nil
		got := gb.loss(t, c.Loss).Eval(&res, b, reduction(t, c.Reduction))
		tolerance := 1e-6
		if c.Tolerance > 0 {
			tolerance = c.Tolerance
		}
		if d := far(got.Value, c.Value, 0, tolerance); d > 1 {
			t.Errorf("%s: value %v, want %v: %.3g times the tolerance", name, got.Value, c.Value, d)
		}
		compare := func(what string, got []float32, want []byte) {
			t.Helper()
			w := floats(want)
			scale := 1e-6 * largest(w)
			if strings.Contains(c.Loss, "+") {
				scale = 1e-2 * largest(w) // terms of either sign, each of them a float32
			}
			if len(got) != len(w) {
				t.Fatalf("%s: %d of %s, want %d", name, len(got), what, len(w))
			}
			for i := range w {
				if d := far(float64(got[i]), float64(w[i]), scale, tolerance); d > 1 {
					t.Errorf("%s: %s %d is %v, want %v: %.3g times the tolerance", name, what, i, got[i], w[i], d)
					return
				}
			}
		}
		if c.Grad != nil {
			compare("gradient", got.Grad.Data, c.Grad)
		}
		if c.Map != nil {
			compare("map", got.Map.Data, c.Map)
		}
		for i, v := range c.Values {
			if d := far(got.PerImage[i], v, 0, tolerance); d > 1 {
				t.Errorf("%s: image %d is %v, want %v", name, i, got.PerImage[i], v)
			}
		}
	}
}

func TestGolden(t *testing.T) {
	checkGolden(t, readGolden(t, goldenFile(t)))
}
