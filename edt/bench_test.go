package edt_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/weightmap/weightmap/edt"
	"github.com/weightmap/weightmap/grid"
)

// discs draws so many round objects of random place and size, covering about the
// fraction of the grid; later ones do not cover earlier ones.
func discs(size, objects int, cover float64) *grid.Labels {
	rng := rand.New(rand.NewPCG(uint64(size), uint64(objects)))
	labels := grid.New[int32](size, size)
	r := cover * float64(size) * float64(size) / float64(objects) / 3.14159
	for id := range objects {
		q := r * (0.5 + rng.Float64())
		cy, cx := rng.Float64()*float64(size), rng.Float64()*float64(size)
		for y := max(0, int(cy-q)); y < size; y++ {
			dy := float64(y) - cy
			if dy*dy > q && dy > 0 {
				break
			}
			for x := range size {
				dx := float64(x) - cx
				if i := y*size + x; dx*dx+dy*dy <= q && labels.Data[i] == 0 {
					labels.Data[i] = int32(id + 1)
				}
			}
		}
	}
	return labels
}

func maskOf(labels *grid.Labels) *grid.Mask {
	m := grid.New[uint8](labels.Shape...)
	for i, c := range labels.Data {
		if c != 0 {
			m.Data[i] = 1
		}
	}
	return m
}

func BenchmarkTransform(b *testing.B) {
	eachCells(b, func(b *testing.B, labels *grid.Labels, o edt.Options) {
		mask, dst := maskOf(labels), grid.Like[float32](nil, labels.Shape)
		for b.Loop() {
			edt.Transform(dst, mask, o)
		}
	})
}

// Background on the diagonal only, from which most rows are far away.
func BenchmarkTransformFar(b *testing.B) {
	mask, dst := grid.New[uint8](1024, 1024), grid.New[float32](1024, 1024)
	for i := range mask.Data {
		mask.Data[i] = uint8(min(i%1025, 1))
	}
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("size=1024/workers=%d", workers), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(mask.Data)))
			o := edt.Options{Workers: workers, Scratch: new(edt.Scratch)}
			for b.Loop() {
				edt.Transform(dst, mask, o)
			}
		})
	}
}

func BenchmarkTwoNearest(b *testing.B) {
	eachCells(b, func(b *testing.B, labels *grid.Labels, o edt.Options) {
		dst := new(edt.Two)
		for b.Loop() {
			edt.TwoNearest(dst, labels, o)
		}
	})
}

func eachCells(b *testing.B, run func(*testing.B, *grid.Labels, edt.Options)) {
	for _, cells := range []int{2, 50, 500, 10_000} {
		labels := discs(1024, cells, 0.4)
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("size=1024/cells=%d/workers=%d", cells, workers), func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(len(labels.Data)))
				run(b, labels, edt.Options{Workers: workers, Scratch: new(edt.Scratch)})
			})
		}
	}
}
