package labeling_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/labeling"
)

// sortedIDs returns the distinct non-zero values in ascending order.
func sortedIDs[T grid.Element](g *grid.Grid[T]) []T {
	ids := slices.Clone(g.Data)
	slices.Sort(ids)
	ids = slices.Compact(ids)
	return slices.DeleteFunc(ids, func(v T) bool { return v == 0 })
}

func checkRelabel[T grid.Element](t *testing.T, ids *grid.Grid[T]) {
	t.Helper()
	labels, original := labeling.Relabel(nil, ids)
	if want := sortedIDs(ids); !slices.Equal(original, want) {
		t.Fatalf("originals of %s are %v, want %v", show(ids), original, want)
	}
	for i, id := range ids.Data {
		want := 0
		if id != 0 {
			want = slices.Index(original, id) + 1
		}
		if int(labels.Data[i]) != want {
			t.Fatalf("id %v becomes %d, want %d", id, labels.Data[i], want)
		}
	}
	if back := labeling.Restore(nil, labels, original); !grid.Equal(back, ids) {
		t.Fatalf("%s restored is %v", show(ids), back.Data)
	}
}

func TestRelabelAndBack(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range rounds(1000) {
		shape := randomShape(rng)
		n := grid.Size(shape)
		pool := func(most int64) []int64 { // a few ids up to most, so that they repeat
			p := make([]int64, 1+rng.IntN(20))
			for i := range p {
				p[i] = rng.Int64N(most)
			}
			return p
		}
		small, wide, huge := pool(100), pool(math.MaxInt32), pool(math.MaxInt64)
		u8, i32, i64, u64, f32 := grid.New[uint8](shape...), grid.New[int32](shape...), grid.New[int64](shape...), grid.New[uint64](shape...), grid.New[float32](shape...)
		for i := range n {
			k := rng.IntN(20)
			u8.Data[i] = uint8(small[k%len(small)])
			i32.Data[i] = int32(wide[k%len(wide)]) * int32(1-2*(k%2))
			i64.Data[i] = huge[k%len(huge)] * int64(1-2*(k%2))
			u64.Data[i] = uint64(huge[k%len(huge)])<<1 | 1
			f32.Data[i] = float32(small[k%len(small)]) / 4 * float32(1-2*(k%2))
		}
		checkRelabel(t, u8)
		checkRelabel(t, i32)
		checkRelabel(t, i64)
		checkRelabel(t, u64)
		checkRelabel(t, f32)
	}
}

func TestRelabelInPlace(t *testing.T) {
	ids := grid.From([]int32{70000, 0, 5, 5, -2, math.MaxInt32, 0, 70000, math.MinInt32}, 3, 3)
	before := ids.Clone()
	labels, original := labeling.Relabel(ids, ids)
	if want := []int32{4, 0, 3, 3, 2, 5, 0, 4, 1}; labels != ids || !slices.Equal(labels.Data, want) {
		t.Errorf("labels are %v, want %v", labels.Data, want)
	}
	if back := labeling.Restore(labels, labels, original); back != ids || !grid.Equal(back, before) {
		t.Errorf("restored to %v, want %v", back.Data, before.Data)
	}
}

// On both sides of what a table holds, and of what an id is made of.
func TestRelabelAtTheEndsOfTheTable(t *testing.T) {
	const last = 1 << 18 // of the table
	rng := rand.New(rand.NewPCG(7, 8))
	for _, pool := range [][]int32{
		{0, 1, 2, 3}, {1, 2, 4}, {last}, {last - 1, last, last + 1}, {0, last + 1}, {-1, 0, 1}, {-1, last, last + 1},
		{math.MinInt32, math.MinInt32 + 1, -last, 0, math.MaxInt32},
	} {
		for _, w := range []int{0, 1, 2, 7, 8, 100} {
			ids, floats := grid.New[int32](w), grid.New[float64](w)
			for i := range w {
				if ids.Data[i] = pool[rng.IntN(len(pool))]; i > 0 && rng.IntN(2) == 0 {
					ids.Data[i] = ids.Data[i-1]
				}
				floats.Data[i] = float64(ids.Data[i]) + float64(rng.IntN(2))/2
				if floats.Data[i] == 0 {
					floats.Data[i] = math.Copysign(0, -1)
				}
			}
			checkRelabel(t, ids)
			checkRelabel(t, floats)
			want, original := labeling.Relabel(nil, ids)
			inPlace, same := labeling.Relabel(ids, ids)
			if inPlace != ids || !grid.Equal(inPlace, want) || !slices.Equal(same, original) {
				t.Fatalf("in place the labels are %v, want %v", inPlace.Data, want.Data)
			}
		}
	}
}

// Labels 1..n are what Relabel makes, so it leaves them alone.
func TestRelabelIsStable(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	labels, _ := labeling.Components(nil, randomValues[uint8](rng, []int{40, 90}, 1), 4)
	again, original := labeling.Relabel(nil, labels)
	if !grid.Equal(again, labels) || original[len(original)-1] != int32(len(original)) {
		t.Error("labels 1..n were changed")
	}
}

func TestNaNIsNoID(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a NaN was taken for an id")
		}
	}()
	labeling.Relabel(nil, grid.From([]float64{1, math.NaN()}, 2))
}

func TestRemoveSmall(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range rounds(1000) {
		labels := randomValues[int32](rng, randomShape(rng), 1+rng.IntN(30))
		if rng.IntN(2) == 0 {
			for i, id := range labels.Data {
				labels.Data[i] = id * 1000003 // far apart, and past any table
			}
		}
		minPixels := rng.IntN(20)
		pixels := map[int32]int{}
		for _, id := range labels.Data {
			pixels[id]++
		}
		var kept []int32
		for _, id := range sortedIDs(labels) {
			if pixels[id] >= minPixels {
				kept = append(kept, id)
			}
		}
		got, n := labeling.RemoveSmall(nil, labels, minPixels)
		if n != len(kept) {
			t.Fatalf("%d objects of %d pixels or more, want %d", n, minPixels, len(kept))
		}
		for i, id := range labels.Data {
			if want := slices.Index(kept, id) + 1; int(got.Data[i]) != want {
				t.Fatalf("id %d of %d pixels becomes %d, want %d", id, pixels[id], got.Data[i], want)
			}
		}
		if same, _ := labeling.RemoveSmall(labels, labels, minPixels); same != labels || !grid.Equal(same, got) {
			t.Fatal("in place the labels differ")
		}
	}
}
