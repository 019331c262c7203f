package losses_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/losses"
)

// benchmarkBatch has logits of standard deviation 3, a truth of discs, and weights.
func benchmarkBatch(n, h, w int, weighted bool) losses.Batch {
	rng := rand.New(rand.NewPCG(1, 2))
	b := losses.Batch{Logits: grid.New[float32](n, h, w), Target: grid.New[float32](n, h, w)}
	for i := range b.Logits.Data {
		b.Logits.Data[i] = float32(3 * rng.NormFloat64())
	}
	for k := range n {
		for range 30 {
			cy, cx, r := rng.IntN(h), rng.IntN(w), 5+rng.IntN(20)
			for y := max(0, cy-r); y < min(h, cy+r); y++ {
				for x := max(0, cx-r); x < min(w, cx+r); x++ {
					if (y-cy)*(y-cy)+(x-cx)*(x-cx) < r*r {
						b.Target.Set(1, k, y, x)
					}
				}
			}
		}
	}
	if weighted {
		b.Weight = grid.New[float32](n, h, w)
		for i := range b.Weight.Data {
			b.Weight.Data[i] = 0.5 + rng.Float32()
		}
	}
	return b
}

func BenchmarkEval(bench *testing.B) {
	for _, weighted := range []bool{false, true} {
		b := benchmarkBatch(16, 512, 512, weighted)
		for _, name := range []string{
			"ce", "bce", "focal", "focal:gamma=1.5", "dice:smooth=1,over=pixel", "tversky:over=pixel", "dice", "dice:over=batch",
			"squared-dice", "generalized-dice", "log-cosh-dice", "jaccard", "tversky", "focal-tversky", "lovasz", "lovasz:over=batch",
			"boundary", "hausdorff", "penalized", "one-object", "ce+dice",
		} {
			bench.Run(fmt.Sprintf("loss=%s/weighted=%v", name, weighted), func(bench *testing.B) {
				n, err := losses.Parse(name)
				if err != nil {
					bench.Fatal(err)
				}
				var res losses.Result
				n.Loss.Eval(&res, b, losses.ReduceMean)
				bench.ReportAllocs()
				for bench.Loop() {
					n.Loss.Eval(&res, b, losses.ReduceMean)
				}
				bench.ReportMetric(float64(bench.Elapsed().Nanoseconds())/float64(bench.N)/float64(len(b.Logits.Data)), "ns/pixel")
			})
		}
	}
}
