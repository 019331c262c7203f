package labeling_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"testing"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/labeling"
)

// check compares both functions, and a Labeler that has seen other grids, with
// flood fill, over destinations full of rubbish.
func check(t *testing.T, l *labeling.Labeler, mask *grid.Mask, c labeling.Connectivity) {
	t.Helper()
	want, n := flood(binary(mask), c)
	dirty := func() *grid.Labels {
		g := grid.New[int32](mask.Shape...)
		for i := range g.Data {
			g.Data[i] = -7
		}
		return g
	}
	for l.Workers = range 4 {
		got, k := l.Components(dirty(), mask, c)
		if k != n || !grid.Equal(got, want) {
			t.Fatalf("Components at %d with %d workers finds %d in %s:\n got %v\nwant %v", c, l.Workers, k, show(mask), got.Data, want.Data)
		}
	}
	got, k := labeling.ComponentsByValue(dirty(), binary(mask), c)
	if k != n || !grid.Equal(got, want) {
		t.Fatalf("ComponentsByValue at %d finds %d in %s:\n got %v\nwant %v", c, k, show(mask), got.Data, want.Data)
	}
}

// setBits makes mask the binary digits of m.
func setBits(mask *grid.Mask, m int) {
	for i := range mask.Data {
		mask.Data[i] = uint8(m >> i & 1)
	}
}

func TestAllMasksOfSmallShapes(t *testing.T) {
	for _, shape := range [][]int{{10}, {4, 4}, {2, 6}, {6, 2}, {2, 2, 3}, {3, 2, 2}, {2, 3, 2}, {1, 3, 4}} {
		for _, c := range connectivities(len(shape)) {
			t.Run(fmt.Sprintf("shape=%v/connectivity=%d", shape, c), func(t *testing.T) {
				var l labeling.Labeler
				mask := grid.New[uint8](shape...)
				for m := range 1 << len(mask.Data) {
					setBits(mask, m)
					check(t, &l, mask, c)
				}
			})
		}
	}
}

// Every 2×3×3 mask, where the middle row has all the rows around it that it can.
func TestAllMasksOf2x3x3(t *testing.T) {
	step := 1
	if testing.Short() || raceEnabled {
		step = 31
	}
	var l labeling.Labeler
	mask := grid.New[uint8](2, 3, 3)
	for m := 0; m < 1<<len(mask.Data); m += step {
		setBits(mask, m)
		for _, c := range connectivities(3) {
			check(t, &l, mask, c)
		}
	}
}

// A mask moved to where words of 64 pixels meet keeps its labels.
func TestAllMasksAcrossWords(t *testing.T) {
	const at, wide = 62, 131
	var l labeling.Labeler
	small, big := grid.New[uint8](4, 4), grid.New[uint8](4, wide)
	want, got := grid.New[int32](4, 4), grid.New[int32](4, wide)
	for m := range 1 << 16 {
		setBits(small, m)
		for y := range 4 {
			copy(big.Data[y*wide+at:], small.Data[4*y:4*y+4])
		}
		for _, c := range connectivities(2) {
			_, n := l.Components(want, small, c)
			_, k := l.Components(got, big, c)
			if n != k {
				t.Fatalf("mask %016b at %d: %d components, %d across words", m, c, n, k)
			}
			for i, v := range got.Data {
				x, y := i%wide-at, i/wide
				if 0 <= x && x < 4 {
					if v != want.Data[4*y+x] {
						t.Fatalf("mask %016b at %d: pixel %d,%d is %d across words", m, c, y, x, v)
					}
				} else if v != 0 {
					t.Fatalf("mask %016b at %d: background pixel %d is %d", m, c, i, v)
				}
			}
		}
	}
}

func TestRandomMasks(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var l labeling.Labeler
	for range rounds(20000) {
		mask := randomValues[uint8](rng, randomShape(rng), 255)
		for _, c := range connectivities(len(mask.Shape)) {
			check(t, &l, mask, c)
		}
	}
}

func TestRandomValues(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range rounds(8000) {
		shape, most := randomShape(rng), 1+rng.IntN(4)
		checkValues(t, randomValues[int32](rng, shape, most))
		checkValues(t, randomValues[uint8](rng, shape, most))
		checkValues(t, randomValues[float32](rng, shape, most))
	}
}

