package edt_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/weightmap/weightmap/edt"
	"github.com/weightmap/weightmap/grid"
)

// checkMask compares all transforms of a mask with brute force, bit for bit.
func checkMask(t testing.TB, mask *grid.Mask, o edt.Options) {
	t.Helper()
	same(t, "Transform", edt.Transform(nil, mask, o), bruteTransform(mask, o), mask, o)
	outside := bruteOutside(mask, o)
	same(t, "Outside", edt.Outside(nil, mask, o), outside, mask, o)
	signed, inside := outside.Clone(), bruteTransform(mask, o)
	for i, d := range inside.Data {
		signed.Data[i] -= d
	}
	same(t, "Signed", edt.Signed(nil, mask, o), signed, mask, o)

	index := edt.Features(nil, mask, o)
	r, at := newRuler(mask.Shape, o), coordinates(mask.Shape, 0)
	for i, j := range index.Data {
		d := float32(math.Inf(1))
		if j >= 0 {
			if mask.Data[j] == 0 {
				t.Fatalf("Features of %v %v: pixel %d is sent to %d, which is background", mask.Shape, mask.Data, i, j)
			}
			d = r.distance(r.square(at[i], at[j]))
		}
		if d != outside.Data[i] {
			t.Fatalf("Features of %v %v, %+v: pixel %d is sent to %d, %v away, not %v", mask.Shape, mask.Data, o, i, j, d, outside.Data[i])
		}
	}
}

func same[T grid.Element](t testing.TB, name string, got, want *grid.Map, src *grid.Grid[T], o edt.Options) {
	t.Helper()
	if !grid.Equal(got, want) {
		t.Fatalf("%s of %v %v\nwith %+v\n got %v\nwant %v", name, src.Shape, src.Data, o, got.Data, want.Data)
	}
}

// checkLabels compares all transforms of a label grid with brute force.
func checkLabels(t testing.TB, labels *grid.Labels, o edt.Options) {
	t.Helper()
	same(t, "MultiLabel", edt.MultiLabel(nil, labels, o), bruteMultiLabel(labels, o), labels, o)
	got := edt.TwoNearest(nil, labels, o)
	near := edt.NearestLabel(nil, labels, o)
	r := newRuler(labels.Shape, o)
	for i, objects := range bruteObjects(labels, o) {
		squares := []float64{math.Inf(1), math.Inf(1)}
		for _, q := range objects {
			if o.Radius == 0 || q*unit(o)*unit(o) <= o.Radius*o.Radius {
				squares = append(squares, q)
			}
		}
		slices.Sort(squares)
		d1, d2 := r.distance(squares[0]), r.distance(squares[1])
		if got.D1.Data[i] != d1 || got.D2.Data[i] != d2 {
			t.Fatalf("TwoNearest of %v %v\nwith %+v: pixel %d has %v %v, want %v %v", labels.Shape, labels.Data, o, i, got.D1.Data[i], got.D2.Data[i], d1, d2)
		}
		id1, id2 := got.ID1.Data[i], got.ID2.Data[i]
		if id1 == id2 && id1 != 0 {
			t.Fatalf("TwoNearest of %v %v: pixel %d has object %d twice", labels.Shape, labels.Data, i, id1)
		}
		for k, id := range []int32{id1, id2} {
			want := []float32{d1, d2}[k]
			if math.IsInf(float64(want), 1) != (id == 0) {
				t.Fatalf("TwoNearest of %v %v: pixel %d has distance %v to object %d", labels.Shape, labels.Data, i, want, id)
			}
			if id != 0 && r.distance(objects[id]) != want {
				t.Fatalf("TwoNearest of %v %v: pixel %d is %v from object %d, not %v", labels.Shape, labels.Data, i, r.distance(objects[id]), id, want)
			}
		}
		if o.Radius > 0 {
			continue
		}
		if id := near.Data[i]; (id == 0) != (len(objects) == 0) || id != 0 && r.distance(objects[id]) != d1 {
			t.Fatalf("NearestLabel of %v %v: pixel %d is sent to object %d", labels.Shape, labels.Data, i, id)
		}
	}
}

