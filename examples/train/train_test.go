package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats/scalar"
	"gonum.org/v1/gonum/mat"

	"github.com/weightmap/weightmap/dataset"
	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/losses"
)

// TestBackward compares the network's gradient, by all parameters, with central
// differences. The loss is a random weighted sum of the logits, whose gradient is known.
func TestBackward(t *testing.T) {
	const h, w, step = 7, 6, 1e-6
	r := rand.New(rand.NewPCG(3, 4))
	random := func() []float64 {
		x := make([]float64, h*w)
		for i := range x {
			x[i] = r.NormFloat64()
		}
		return x
	}
	m := newModel(5, []int{3, 2, 3})
	image, grad := mat.NewDense(1, h*w, random()), mat.NewDense(1, h*w, random())
	values, grads := m.parameters()
	for _, x := range values {
		for i := range x {
			x[i] += 0.1 * r.NormFloat64() // biases begin at 0, where all is dark
		}
	}
	loss := func() float64 { return mat.Dot(m.forward(image, h).RowView(0), grad.RowView(0)) }
	loss()
	m.backward(grad)
	count := 0
	for k, x := range values {
		for i, at := range x {
			x[i] = at + step
			above := loss()
			x[i] = at - step
			below := loss()
			x[i] = at
			want := (above - below) / (2 * step)
			if !scalar.EqualWithinAbsOrRel(grads[k][i], want, 1e-7, 1e-6) {
				t.Errorf("parameter %d of group %d: %v, want %v", i, k, grads[k][i], want)
			}
			if want != 0 {
				count++
			}
		}
	}
	if count < 100 {
		t.Errorf("only %d parameters matter", count)
	}
}

// TestConvolution computes a layer the obvious way.
func TestConvolution(t *testing.T) {
	const in, out, h, w = 2, 3, 5, 4
	r := rand.New(rand.NewPCG(1, 2))
	for _, apart := range []int{1, 2, 4, 6} {
		c := newConv(r, in, out, 3, apart)
		c.b[1] = 0.5
		x := mat.NewDense(in, h*w, nil)
		for i := range x.RawMatrix().Data {
			x.RawMatrix().Data[i] = r.NormFloat64()
		}
		y := c.forward(x, h)
		for o := range out {
			for i := range h * w {
				want := c.b[o]
				for t := range in * 9 {
					row, column := i/w+(t%9/3-1)*apart, i%w+(t%3-1)*apart
					if row >= 0 && row < h && column >= 0 && column < w {
						want += c.w.At(o, t) * x.At(t/9, row*w+column)
					}
				}
				if got := y.At(o, i); math.Abs(got-want) > 1e-12 {
					t.Fatalf("filter %d, %d apart, pixel %d: %v, want %v", o, apart, i, got, want)
				}
			}
		}
	}
}

// small settings train in a moment.
func small() settings {
	s := defaults()
	s.steps, s.hidden, s.size, s.train, s.h, s.w, s.held = 40, []int{4, 4}, 48, 8, 64, 64, 2
	return s
}