func checkValues[T grid.Element](t *testing.T, values *grid.Grid[T]) {
	t.Helper()
	for _, c := range connectivities(len(values.Shape)) {
		want, n := flood(values, c)
		got, k := labeling.ComponentsByValue(nil, values, c)
		if k != n || !grid.Equal(got, want) {
			t.Fatalf("at %d %d components in %s:\n got %v\nwant %v", c, k, show(values), got.Data, want.Data)
		}
	}
}

func TestValuesInPlace(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	values := randomValues[int32](rng, []int{20, 100}, 3)
	want, _ := labeling.ComponentsByValue(nil, values, 8)
	if got, _ := labeling.ComponentsByValue(values, values, 8); !grid.Equal(got, want) {
		t.Error("labels written over the values differ")
	}
}

func TestNaNIsEqualToNothing(t *testing.T) {
	nan := float32(math.NaN())
	negativeZero := float32(math.Copysign(0, -1))
	got, n := labeling.ComponentsByValue(nil, grid.From([]float32{nan, nan, negativeZero, .5, .5, 0, nan}, 7), 2)
	if want := []int32{1, 2, 0, 3, 3, 0, 4}; n != 4 || !slices.Equal(got.Data, want) {
		t.Errorf("%d components %v, want 4 %v", n, got.Data, want)
	}
}

// Ids appear in raster order: a pixel's id is at most one more than all before it.
func TestRasterOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for range rounds(2000) {
		shape := randomShape(rng)
		c := connectivities(len(shape))[rng.IntN(len(connectivities(len(shape))))]
		a, n := labeling.Components(nil, randomValues[uint8](rng, shape, 255), c)
		b, m := labeling.ComponentsByValue(nil, randomValues[uint16](rng, shape, 5), c)
		inRasterOrder(t, a, n)
		inRasterOrder(t, b, m)
	}
}

func inRasterOrder(t *testing.T, labels *grid.Labels, n int) {
	t.Helper()
	seen := int32(0)
	for i, id := range labels.Data {
		if id < 0 || id > seen+1 {
			t.Fatalf("pixel %d of shape %v has id %d after %d", i, labels.Shape, id, seen)
		}
		seen = max(seen, id)
	}
	if int(seen) != n {
		t.Fatalf("greatest id is %d, count is %d", seen, n)
	}
}

// Transposing the mask transposes the components, but for their numbers.
func TestTransposing(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	for range rounds(1000) {
		mask := randomValues[uint8](rng, []int{1 + rng.IntN(150), 1 + rng.IntN(150)}, 1)
		for _, c := range connectivities(2) {
			a, n := labeling.Components(nil, mask, c)
			b, m := labeling.Components(nil, transpose(mask), c)
			// Made components by value again, equal partitions get equal numbers.
			b, k := labeling.ComponentsByValue(nil, transpose(b), c)
			if n != m || n != k || !grid.Equal(a, b) {
				t.Fatalf("connectivity %d: %d components, %d transposed, %d back, of %s", c, n, m, k, show(mask))
			}
		}
	}
}

func transpose[T grid.Element](g *grid.Grid[T]) *grid.Grid[T] {
	h, w := g.Shape[0], g.Shape[1]
	t := grid.New[T](w, h)
	for i, v := range g.Data {
		t.Data[i%w*h+i/w] = v
	}
	return t
}

