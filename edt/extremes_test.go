package edt_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/weightmap/weightmap/edt"
	"github.com/weightmap/weightmap/grid"
)

// Images of few columns, of few rows, and so long that squares need 64 bits: large, but
// with so few sites that every pixel can be measured to each of them.

// place is a pixel that something is measured to.
type place struct {
	y, x int
	id   int32
}

// chart measures the pixels of an image to places, by definition.
type chart struct {
	ruler
	height, width int
	wy, wx        float64
}

func newChart(shape []int, o edt.Options) chart {
	c := chart{newRuler(shape, o), shape[0], shape[1], 1, 1}
	if !c.even {
		c.wy, c.wx = o.Spacing[0]*o.Spacing[0], o.Spacing[1]*o.Spacing[1]
	}
	return c
}

func (c *chart) squareTo(i int, p place) float64 {
	dy, dx := float64(i/c.width-p.y), float64(i%c.width-p.x)
	return float64(c.wy*float64(dy*dy)) + float64(c.wx*float64(dx*dx))
}

// toFrame is the square of the distance to the nearest pixel just outside.
func (c *chart) toFrame(i int) float64 {
	y, x := i/c.width, i%c.width
	dy, dx := float64(min(y+1, c.height-y)), float64(min(x+1, c.width-x))
	return min(float64(c.wy*float64(dy*dy)), float64(c.wx*float64(dx*dx)))
}

// kinds is more than any object's id.
const kinds = 8

// to returns the square of the distance to every object, by id, and the two smallest.
func (c *chart) to(i int, places []place) (all [kinds]float64, q1, q2 float64) {
	for id := range all {
		all[id] = math.Inf(1)
	}
	for _, p := range places {
		all[p.id] = min(all[p.id], c.squareTo(i, p))
	}
	sorted := all
	slices.Sort(sorted[:])
	return all, sorted[0], sorted[1]
}

// objects lists the pixels of all objects, edges those that have a neighbour of another
// label. What is nearest of another label has: the next pixel on the way to it has not.
func objects(labels *grid.Labels) (all []place, edges []place) {
	h, w := labels.Shape[0], labels.Shape[1]
	for i, id := range labels.Data {
		y, x := i/w, i%w
		if id != 0 {
			all = append(all, place{y, x, id})
		}
		if y > 0 && labels.Data[i-w] != id || y+1 < h && labels.Data[i+w] != id ||
			x > 0 && labels.Data[i-1] != id || x+1 < w && labels.Data[i+1] != id {
			edges = append(edges, place{y, x, id})
		}
	}
	return all, edges
}

