package weights_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/weightmap/weightmap/edt"
	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/weights"
)

// brute is the map by its definition: for every pixel the distance to every object
// and, inside, to the boundary pixels of its own.
func brute(u weights.UNet, labels *grid.Labels, ignore *grid.Mask) []float64 {
	h, w := labels.Shape[0], labels.Shape[1]
	sy, sx := 1.0, 1.0
	if u.Spacing != nil {
		sy, sx = u.Spacing[0], u.Spacing[1]
	}
	ids := map[int32]bool{}
	for _, id := range labels.Data {
		if id != 0 {
			ids[id] = true
		}
	}
	onBoundary := func(y, x int) bool {
		for _, d := range [][2]int{{-1, 0}, {1, 0}, {0, -1}, {0, 1}} {
			if y+d[0] >= 0 && y+d[0] < h && x+d[1] >= 0 && x+d[1] < w && labels.At(y+d[0], x+d[1]) != labels.At(y, x) {
				return true
			}
		}
		return false
	}
	out := make([]float64, len(labels.Data))
	for y := range h {
		for x := range w {
			own := labels.At(y, x)
			to := map[int32]float64{}
			depth := math.Inf(1)
			for b := range h {
				for a := range w {
					id := labels.At(b, a)
					if id == 0 {
						continue
					}
					d := math.Hypot(sy*float64(y-b), sx*float64(x-a))
					if old, ok := to[id]; !ok || d < old {
						to[id] = d
					}
					if id == own && onBoundary(b, a) {
						depth = min(depth, d)
					}
				}
			}
			d := []float64{math.Inf(1), math.Inf(1)}
			for _, v := range to {
				d = append(d, v)
			}
			slices.Sort(d)
			d1, d2 := d[0], d[1]
			wc := u.Class.Background
			if own != 0 {
				wc = u.Class.Foreground
				d1 = depth
			}
			sum := d1 + d2
			if u.Term == weights.TermD1 || u.Single == weights.SingleD1 && len(ids) < 2 {
				sum = d1
			}
			term := u.W0 * math.Exp(-sum*sum/(2*u.Sigma*u.Sigma))
			if own != 0 && u.Inside == weights.InsideNone {
				term = 0
			}
			i := y*w + x
			if out[i] = wc + term; ignore != nil && ignore.Data[i] != 0 {
				out[i] = 0
			}
		}
	}
	return out
}

// cells draws a few boxes, some of which touch.
func cells(rng *rand.Rand, h, w, n int) *grid.Labels {
	labels := grid.New[int32](h, w)
	for id := range n {
		y, x := rng.IntN(h), rng.IntN(w)
		for b := y; b < min(h, y+1+rng.IntN(1+h/4)); b++ {
			for a := x; a < min(w, x+1+rng.IntN(1+w/4)); a++ {
				labels.Set(int32(id+1), b, a)
			}
		}
	}
	return labels
}

// settings draws options from all there are.
func settings(rng *rand.Rand) weights.UNet {
	u := []weights.UNet{weights.DefaultUNet(), weights.Freiburg2019(), weights.OneObject()}[rng.IntN(3)]
	if rng.IntN(2) == 0 {
		u.Sigma = math.Exp(rng.Float64()*6 - 3)
		u.W0 = []float64{0, 1e-9, 0.5, 10, -3, 1e6}[rng.IntN(6)]
	}
	if rng.IntN(2) == 0 {
		u.Class = weights.Class{
			Background: []float64{0, 1, 0.7, 1.0 / 3, 1e-6, 300}[rng.IntN(6)],
			Foreground: []float64{0, 1, 0.7, 1.0 / 3, 1e-6, 300}[rng.IntN(6)],
		}
	}
	if rng.IntN(3) == 0 {
		u.Spacing = []float64{0.25 + rng.Float64(), 0.25 + rng.Float64()}
	}
	u.Inside = weights.Inside(rng.IntN(2))
	u.Single = weights.Single(rng.IntN(2))
	u.Term = weights.Term(rng.IntN(2))
	return u
}

func TestMapIsItsDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	s := new(weights.Scratch)
	for range 400 {
		u := settings(rng)
		labels := cells(rng, 1+rng.IntN(16), 1+rng.IntN(16), rng.IntN(5))
		var ignore *grid.Mask
		if rng.IntN(3) == 0 {
			ignore = grid.New[uint8](labels.Shape...)
			ignore.Data[rng.IntN(len(ignore.Data))] = 255
		}
		got := u.Map(nil, labels, ignore, s)
		for i, want := range brute(u, labels, ignore) {
			// d1, d2 and the result are float32; the exponent magnifies their rounding.
			tolerance := 1e-6 * (math.Abs(want) + math.Abs(u.W0))
			if math.Abs(float64(got.Data[i])-want) > tolerance {
				t.Fatalf("%+v of %v %v: pixel %d weighs %v, want %v", u, labels.Shape, labels.Data, i, got.Data[i], want)
			}
		}
	}
}