// checkGaps compares what Gaps leaves with all distances: nothing that it should
// leave is missing, and what is there is right. Rows must be the same.
func checkGaps(t testing.TB, labels *grid.Labels, o edt.Options) {
	t.Helper()
	o.Squared = false
	far := o
	far.Radius = 0
	all := edt.TwoNearest(nil, labels, far)
	o.Gaps = true
	got := edt.TwoNearest(nil, labels, o)
	inf := float32(math.Inf(1))
	for i, id := range labels.Data {
		d1, d2 := all.D1.Data[i], all.D2.Data[i]
		if got.D1.Data[i] != d1 && got.D1.Data[i] != inf || got.D2.Data[i] != d2 && got.D2.Data[i] != inf ||
			id == 0 && float64(d1)+float64(d2) <= o.Radius*(1-1e-6) && (got.D1.Data[i] != d1 || got.D2.Data[i] != d2) {
			t.Fatalf("Gaps of %v %v\nwith %+v: pixel %d has %v %v, want %v %v", labels.Shape, labels.Data, o, i, got.D1.Data[i], got.D2.Data[i], d1, d2)
		}
		if id != 0 && got.D2.Data[i] != inf {
			t.Fatalf("Gaps of %v %v: pixel %d of an object has d2", labels.Shape, labels.Data, i)
		}
	}
	seen := 0
	edt.TwoNearestRows(labels, o, func(at int, d1, d2 []float32) {
		seen += len(d1)
		if !slices.Equal(d1, got.D1.Data[at:at+len(d1)]) || !slices.Equal(d2, got.D2.Data[at:at+len(d2)]) {
			t.Fatalf("TwoNearestRows of %v %v\nwith %+v: the row at %d is %v %v", labels.Shape, labels.Data, o, at, d1, d2)
		}
	})
	if seen != len(labels.Data) {
		t.Fatalf("TwoNearestRows of %v has seen %d pixels", labels.Shape, seen)
	}
}

func unit(o edt.Options) float64 {
	if newRuler(nil, o).even && len(o.Spacing) > 0 {
		return o.Spacing[0]
	}
	return 1
}

func TestAllMasksOf4x4(t *testing.T) {
	mask := grid.New[uint8](4, 4)
	options := []edt.Options{
		{Scratch: new(edt.Scratch)},
		{Squared: true, BorderIsBackground: true, Scratch: new(edt.Scratch)},
		{Spacing: []float64{0.3, 0.7}, Scratch: new(edt.Scratch)},
	}
	for bits := range 1 << 16 {
		for i := range mask.Data {
			mask.Data[i] = uint8(bits >> i & 1)
		}
		// All three are too slow under the race detector; each gets a share.
		checkMask(t, mask, options[0])
		checkMask(t, mask, options[1+bits%2])
	}
}

// spacings for n axes: unit, even, odd, and over six orders of magnitude.
func spacings(rng *rand.Rand, n int) []float64 {
	switch rng.IntN(5) {
	case 0:
		return nil
	case 1:
		s := make([]float64, n)
		even := []float64{1, 0.5, 0.1, 3, 1e-3}[rng.IntN(5)]
		for a := range s {
			s[a] = even
		}
		return s
	case 2: // ties that rounding breaks: 0.1²·9 is not 0.3² in float64
		s := make([]float64, n)
		for a := range s {
			s[a] = []float64{0.1, 0.3, 0.2, 0.6}[rng.IntN(4)]
		}
		return s
	default:
		s := make([]float64, n)
		for a := range s {
			s[a] = math.Pow(10, rng.Float64()*6-3)
		}
		return s
	}
}

func randomShape(rng *rand.Rand) []int {
	switch rng.IntN(4) {
	case 0:
		return []int{1 + rng.IntN(40)}
	case 1, 2:
		return []int{1 + rng.IntN(9), 1 + rng.IntN(9)}
	default:
		return []int{1 + rng.IntN(4), 1 + rng.IntN(5), 1 + rng.IntN(5)}
	}
}