// checkChart compares all transforms of labels, whose objects must be few pixels, with
// the definition, bit for bit, and for several numbers of workers.
func checkChart(t *testing.T, labels *grid.Labels, o edt.Options) {
	t.Helper()
	c := newChart(labels.Shape, o)
	n := len(labels.Data)
	at := func(i int) string { return fmt.Sprintf("%v with %+v: pixel %d", labels.Shape, o, i) }
	all, edges := objects(labels)
	mask, holes := maskOf(labels), grid.New[uint8](labels.Shape...)
	for i, m := range mask.Data {
		holes.Data[i] = 1 - m
	}
	inside := edt.Transform(nil, holes, o) // to the objects, and the border
	outside := edt.Outside(nil, mask, o)
	index := edt.Features(nil, mask, o)
	whose := edt.NearestLabel(nil, labels, o)
	two := edt.TwoNearest(nil, labels, o)
	multi := edt.MultiLabel(nil, labels, o)
	objectHoles := grid.New[int32](labels.Shape...)
	for i, m := range holes.Data {
		objectHoles.Data[i] = 5 * int32(m)
	}
	if got := edt.MultiLabel(nil, objectHoles, o); !grid.Equal(got, inside) {
		t.Fatalf("MultiLabel of one object and Transform of %v with %+v differ", labels.Shape, o)
	}
	for i := range n {
		to, to1, to2 := c.to(i, all)
		d1, d2 := c.distance(to1), c.distance(to2)
		if outside.Data[i] != d1 {
			t.Fatalf("Outside of %s is %v away, want %v", at(i), outside.Data[i], d1)
		}
		in := to1
		if o.BorderIsBackground {
			in = min(in, c.toFrame(i))
		}
		if want := c.distance(in); inside.Data[i] != want {
			t.Fatalf("Transform of %s is %v away, want %v", at(i), inside.Data[i], want)
		}
		if two.D1.Data[i] != d1 || two.D2.Data[i] != d2 {
			t.Fatalf("TwoNearest of %s has %v %v, want %v %v", at(i), two.D1.Data[i], two.D2.Data[i], d1, d2)
		}
		if j := int(index.Data[i]); j < 0 != (len(all) == 0) ||
			j >= 0 && (mask.Data[j] == 0 || c.squareTo(i, place{y: j / c.width, x: j % c.width}) != to1) {
			t.Fatalf("Features of %s is sent to %d, which is not the nearest", at(i), j)
		}
		for k, id := range []int32{whose.Data[i], two.ID1.Data[i], two.ID2.Data[i]} {
			want := []float64{to1, to1, to2}[k]
			if (id == 0) != math.IsInf(want, 1) || to[id] != want {
				name := []string{"NearestLabel", "the first of TwoNearest", "the second of TwoNearest"}[k]
				t.Fatalf("%s of %s is %d, which is √%v away, want √%v", name, at(i), id, to[id], want)
			}
		}
		if two.ID1.Data[i] == two.ID2.Data[i] && two.ID1.Data[i] != 0 {
			t.Fatalf("TwoNearest of %s has object %d twice", at(i), two.ID1.Data[i])
		}
		edge := 0.
		if id := labels.Data[i]; id != 0 {
			edge = math.Inf(1)
			for _, p := range edges {
				if p.id != id {
					edge = min(edge, c.squareTo(i, p))
				}
			}
			if o.BorderIsBackground {
				edge = min(edge, c.toFrame(i))
			}
		}
		if want := c.distance(edge); multi.Data[i] != want {
			t.Fatalf("MultiLabel of %s has %v, want %v", at(i), multi.Data[i], want)
		}
	}

	for workers := 2; workers <= 4; workers++ {
		o := o
		o.Workers = workers
		if !grid.Equal(inside, edt.Transform(nil, holes, o)) || !grid.Equal(outside, edt.Outside(nil, mask, o)) ||
			!grid.Equal(index, edt.Features(nil, mask, o)) || !grid.Equal(whose, edt.NearestLabel(nil, labels, o)) ||
			!grid.Equal(multi, edt.MultiLabel(nil, labels, o)) || !sameTwo(two, edt.TwoNearest(nil, labels, o)) {
			t.Fatalf("a transform of %v with %+v differs from that of one worker", labels.Shape, o)
		}
	}
}

// checkLimited compares what a Radius leaves with all distances.
func checkLimited(t *testing.T, labels *grid.Labels, o edt.Options, radius float64) {
	t.Helper()
	o.Radius, o.Workers = 0, 1
	all := edt.TwoNearest(nil, labels, o)
	o.Radius = radius
	near := edt.TwoNearest(nil, labels, o)
	check := func(i int, full, got *grid.Map, id *grid.Labels) {
		want := full.Data[i]
		if float64(want) > radius {
			want = float32(math.Inf(1))
		}
		if got.Data[i] != want || (id.Data[i] == 0) != math.IsInf(float64(want), 1) {
			t.Fatalf("TwoNearest of %v with %+v: pixel %d is %v from %d, want %v", labels.Shape, o, i, got.Data[i], id.Data[i], want)
		}
	}
	for i := range labels.Data {
		check(i, all.D1, near.D1, near.ID1)
		check(i, all.D2, near.D2, near.ID2)
	}
	o.Workers = 3
	if !sameTwo(near, edt.TwoNearest(nil, labels, o)) {
		t.Fatalf("TwoNearest of %v with %+v differs from that of one worker", labels.Shape, o)
	}
}