// The map that looks only as far as Radius is, bit for bit, the one that looks
// everywhere. The untruncated one is computed here in full, without the shortcut.
func TestRadiusChangesNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	beyond := 0
	for range 300 {
		u := settings(rng)
		labels := cells(rng, 1+rng.IntN(90), 1+rng.IntN(90), rng.IntN(9))
		near := u.Map(nil, labels, nil, nil)
		two := edt.TwoNearest(nil, labels, edt.Options{Spacing: u.Spacing})
		if all := u.FromDistances(nil, two.D1, two.D2, labels, nil, nil); !grid.Equal(near, all) {
			t.Fatalf("%+v of %v: Map and FromDistances differ", u, labels.Shape)
		}
		if u.Inside != weights.InsideNone || u.Term == weights.TermD1 || u.Single == weights.SingleD1 {
			continue
		}
		for i, id := range labels.Data {
			wc := float32(u.Class.Background)
			sum := float64(two.D1.Data[i]) + float64(two.D2.Data[i])
			full := float32(float64(wc) + u.W0*weights.Exp(-1/(2*u.Sigma*u.Sigma)*(sum*sum)))
			if id == 0 && near.Data[i] != full {
				t.Fatalf("%+v: %v away the weight is %v, untruncated %v", u, sum, near.Data[i], full)
			}
			if id == 0 && sum > u.Radius() {
				beyond++
			}
		}
	}
	if beyond < 10_000 {
		t.Fatalf("only %d pixels were beyond the radius: the test shows nothing", beyond)
	}
}

// The exponential is as good as the library's, and is the same in vectors: rows of
// eight and more pixels go through them, single pixels do not.
func TestExponential(t *testing.T) {
	for x := 0.0; x > -700; x -= 0.0137 {
		if got, want := weights.Exp(x), math.Exp(x); math.Abs(got-want) > 8e-16*want {
			t.Fatalf("exp(%v) = %v, want %v", x, got, want)
		}
	}
	if e := weights.Exp(math.Inf(-1)); e > 1e-300 {
		t.Errorf("exp(−Inf) = %v", e)
	}
	rng := rand.New(rand.NewPCG(5, 5))
	for range 200 {
		u := settings(rng)
		u.Spacing = nil
		labels := cells(rng, 1, 40, 4)
		two := edt.TwoNearest(nil, labels, edt.Options{})
		row := u.FromDistances(nil, two.D1, two.D2, labels, nil, nil)
		if u.Inside == weights.InsideBorder || u.Single == weights.SingleD1 {
			continue
		}
		for i, w := range row.Data {
			d1, d2 := grid.From(two.D1.Data[i:i+1], 1, 1), grid.From(two.D2.Data[i:i+1], 1, 1)
			one := u.FromDistances(nil, d1, d2, grid.From(labels.Data[i:i+1], 1, 1), nil, nil)
			if one.Data[0] != w {
				t.Fatalf("%+v: pixel %d of a row weighs %v, alone %v", u, i, w, one.Data[0])
			}
		}
	}
}

// Just inside the radius the term must still be looked at where it counts: the
// radius is not far larger than it need be.
func TestRadiusIsTight(t *testing.T) {
	u := weights.DefaultUNet()
	r := u.Radius()
	if r < 30 || r > 32 {
		t.Errorf("radius %v, want about 31", r)
	}
	at := func(s float64) float32 { return float32(1 + 10*math.Exp(-s*s/50)) }
	if at(r) != 1 {
		t.Errorf("at the radius the weight is still %v", at(r))
	}
	if at(r-1) == 1 {
		t.Error("a pixel inside the radius the weight is 1 already: the radius is too large")
	}
}

func TestPaperValues(t *testing.T) {
	// Two pixels with a gap: in the middle d1 + d2 = s + 1 at s background pixels.
	for s, want := range map[int]float64{2: 9.231, 5: 6.065, 10: 1.353, 15: 0.1111, 20: 0.0034} {
		labels := grid.New[int32](1, s+1)
		labels.Data[0], labels.Data[s] = 1, 2
		w := weights.DefaultUNet().Map(nil, labels, nil, nil)
		if got := float64(w.Data[s/2]) - 1; math.Abs(got-want) > 5e-4 {
			t.Errorf("d1+d2 = %d: border term %v, want %v", s, got, want)
		}
	}
}

func TestClass(t *testing.T) {
	c := weights.Count{Background: 75, Foreground: 25}.Class()
	if c.Background != 100.0/150 || c.Foreground != 2 {
		t.Errorf("75 and 25 pixels weigh %+v", c)
	}
	if mean := (75*c.Background + 25*c.Foreground) / 100; math.Abs(mean-1) > 1e-15 {
		t.Errorf("mean %v, want 1", mean)
	}
	for _, c := range []weights.Count{{}, {Background: 5}, {Foreground: 5}} {
		if c.Class() != (weights.Class{Background: 1, Foreground: 1}) {
			t.Errorf("%+v weighs %+v", c, c.Class())
		}
	}
}