// randomLabels draws noise, or boxes of one label each, which make runs.
func randomLabels(rng *rand.Rand, shape []int) *grid.Labels {
	labels := grid.New[int32](shape...)
	kinds := 1 + rng.IntN(6)
	if rng.IntN(2) == 0 {
		density := rng.Float64()
		for i := range labels.Data {
			if rng.Float64() < density {
				labels.Data[i] = 1 + rng.Int32N(int32(kinds))
			}
		}
		return labels
	}
	at := coordinates(shape, 0)
	for k := range kinds {
		lo, hi := make([]int, len(shape)), make([]int, len(shape))
		for a, n := range shape {
			lo[a] = rng.IntN(n)
			hi[a] = lo[a] + rng.IntN(n-lo[a])
		}
		for i, c := range at {
			inside := true
			for a := range c {
				inside = inside && lo[a] <= c[a] && c[a] <= hi[a]
			}
			if inside {
				labels.Data[i] = int32(k + 1)
			}
		}
	}
	return labels
}

func TestRandomGrids(t *testing.T) {
	n := 50_000
	if testing.Short() || raceEnabled {
		n = 4_000
	}
	rng := rand.New(rand.NewPCG(1, 2))
	scratch := new(edt.Scratch)
	defer edt.SetStretch(1, 1)()
	for range n {
		edt.SetStretch(1, 1+rng.IntN(4))
		shape := randomShape(rng)
		labels := randomLabels(rng, shape)
		o := edt.Options{
			Spacing:            spacings(rng, len(shape)),
			Squared:            rng.IntN(3) == 0,
			BorderIsBackground: rng.IntN(2) == 0,
			Scratch:            scratch,
		}
		checkLabels(t, labels, o)
		mask := grid.New[uint8](shape...)
		for i, c := range labels.Data {
			mask.Data[i] = uint8(c)
		}
		checkMask(t, mask, o)
		o.Radius = rng.Float64() * 6
		if o.Spacing == nil {
			checkLabels(t, labels, o)
		}
		checkGaps(t, labels, o)
	}
}

// Wide lines reach what small grids cannot: long walks over the stack and segments
// whose columns are far apart.
func TestLongLines(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 60 {
		labels := randomLabels(rng, []int{1 + rng.IntN(4), 100 + rng.IntN(200)})
		checkLabels(t, labels, edt.Options{Spacing: spacings(rng, 2)})
	}
	sparse := grid.New[int32](3, 400)
	for range 60 {
		fill(sparse.Data, 0)
		for range 1 + rng.IntN(6) {
			sparse.Data[rng.IntN(len(sparse.Data))] = 1 + rng.Int32N(4)
		}
		checkLabels(t, sparse, edt.Options{Spacing: spacings(rng, 2)})
	}
}

// Few sites in large images: rows on which everything is far, as wide as 20,000 pixels, and
// squares that leave 32 bits.
func TestFewSites(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	shapes := [][]int{{5, 20_000}, {33_000, 20}, {300, 500}, {40, 50, 60}, {1, 33, 1000}}
	for _, shape := range shapes {
		for sites := range 5 {
			mask := grid.New[uint8](shape...)
			fill(mask.Data, 1)
			var at [][]int
			for range sites {
				i := rng.IntN(len(mask.Data))
				if rng.IntN(3) == 0 {
					i = []int{0, len(mask.Data) - 1}[rng.IntN(2)]
				}
				mask.Data[i] = 0
				c := make([]int, len(shape))
				for a := len(shape) - 1; a >= 0; a-- {
					c[a], i = i%shape[a], i/shape[a]
				}
				at = append(at, c)
			}
			border := rng.IntN(2) == 0
			want, r := grid.New[float32](shape...), newRuler(shape, edt.Options{})
			c := make([]int, len(shape))
			for i := range want.Data {
				best := math.Inf(1)
				for _, site := range at {
					best = min(best, r.square(c, site))
				}
				for a, n := range shape {
					if d := float64(min(c[a]+1, n-c[a])); border {
						best = min(best, d*d)
					}
				}
				want.Data[i] = r.distance(best)
				for a := len(shape) - 1; a >= 0; a-- { // the next pixel
					if c[a]++; c[a] < shape[a] {
						break
					}
					c[a] = 0
				}
			}
			for workers := 1; workers <= 3; workers++ {
				o := edt.Options{BorderIsBackground: border, Workers: workers}
				if got := edt.Transform(nil, mask, o); !grid.Equal(got, want) {
					t.Fatalf("%v with sites at %v, %+v: a distance is wrong", shape, at, o)
				}
			}
		}
	}
}