// loads is the loader of those settings.
func loads(t *testing.T, s settings) *dataset.Loader {
	t.Helper()
	l, err := newLoader(t.Context(), t.TempDir(), s.seed, s.train, s.size, s.border)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestSameBatches: both networks see the same, image after image, and in every epoch
// all of it, lying otherwise.
func TestSameBatches(t *testing.T) {
	s := small()
	l := loads(t, s)
	a, b := newTrainer(t.Context(), s, l, losses.CrossEntropy{}, false), newTrainer(t.Context(), s, l, losses.CrossEntropy{}, true)
	defer a.close()
	defer b.close()
	views := map[dataset.View]bool{}
	names := map[string]int{}
	for range 3 * s.train {
		x, err, _ := a.next()
		y, err2, _ := b.next()
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		if !grid.Equal(x.Image, y.Image) || !grid.Equal(x.Target, y.Target) || !grid.Equal(x.Weights, y.Weights) {
			t.Fatal("the batches differ")
		}
		names[x.Samples[0].Name]++
		views[x.Views[0]] = true
		// Weights are high in the ridges, which are background.
		for i, w := range x.Weights.Data {
			if x.Target.Data[i] != 0 && w != 1 || w < 1 {
				t.Fatalf("an object's pixel weighs %v", w)
			}
		}
	}
	if len(names) != s.train || len(views) < 8 {
		t.Errorf("%d images, in %d ways", len(names), len(views))
	}
	for name, n := range names {
		if n != 3 {
			t.Errorf("%s was there %d times in 3 epochs", name, n)
		}
	}
}

// TestWhatFailsIsSaid: a file that goes while the network trains.
func TestWhatFailsIsSaid(t *testing.T) {
	s := small()
	dir := t.TempDir()
	l, err := newLoader(t.Context(), dir, s.seed, s.train, s.size, s.border)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "nuclei", "images", "nuclei-03.png")); err != nil {
		t.Fatal(err)
	}
	tr := newTrainer(t.Context(), s, l, losses.CrossEntropy{}, false)
	defer tr.close()
	if err := tr.steps(s.steps); err == nil || !strings.Contains(err.Error(), "nuclei-03.png") {
		t.Errorf("%v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := compare(ctx, io.Discard, s, dir); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestLossFalls(t *testing.T) {
	s := small()
	loader := loads(t, s)
	for name, tr := range map[string]*trainer{
		"cross entropy": newTrainer(t.Context(), s, loader, losses.CrossEntropy{}, false),
		"weighted":      newTrainer(t.Context(), s, loader, losses.DistanceWeighted{}, true),
	} {
		t.Cleanup(tr.close)
		var first float64
		for _, until := range []int{s.train, s.steps - s.train, s.steps} { // one epoch, and one at the end
			if err := tr.steps(until); err != nil {
				t.Fatal(err)
			}
			if until == s.train {
				first = tr.loss
			}
		}
		if !(tr.loss < first/2) {
			t.Errorf("%s: loss %v at first, %v in the end", name, first, tr.loss)
		}
	}
}

// TestSameBeginning: both networks begin alike, so that only the loss tells them apart.
func TestSameBeginning(t *testing.T) {
	a, b := newModel(1, []int{4, 4}), newModel(1, []int{4, 4})
	x, _ := a.parameters()
	y, _ := b.parameters()
	for k := range x {
		for i := range x[k] {
			if x[k][i] != y[k][i] {
				t.Fatalf("group %d differs", k)
			}
		}
	}
}

// TestScore counts by hand: nuclei 1 and 2 touch and are fused, 3 and 4 touch at a
// corner and are kept apart, 5 is missed.
func TestScore(t *testing.T) {
	s := &scene{h: 3, w: 7}
	s.labels = grid.From([]int32{
		1, 2, 2, 0, 3, 0, 0,
		1, 2, 2, 0, 0, 4, 4,
		0, 0, 0, 0, 0, 5, 0,
	}, 3, 7)
	s.cut = s.labels
	objects := []float64{
		1, 1, 1, 0, 1, 0, 0,
		1, 1, 1, 0, 0, 0, 1,
		0, 0, 0, 0, 0, 0, 0,
	}
	var got score
	got.add(s, objects, 0)
	// Nucleus 2 is 4 of 6 pixels of its object, 3 is all of its, 4 is half found.
	want := score{touching: 3, apart: 1, nuclei: 5, found: 2, intersection: 8, union: 10}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := measure([]*scene{s}, [][]float64{objects}, 1); got.intersection != 0 || got.found != 0 || got.apart != 0 {
		t.Errorf("nothing is above the threshold, but %+v", got)
	}
}

func TestRaise(t *testing.T) {
	s := &scene{h: 1, w: 4, labels: grid.From([]int32{1, 1, 1, 1}, 1, 4)}
	s.cut = s.labels
	logits := [][]float64{{1, 2, 3, 4}}
	threshold, got := raise([]*scene{s}, logits, 0.5)
	if threshold < 2.9 || threshold >= 3 || got.iou() != 0.5 {
		t.Errorf("threshold %v and IoU %v, want just below 3 and 0.5", threshold, got.iou())
	}
	if threshold, _ = raise([]*scene{s}, logits, 0); threshold < 3.9 || threshold >= 4 {
		t.Errorf("threshold %v, want just below 4", threshold)
	}
}

// TestCompare runs the whole program.
func TestCompare(t *testing.T) {
	dir := t.TempDir()
	var out bytes.Buffer
	if err := compare(t.Context(), &out, small(), dir); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"step    cross entropy  weighted by map", "    40  ", "cross entropy weighted by the map", "2 pictures in " + dir} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
	for _, name := range []string{"held-out-01.png", "held-out-02.png"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
}