func TestSpecialMasks(t *testing.T) {
	checkerboard := func(shape ...int) *grid.Mask {
		m := grid.New[uint8](shape...)
		for i := range m.Data {
			sum := 0
			for a, rest := len(shape)-1, i; a >= 0; a-- {
				sum, rest = sum+rest%shape[a], rest/shape[a]
			}
			m.Data[i] = uint8(1 - sum%2)
		}
		return m
	}
	full := func(shape ...int) *grid.Mask {
		m := grid.New[uint8](shape...)
		for i := range m.Data {
			m.Data[i] = 128
		}
		return m
	}
	onePixel := func(at int, shape ...int) *grid.Mask {
		m := grid.New[uint8](shape...)
		m.Data[at] = 1
		return m
	}
	for _, c := range []struct {
		name string
		mask *grid.Mask
		c    labeling.Connectivity
		n    int
	}{
		{"checkerboard at 4", checkerboard(1000, 1000), 4, 500000},
		{"checkerboard at 8", checkerboard(1000, 1000), 8, 1},
		{"checkerboard at 6", checkerboard(40, 50, 130), 6, 130000},
		{"checkerboard at 18", checkerboard(40, 50, 130), 18, 1},
		{"checkerboard line", checkerboard(1001), 2, 501},
		{"empty", grid.New[uint8](100, 129), 8, 0},
		{"full", full(100, 129), 4, 1},
		{"full of whole words", full(3, 4, 128), 6, 1},
		{"one pixel", onePixel(0, 1, 1), 8, 1},
		{"no pixel", grid.New[uint8](1, 1), 8, 0},
		{"first pixel", onePixel(0, 70, 70), 8, 1},
		{"last pixel", onePixel(70*70-1, 70, 70), 8, 1},
		{"high and narrow", checkerboard(65536, 2), 4, 65536},
		{"low and wide", checkerboard(2, 65536), 4, 65536},
		{"full, high and narrow", full(65536, 2), 4, 1},
		{"full, low and wide", full(2, 65536), 4, 1},
		{"one column", checkerboard(65536, 1), 4, 32768},
		{"no rows", grid.New[uint8](0, 5), 8, 0},
		{"no columns", grid.New[uint8](5, 0), 8, 0},
		{"nothing at all", grid.New[uint8](0), 2, 0},
		{"no slices", grid.New[uint8](0, 5, 5), 26, 0},
		{"no rows in slices", grid.New[uint8](5, 0, 5), 26, 0},
		{"a great many rows of nothing", grid.New[uint8](math.MaxInt, 0), 8, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, n := labeling.Components(nil, c.mask, c.c)
			l := labeling.Labeler{Workers: 5}
			if shared, k := l.Components(nil, c.mask, c.c); k != n || !grid.Equal(shared, got) {
				t.Errorf("five workers find %d components, one %d, or their labels differ", k, n)
			}
			values, m := labeling.ComponentsByValue(nil, c.mask, c.c)
			if n != c.n || m != c.n {
				t.Errorf("%d components, %d by value, want %d", n, m, c.n)
			}
			if want, _ := flood(c.mask, c.c); !grid.Equal(got, want) || !grid.Equal(values, want) {
				t.Error("labels differ from flood fill")
			}
		})
	}
}

// TestMain has there be more workers than most machines have processors.
func TestMain(m *testing.M) {
	runtime.GOMAXPROCS(max(5, runtime.GOMAXPROCS(0)))
	os.Exit(m.Run())
}

// Components that reach through many blocks, and objects that only a later block joins.
func TestWorkersOnLargeMasks(t *testing.T) {
	for _, kind := range []string{"blobs", "cells", "inverse", "noise", "checkerboard"} {
		for _, shape := range [][]int{{300, 200}, {7, 1000}, {40, 30, 70}} {
			mask := drawMask(kind, shape...)
			for _, c := range connectivities(len(shape)) {
				want, n := labeling.Components(nil, mask, c)
				for _, workers := range []int{2, 3, 5, math.MaxInt} {
					l := labeling.Labeler{Workers: workers}
					if got, k := l.Components(nil, mask, c); k != n || !grid.Equal(got, want) {
						t.Errorf("%s of %v at %d: %d workers find %d components, one finds %d, or their labels differ", kind, shape, c, workers, k, n)
					}
				}
			}
		}
	}
}

// Labels written past the cache are the same, whoever reads them.
func TestLabelsPastTheCache(t *testing.T) {
	for _, kind := range []string{"blobs", "cells", "noise", "comb", "pixel"} {
		for _, shape := range [][]int{{300, 208}, {65, 1000}, {9, 64}, {40, 30, 72}, {50, 71}} {
			mask := drawMask(kind, shape...)
			c := labeling.Default(len(shape))
			want, n := labeling.Components(nil, mask, c)
			undo := labeling.SetLarge(1)
			for _, workers := range []int{1, 2, 5} {
				l := labeling.Labeler{Workers: workers}
				got := grid.New[int32](shape...)
				for range 2 {
					for i := range got.Data {
						got.Data[i] = -1
					}
					if _, k := l.Components(got, mask, c); k != n || !grid.Equal(got, want) {
						t.Errorf("%s of %v: %d workers find %d components, want %d, or their labels differ", kind, shape, workers, k, n)
					}
				}
			}
			undo()
		}
	}
}