// Up to so few columns an image is turned, or not any more; few of them are also less
// than a vector.
func TestNarrowImages(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	n := 400
	if testing.Short() || raceEnabled {
		n = 60
	}
	scratch := new(edt.Scratch)
	for k := range n {
		labels := grid.New[int32](1+rng.IntN(300), 1+k%27)
		if k%5 == 0 {
			labels = grid.New[int32](1+k%27, 1+rng.IntN(300))
		}
		for range rng.IntN(1 + []int{3, 30, 300}[rng.IntN(3)]) {
			labels.Data[rng.IntN(len(labels.Data))] = 1 + rng.Int32N(6)
		}
		o := edt.Options{
			Spacing:            spacings(rng, 2),
			Squared:            rng.IntN(4) == 0,
			BorderIsBackground: rng.IntN(2) == 0,
			Scratch:            scratch,
		}
		checkChart(t, labels, o)
		o.Squared = false
		o.Radius = unit(o) * math.Exp(6*rng.Float64())
		checkGaps(t, labels, o)
		if o.Spacing == nil {
			checkLimited(t, labels, o, math.Exp(6*rng.Float64()))
		}
	}
}

// Distances of some 40,000 and 60,000 pixels, the squares of which need 64 bits, by
// themselves and where most of the image has small ones; along the rows and across them.
// That also where the image has too many columns to be turned.
func TestFarApart(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	images := []string{"pair", "at one end", "dense but for a stretch", "dense ends", "none"}
	for k, image := range images {
		for s, shape := range [][]int{{60_050, 2}, {2, 60_050}, {40_100, 3}, {3, 40_100}, {60_050, 24}, {1, 90_000}, {90_000, 1}} {
			if (testing.Short() || raceEnabled) && (k+s)%4 != 0 {
				continue
			}
			labels := grid.New[int32](shape...)
			long := max(shape[0], shape[1])
			put := func(along int) {
				y, x := along, rng.IntN(shape[1])
				if shape[1] == long {
					y, x = rng.IntN(shape[0]), along
				}
				labels.Set(1+rng.Int32N(4), y, x)
			}
			switch image {
			case "pair":
				put(3)
				put(long - 7)
			case "at one end":
				for range 9 {
					put(rng.IntN(50))
				}
			case "dense but for a stretch":
				for i := 0; i < 8_000; i += 1 + rng.IntN(120) {
					put(i)
				}
			case "dense ends":
				for range 40 {
					put(rng.IntN(300))
					put(long - 1 - rng.IntN(300))
				}
			}
			o := edt.Options{BorderIsBackground: rng.IntN(2) == 0, Scratch: new(edt.Scratch)}
			if o.Spacing = nil; rng.IntN(3) == 0 {
				o.Spacing = []float64{0.5, 0.5}
			}
			checkChart(t, labels, o)
			o.Spacing = nil
			radii := []float64{20.5, 127.5, 20_000.5, 32_767.5, 32_768.5, 45_000.5}
			checkLimited(t, labels, o, radii[(k+s)%6])
			checkLimited(t, labels, o, radii[(k+s+3)%6])
			o.Radius = []float64{31, 40_000, 80_000}[rng.IntN(3)]
			checkGaps(t, labels, o)
		}
	}
}

// Rows that are handed over are whole, right, and each comes once, whoever does it.
func TestRowsAreWhole(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	for _, shape := range [][]int{{40, 30}, {20_000, 7}, {5_000, 1}, {2, 900}, {6, 5, 4}, {17}} {
		for _, workers := range []int{1, 3} {
			labels := scattered(rng, 0.1, shape...)
			want := edt.TwoNearest(nil, labels, edt.Options{})
			n := shape[len(shape)-1]
			seen := make([]int32, len(labels.Data)/n)
			edt.TwoNearestRows(labels, edt.Options{Workers: workers}, func(at int, d1, d2 []float32) {
				if at%n != 0 || len(d1)%n != 0 || len(d1) == 0 || len(d1) != len(d2) {
					t.Errorf("%v: %d and %d pixels from %d on are no rows", shape, len(d1), len(d2), at)
				}
				if !slices.Equal(d1, want.D1.Data[at:at+len(d1)]) || !slices.Equal(d2, want.D2.Data[at:at+len(d2)]) {
					t.Errorf("%v: the rows at %d are not what TwoNearest has", shape, at)
				}
				for k := range len(d1) / n {
					seen[at/n+k]++ // the rows of one call are nobody else's
				}
			})
			if slices.Min(seen) != 1 || slices.Max(seen) != 1 {
				t.Errorf("%v: rows come from %d to %d times", shape, slices.Min(seen), slices.Max(seen))
			}
		}
	}
}

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