func fill[T any](s []T, v T) {
	for i := range s {
		s[i] = v
	}
}

func TestWorkersChangeNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	small, high := 200, 40
	if testing.Short() || raceEnabled {
		small, high = 50, 4
	}
	for range small {
		shape := []int{1 + rng.IntN(20), 1 + rng.IntN(40)}
		if rng.IntN(2) == 0 {
			shape = append(shape, 1+rng.IntN(10))
		}
		checkWorkers(t, rng, randomLabels(rng, shape))
	}
	// So high, and with so little in them, that a block must look far beyond itself.
	for range high {
		labels := grid.New[int32](200+rng.IntN(1200), 1+rng.IntN(20))
		for range rng.IntN(6) {
			labels.Data[rng.IntN(len(labels.Data))] = 1 + rng.Int32N(3)
		}
		checkWorkers(t, rng, labels)
		for i, c := range labels.Data { // and the inverse, which is large objects
			labels.Data[i] = 1 - min(c, 1)
		}
		checkWorkers(t, rng, labels)
	}
}

func checkWorkers(t *testing.T, rng *rand.Rand, labels *grid.Labels) {
	defer edt.SetStretch(1<<rng.IntN(16), 1+rng.IntN(8))()
	t.Helper()
	shape := labels.Shape
	mask := grid.New[uint8](shape...)
	for i, c := range labels.Data {
		mask.Data[i] = uint8(c)
	}
	o := edt.Options{Spacing: spacings(rng, len(shape)), BorderIsBackground: rng.IntN(2) == 0}
	near := o
	near.Radius, near.Gaps = 1+100*rng.Float64(), rng.IntN(2) == 0
	two, d, few := edt.TwoNearest(nil, labels, o), edt.Transform(nil, mask, o), edt.TwoNearest(nil, labels, near)
	multi, index := edt.MultiLabel(nil, labels, o), edt.Features(nil, mask, o)
	for _, workers := range []int{2, 3, 7, 100} {
		o.Workers, near.Workers = workers, workers
		if !sameTwo(two, edt.TwoNearest(nil, labels, o)) || !sameTwo(few, edt.TwoNearest(nil, labels, near)) {
			t.Fatalf("TwoNearest of %v differs with %d workers", shape, workers)
		}
		if !grid.Equal(d, edt.Transform(nil, mask, o)) || !grid.Equal(multi, edt.MultiLabel(nil, labels, o)) ||
			!grid.Equal(index, edt.Features(nil, mask, o)) {
			t.Fatalf("a transform of %v differs with %d workers", shape, workers)
		}
	}
}

func sameTwo(a, b *edt.Two) bool {
	return grid.Equal(a.D1, b.D1) && grid.Equal(a.D2, b.D2) && grid.Equal(a.ID1, b.ID1) && grid.Equal(a.ID2, b.ID2)
}

// Four axes have no brute-force test of their own above, and none and zero-size
// axes are easy to forget.
func TestOddShapes(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for _, shape := range [][]int{{}, {1}, {1, 1}, {1, 1, 1}, {2, 3, 2, 4}, {3, 1, 2, 1, 2}} {
		for range 20 {
			labels := randomLabels(rng, shape)
			o := edt.Options{Spacing: spacings(rng, len(shape)), BorderIsBackground: rng.IntN(2) == 0}
			checkLabels(t, labels, o)
		}
	}
	for _, shape := range [][]int{{0}, {0, 3}, {3, 0}, {2, 0, 3}} {
		for _, workers := range []int{1, 3} {
			o := edt.Options{Workers: workers}
			if d := edt.Transform(nil, grid.New[uint8](shape...), o); !slices.Equal(d.Shape, shape) {
				t.Errorf("shape %v becomes %v", shape, d.Shape)
			}
			edt.TwoNearest(nil, grid.New[int32](shape...), o)
			edt.MultiLabel(nil, grid.New[int32](shape...), o)
			edt.Features(nil, grid.New[uint8](shape...), o)
		}
	}
}