// Labels that begin anywhere in memory are not written past the cache, which cannot.
func TestLabelsAnywhere(t *testing.T) {
	defer labeling.SetLarge(1)()
	mask := drawMask("noise", 9, 64)
	want, n := labeling.Components(nil, mask, 8)
	got := grid.New[int32](9, 64)
	for first := range 8 {
		got.Data = make([]int32, first+len(got.Data))[first:]
		if _, k := labeling.Components(got, mask, 8); k != n || !grid.Equal(got, want) {
			t.Errorf("%d labels into a slice: %d components, want %d, or their labels differ", first, k, n)
		}
	}
}

// Too many runs for any worker, or for all together, are a panic of the caller's, after which the
// Labeler can be used again.
func TestTooManyRuns(t *testing.T) {
	mask := drawMask("checkerboard", 64, 64)
	want, n := labeling.Components(nil, mask, 4)
	for _, workers := range []int{1, 2, 5} {
		l := labeling.Labeler{Workers: workers}
		for _, most := range []int{100, 1500, 2040} {
			undo := labeling.SetMostEntries(most)
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("%d workers, at most %d runs: no panic", workers, most)
					}
				}()
				l.Components(nil, mask, 4)
			}()
			undo()
			if got, k := l.Components(nil, mask, 4); k != n || !grid.Equal(got, want) {
				t.Errorf("%d workers, after a panic: %d components, want %d, or their labels differ", workers, k, n)
			}
		}
		undo := labeling.SetMostEntries(2048 + 64 + 64)
		if _, k := l.Components(nil, mask, 4); k != n {
			t.Errorf("%d workers find %d components, want %d", workers, k, n)
		}
		undo()
	}
}

// Two combs that mesh without touching, and one whose teeth only their back joins.
func TestCombs(t *testing.T) {
	const h, w = 40, 301
	one, two := grid.New[uint8](h, w), grid.New[uint8](h, w)
	for y := range h {
		for x := range w {
			switch {
			case x%2 == 0 || y == h-1:
				one.Set(1, y, x)
			}
			if x%4 == 0 && y > 1 || x%4 == 2 && y < h-2 || y == 0 || y == h-1 {
				two.Set(1, y, x)
			}
		}
	}
	var l labeling.Labeler
	for _, c := range connectivities(2) {
		check(t, &l, one, c)
		check(t, &l, two, c)
		if _, n := l.Components(nil, one, c); n != 1 {
			t.Errorf("connectivity %d: a comb has %d components", c, n)
		}
		if _, n := l.Components(nil, two, c); n != 2 {
			t.Errorf("connectivity %d: two combs have %d components", c, n)
		}
	}
}

// Labels are written in chunks that overlap, but never outside the destination.
func TestWritesOnlyTheDestination(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	batch := grid.New[int32](3, 10, 70)
	for range 200 {
		for i := range batch.Data {
			batch.Data[i] = -1
		}
		mask := randomValues[uint8](rng, []int{10, 70}, 1)
		want, _ := flood(mask, 8)
		labeling.Components(batch.Sub(1), mask, 8)
		if !grid.Equal(batch.Sub(1), want) {
			t.Fatalf("item 1 is %v, want %v", batch.Sub(1).Data, want.Data)
		}
		for _, i := range []int{0, 2} {
			if slices.ContainsFunc(batch.Sub(i).Data, func(v int32) bool { return v != -1 }) {
				t.Fatalf("item %d was written to: %v", i, batch.Sub(i).Data)
			}
		}
	}
}

func TestLabelerAllocatesOnce(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	var l labeling.Labeler
	for _, shape := range [][]int{{5000}, {64, 100}, {8, 16, 100}} {
		mask := randomValues[uint8](rng, shape, 1)
		dst := grid.New[int32](shape...)
		c := labeling.Default(len(shape))
		l.Components(dst, mask, c)
		if n := testing.AllocsPerRun(10, func() { l.Components(dst, mask, c) }); n != 0 {
			t.Errorf("shape %v: %v allocations in a call", shape, n)
		}
	}
}

// rounds shortens random tests where they are slow.
func rounds(n int) int {
	if testing.Short() || raceEnabled {
		return n / 10
	}
	return n
}
