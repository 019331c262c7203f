package labeling_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/labeling"
)

// drawMask draws one of the kinds of mask that benchmarks use.
func drawMask(kind string, shape ...int) *grid.Mask {
	mask := grid.New[uint8](shape...)
	rng := rand.New(rand.NewPCG(1, 2))
	set := func(foreground func(i int) bool) *grid.Mask {
		for i := range mask.Data {
			if foreground(i) {
				mask.Data[i] = 255
			}
		}
		return mask
	}
	w := shape[len(shape)-1]
	switch kind {
	case "empty":
		return mask
	case "full":
		return set(func(int) bool { return true })
	case "pixel":
		return set(func(i int) bool { return i == len(mask.Data)/2 })
	case "noise": // half of the pixels, each for itself
		return set(func(int) bool { return rng.IntN(2) == 0 })
	case "checkerboard":
		return set(func(i int) bool { return (i%w+i/w)%2 == 0 })
	case "comb":
		return set(func(i int) bool { return i%2 == 0 || i >= len(mask.Data)-w })
	}
	// Blurred noise, cut so that blobs cover a half and cells a fifth of the grid.
	field := blur(rng, 6, shape)
	share := map[string]float64{"blobs": .5, "cells": .2, "inverse": .2}[kind]
	limit := slices.Sorted(slices.Values(field))[int(float64(len(field)-1)*(1-share))]
	return set(func(i int) bool { return (field[i] > limit) != (kind == "inverse") })
}

// blur returns noise after two box filters of that radius along each axis.
func blur(rng *rand.Rand, radius int, shape []int) []int32 {
	field := make([]int32, grid.Size(shape))
	for i := range field {
		field[i] = rng.Int32N(1 << 16)
	}
	line := make([]int32, slices.Max(shape))
	for range 2 {
		for a := range shape {
			outer, n, inner := grid.Axis(shape, a)
			for start := range outer * inner {
				at := func(i int) *int32 { return &field[(start/inner*n+i)*inner+start%inner] }
				for i := range n {
					line[i] = *at(i)
				}
				for i := range n {
					sum := int32(0)
					for _, v := range line[max(i-radius, 0):min(i+radius+1, n)] {
						sum += v
					}
					*at(i) = sum / int32(2*radius+1)
				}
			}
		}
	}
	return field
}

func perPixel(b *testing.B, pixels int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(pixels), "ns/pixel")
}

func benchmarkComponents(b *testing.B, c labeling.Connectivity, kind string, shape ...int) {
	benchmarkWorkers(b, 1, c, kind, shape...)
}

func benchmarkWorkers(b *testing.B, workers int, c labeling.Connectivity, kind string, shape ...int) {
	b.Run(fmt.Sprintf("size=%d/width=%d/connectivity=%d/kind=%s/workers=%d", shape[0], shape[1], c, kind, workers), func(b *testing.B) {
		mask := drawMask(kind, shape...)
		dst := grid.New[int32](shape...)
		l := labeling.Labeler{Workers: workers}
		l.Components(dst, mask, c)
		b.SetBytes(int64(len(mask.Data)))
		b.ReportAllocs()
		for b.Loop() {
			l.Components(dst, mask, c)
		}
		perPixel(b, len(mask.Data))
	})
}

func BenchmarkComponents(b *testing.B) {
	for _, c := range []labeling.Connectivity{8, 4} {
		for _, kind := range []string{"blobs", "cells", "inverse", "noise", "empty", "full", "pixel", "checkerboard", "comb"} {
			benchmarkComponents(b, c, kind, 1024, 1024)
		}
		for _, w := range []int{2, 4, 8, 12, 16} {
			benchmarkComponents(b, c, "noise", 65536, w)
			benchmarkComponents(b, c, "cells", 65536, w)
		}
	}
	for _, kind := range []string{"blobs", "cells"} {
		for _, workers := range []int{1, 2} {
			benchmarkWorkers(b, workers, 8, kind, 4096, 4096)
		}
	}
}

func BenchmarkComponents3D(b *testing.B) {
	for _, c := range []labeling.Connectivity{26, 18, 6} {
		for _, kind := range []string{"blobs", "cells", "inverse", "noise", "empty", "full"} {
			benchmarkComponents(b, c, kind, 256, 256, 256)
		}
	}
}

// One call of each of the others on the cells of a 1024² image.
func BenchmarkLabels(b *testing.B) {
	mask := drawMask("cells", 1024, 1024)
	labels, _ := labeling.Components(nil, mask, 8)
	dst, edge := grid.New[int32](1024, 1024), grid.New[uint8](1024, 1024)
	for _, c := range []struct {
		name string
		call func()
	}{
		{"ComponentsByValue", func() { labeling.ComponentsByValue(dst, labels, 8) }},
		{"Relabel", func() { labeling.Relabel(dst, labels) }},
		{"RemoveSmall", func() { labeling.RemoveSmall(dst, labels, 20) }},
		{"Measure", func() { labeling.Measure(labels) }},
		{"Ridge", func() { labeling.Ridge(dst, labels, 8) }},
		{"Touching", func() { labeling.Touching(labels, 8) }},
		{"Boundary", func() { labeling.Boundary(edge, labels) }},
	} {
		b.Run("function="+c.name+"/size=1024", func(b *testing.B) {
			b.SetBytes(int64(len(labels.Data)) * 4)
			b.ReportAllocs()
			for b.Loop() {
				c.call()
			}
			perPixel(b, len(labels.Data))
		})
	}
}