// One site in a grid so long that squares leave int32: integers must widen.
func TestLongerThanInt32Squares(t *testing.T) {
	for _, shape := range [][]int{{65536, 2}, {2, 65536}, {100_000}} {
		mask := grid.New[uint8](shape...)
		mask.Data[0] = 1
		last := len(mask.Data) - 1
		far := edt.Outside(nil, mask, edt.Options{}).Data[last]
		sum := 0.0
		for _, n := range shape {
			sum += float64(n-1) * float64(n-1)
		}
		if want := float32(math.Sqrt(sum)); far != want {
			t.Errorf("%v: the far corner is %v away, want %v", shape, far, want)
		}
		labels := grid.New[int32](shape...)
		labels.Data[0], labels.Data[last] = 7, 9
		two := edt.TwoNearest(nil, labels, edt.Options{})
		if two.D1.Data[last] != 0 || two.D2.Data[last] != far || two.ID2.Data[last] != 7 {
			t.Errorf("%v: the far corner has d1 %v, d2 %v to %d", shape, two.D1.Data[last], two.D2.Data[last], two.ID2.Data[last])
		}
	}
}

func TestNothingAllocatedWithScratch(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	for _, shape := range [][]int{{64, 64}, {8, 32, 32}, {600, 5}, {40_000, 2}, {2, 40_000}} {
		labels := randomLabels(rng, shape)
		mask := grid.New[uint8](shape...)
		o := edt.Options{Scratch: new(edt.Scratch)}
		d, two, index := grid.New[float32](shape...), new(edt.Two), grid.New[int32](shape...)
		edt.TwoNearest(two, labels, o)
		for name, f := range map[string]func(){
			"Transform":    func() { edt.Transform(d, mask, o) },
			"Signed":       func() { edt.Signed(d, mask, o) },
			"MultiLabel":   func() { edt.MultiLabel(d, labels, o) },
			"NearestLabel": func() { edt.NearestLabel(index, labels, o) },
			"TwoNearest":   func() { edt.TwoNearest(two, labels, o) },
			"by rows":      func() { edt.TwoNearestRows(labels, o, func(int, []float32, []float32) {}) },
		} {
			f()
			if n := testing.AllocsPerRun(10, f); n > 0 {
				t.Errorf("%s of %v allocates %v times", name, shape, n)
			}
		}
	}
}

// A small image is done by one worker.
func TestSmallImagesAreNotShared(t *testing.T) {
	defer edt.SetFewestShared(50 * 60)()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	o := edt.Options{Workers: 2, Scratch: new(edt.Scratch)}
	for rows, shared := range map[int]bool{50: true, 49: false} {
		mask, dst := grid.New[uint8](rows, 60), grid.New[float32](rows, 60)
		edt.Transform(dst, mask, o)
		alone := runtime.NumGoroutine()
		for deadline := time.Now().Add(10 * time.Millisecond); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
			alone = min(alone, runtime.NumGoroutine()) // once the helpers of other tests have gone home
		}
		some := false // a helper waits for more work
		for range 100 {
			edt.Transform(dst, mask, o)
			some = some || runtime.NumGoroutine() > alone
		}
		if some != shared {
			t.Errorf("with %d rows, are there helpers? %v", rows, some)
		}
	}
}

// What a first call allocates beside its result is what stays in the cache and a few
// lines, not a grid.
func TestScratchIsSmall(t *testing.T) {
	mask, labels := grid.New[uint8](4000, 1000), grid.New[int32](4000, 1000)
	for i := range mask.Data {
		mask.Data[i] = uint8(min(i%977, 1))
		labels.Data[i] = int32(i % 977 / 900 * (i/50_000 + 1))
	}
	d := grid.Like[float32](nil, mask.Shape)
	two := &edt.Two{D1: d, D2: grid.New[float32](4000, 1000), ID1: grid.New[int32](4000, 1000), ID2: grid.New[int32](4000, 1000)}
	for name, f := range map[string]func(){
		"Transform":  func() { edt.Transform(d, mask, edt.Options{}) },
		"spaced":     func() { edt.Transform(d, mask, edt.Options{Spacing: []float64{2.5, 0.65}}) },
		"TwoNearest": func() { edt.TwoNearest(two, labels, edt.Options{}) },
		"by rows":    func() { edt.TwoNearestRows(labels, edt.Options{}, func(int, []float32, []float32) {}) },
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		if bytes := float64(after.TotalAlloc-before.TotalAlloc) / float64(len(mask.Data)); bytes > 0.8 {
			t.Errorf("%s allocates %.3g bytes a pixel", name, bytes)
		}
	}
}