func TestCountPixels(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	for range 300 {
		labels := grid.New[int32](rng.IntN(20))
		var ignore *grid.Mask
		if rng.IntN(2) == 0 {
			ignore = grid.New[uint8](labels.Shape...)
		}
		var want weights.Count
		for i := range labels.Data {
			labels.Data[i] = []int32{0, 0, 1, -1, math.MinInt32, math.MaxInt32}[rng.IntN(6)]
			if ignore != nil {
				ignore.Data[i] = uint8(max(0, 2*rng.IntN(255)-255))
			}
			switch {
			case ignore != nil && ignore.Data[i] != 0:
			case labels.Data[i] != 0:
				want.Foreground++
			default:
				want.Background++
			}
		}
		if got := weights.CountPixels(labels, ignore); got != want {
			t.Fatalf("%v without %v: %+v, want %+v", labels.Data, ignore, got, want)
		}
	}
}

func TestIgnoredPixels(t *testing.T) {
	labels := grid.From([]int32{1, 0, 0, 2}, 1, 4)
	ignore := grid.From([]uint8{0, 1, 0, 1}, 1, 4)
	if c := weights.CountPixels(labels, ignore); c != (weights.Count{Background: 1, Foreground: 1}) {
		t.Errorf("counted %+v", c)
	}
	w := weights.DefaultUNet().Map(nil, labels, ignore, nil)
	if w.Data[1] != 0 || w.Data[3] != 0 || w.Data[0] == 0 || w.Data[2] == 0 {
		t.Errorf("ignored pixels weigh %v", w.Data)
	}
}

func Test3D(t *testing.T) {
	// Seen along any axis, two plates are two pixels on a line.
	line := grid.New[int32](1, 7)
	line.Data[0], line.Data[6] = 1, 2
	want := weights.DefaultUNet().Map(nil, line, nil, nil)
	for axis := range 3 {
		shape := []int{3, 3, 3}
		shape[axis] = 7
		labels := grid.New[int32](shape...)
		outer, n, inner := grid.Axis(shape, axis)
		for o := range outer {
			for j := range inner {
				labels.Data[o*n*inner+j], labels.Data[(o*n+n-1)*inner+j] = 1, 2
			}
		}
		got := weights.DefaultUNet().Map(nil, labels, nil, nil)
		for i, w := range got.Data {
			if w != want.Data[i/inner%n] {
				t.Fatalf("axis %d, pixel %d weighs %v, want %v", axis, i, w, want.Data[i/inner%n])
			}
		}
	}
}

func TestNothingAllocatedWithScratch(t *testing.T) {
	labels := cells(rand.New(rand.NewPCG(3, 3)), 64, 64, 6)
	for _, u := range []weights.UNet{weights.DefaultUNet(), weights.OneObject()} {
		s, dst := new(weights.Scratch), grid.New[float32](64, 64)
		u.Map(dst, labels, nil, s)
		if n := testing.AllocsPerRun(10, func() { u.Map(dst, labels, nil, s) }); n > 0 {
			t.Errorf("%+v allocates %v times", u, n)
		}
	}
}

func TestWorkersChangeNothing(t *testing.T) {
	labels := cells(rand.New(rand.NewPCG(4, 4)), 70, 90, 9)
	u := weights.DefaultUNet()
	u.Inside = weights.InsideBorder
	want := u.Map(nil, labels, nil, nil)
	for _, u.Workers = range []int{2, 5} {
		if !grid.Equal(u.Map(nil, labels, nil, nil), want) {
			t.Errorf("the map differs with %d workers", u.Workers)
		}
	}
}

func TestPanicsOnNoMap(t *testing.T) {
	for name, change := range map[string]func(*weights.UNet){
		"sigma 0":     func(u *weights.UNet) { u.Sigma = 0 },
		"sigma NaN":   func(u *weights.UNet) { u.Sigma = math.NaN() },
		"w0 infinite": func(u *weights.UNet) { u.W0 = math.Inf(1) },
		"class NaN":   func(u *weights.UNet) { u.Class.Background = math.NaN() },
	} {
		u := weights.DefaultUNet()
		change(&u)
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			u.Map(nil, grid.New[int32](2, 2), nil, nil)
		}()
	}
}

func ExampleUNet_Map() {
	labels := grid.From([]int32{
		1, 1, 0, 2, 2, 0, 0, 0, 0,
	}, 1, 9)
	w := weights.DefaultUNet().Map(nil, labels, nil, nil)
	for _, v := range w.Data {
		fmt.Printf("%.3f ", v)
	}
	// Output: 1.000 1.000 10.231 1.000 1.000 7.065 4.753 2.979 1.889
}

func ExampleUNet_FromDistances() {
	labels := grid.From([]int32{1, 0, 0, 2}, 1, 4)
	two := edt.TwoNearest(nil, labels, edt.Options{})
	fmt.Printf("%.3f\n", weights.DefaultUNet().FromDistances(nil, two.D1, two.D2, labels, nil, nil).Data)
	// Output: [1.000 9.353 9.353 1.000]
}

func ExampleCount_Class() {
	labels := grid.From([]int32{0, 0, 0, 5}, 2, 2)
	fmt.Printf("%.3f\n", weights.CountPixels(labels, nil).Class())
	// Output: {0.667 2.000}
}
