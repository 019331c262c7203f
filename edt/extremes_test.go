package edt_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/weightmap/weightmap/edt"
	"github.com/weightmap/weightmap/grid"
)

// scattered draws single pixels of objects of their own, as many as the share says.
func scattered(rng *rand.Rand, share float64, shape ...int) *grid.Labels {
	labels := grid.New[int32](shape...)
	for i := range labels.Data {
		if rng.Float64() < share {
			labels.Data[i] = 1 + rng.Int32N(1<<20)
		}
	}
	return labels
}

// BenchmarkExtremes is of images of few columns or few rows, and very long ones.
func BenchmarkExtremes(b *testing.B) {
	for _, shape := range [][]int{{65536, 2}, {2, 65536}, {16384, 8}, {4096, 16}, {4096, 32}, {64, 40000}} {
		labels := scattered(rand.New(rand.NewPCG(1, 1)), 0.5, shape...)
		mask := maskOf(labels)
		each := func(name string, f func(edt.Options)) {
			for _, workers := range []int{1, 2} {
				b.Run(fmt.Sprintf("%s/shape=%d×%d/workers=%d", name, shape[0], shape[1], workers), func(b *testing.B) {
					o := edt.Options{Workers: workers, Scratch: new(edt.Scratch)}
					for b.Loop() {
						f(o)
					}
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(labels.Data)), "ns/pixel")
				})
			}
		}
		dst, two := grid.Like[float32](nil, shape), new(edt.Two)
		each("Transform", func(o edt.Options) { edt.Transform(dst, mask, o) })
		each("TwoNearest", func(o edt.Options) { edt.TwoNearest(two, labels, o) })
		each("Rows", func(o edt.Options) {
			o.Radius, o.Gaps = 31, true
			edt.TwoNearestRows(labels, o, func(int, []float32, []float32) {})
		})
	}
}