func TestPanics(t *testing.T) {
	for name, f := range map[string]func(){
		"destination": func() { edt.Transform(grid.New[float32](2, 3), grid.New[uint8](3, 2), edt.Options{}) },
		"axes":        func() { edt.Transform(nil, grid.New[uint8](3, 2), edt.Options{Spacing: []float64{1}}) },
		"zero":        func() { edt.Transform(nil, grid.New[uint8](3), edt.Options{Spacing: []float64{0}}) },
		"nan":         func() { edt.Transform(nil, grid.New[uint8](3), edt.Options{Spacing: []float64{math.NaN()}}) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}

func ExampleTransform() {
	mask := grid.From([]uint8{
		0, 0, 0, 0, 0,
		0, 1, 1, 1, 0,
		0, 1, 1, 1, 0,
		0, 1, 1, 1, 0,
	}, 4, 5)
	d := edt.Transform(nil, mask, edt.Options{})
	for y := range 4 {
		fmt.Println(d.Sub(y).Data)
	}
	// Output:
	// [0 0 0 0 0]
	// [0 1 1 1 0]
	// [0 1 2 1 0]
	// [0 1 2 1 0]
}

func ExampleOutside() {
	fmt.Println(edt.Outside(nil, grid.From([]uint8{0, 0, 1, 0, 0, 0}, 6), edt.Options{}).Data)
	// Output: [2 1 0 1 2 3]
}

func ExampleSigned() {
	fmt.Println(edt.Signed(nil, grid.From([]uint8{0, 0, 1, 1, 1, 0}, 6), edt.Options{}).Data)
	// Output: [2 1 -1 -2 -1 1]
}

func ExampleMultiLabel() {
	labels := grid.From([]int32{1, 1, 1, 2, 2, 2, 2, 0}, 8)
	fmt.Println(edt.MultiLabel(nil, labels, edt.Options{}).Data)
	// Output: [3 2 1 1 2 2 1 0]
}

func ExampleFeatures() {
	fmt.Println(edt.Features(nil, grid.From([]uint8{0, 0, 1, 0, 0, 0, 1}, 7), edt.Options{}).Data)
	// Output: [2 2 2 2 2 6 6]
}

func ExampleNearestLabel() {
	fmt.Println(edt.NearestLabel(nil, grid.From([]int32{0, 0, 7, 0, 0, 0, 3}, 7), edt.Options{}).Data)
	// Output: [7 7 7 7 7 3 3]
}

func ExampleTwoNearestRows() {
	labels := grid.From([]int32{
		1, 0, 0, 2,
		0, 0, 0, 2,
	}, 2, 4)
	edt.TwoNearestRows(labels, edt.Options{Squared: true}, func(at int, d1, d2 []float32) {
		fmt.Println(at, d1, d2)
	})
	// Unordered output:
	// 0 [0 1 1 0] [9 4 4 9]
	// 4 [1 2 1 0] [9 4 5 10]
}

func ExampleTwoNearest() {
	labels := grid.From([]int32{0, 7, 0, 0, 3, 3}, 6)
	two := edt.TwoNearest(nil, labels, edt.Options{})
	fmt.Println("d1", two.D1.Data, "to", two.ID1.Data)
	fmt.Println("d2", two.D2.Data, "to", two.ID2.Data)
	// Output:
	// d1 [1 0 1 1 0 0] to [7 7 7 3 3 3]
	// d2 [4 3 2 2 3 4] to [3 3 3 7 7 7]
}
