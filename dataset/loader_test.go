package dataset

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/judge"
	"github.com/weightmap/weightmap/internal/npy"
)

func newLoader(t testing.TB, dir string, change func(*LoaderOptions)) *Loader {
	t.Helper()
	samples, err := Samples(t.Context(), dir, SampleOptions{})
	must(t, err)
	o := DefaultLoader()
	o.Crop = [2]int{96, 128}
	change(&o)
	l, err := NewLoader(samples, o)
	must(t, err)
	return l
}

func epoch(t testing.TB, l *Loader, n int) []*Batch {
	t.Helper()
	var all []*Batch
	for b, err := range l.Epoch(t.Context(), n) {
		must(t, err)
		all = append(all, b)
	}
	return all
}

func equalBatches(a, b []*Batch) bool {
	return slices.EqualFunc(a, b, func(a, b *Batch) bool {
		return grid.Equal(a.Image, b.Image) && grid.Equal(a.Target, b.Target) && grid.Equal(a.Weights, b.Weights) &&
			slices.Equal(a.Views, b.Views) && slices.EqualFunc(a.Samples, b.Samples, func(a, b Sample) bool { return a.Name == b.Name })
	})
}

// NumPy cuts, flips, turns and pads the files of each sample, and gets the batches.
func TestLoaderAgainstNumPy(t *testing.T) {
	judge.Need(t, "PIL")
	dir := nuclei(t, "nuclei", Weights, Target)
	seen := map[View]bool{}
	turns, flips, padded := map[int]bool{}, map[[2]bool]bool{}, 0
	for i, crop := range [][2]int{{96, 128}, {300, 200}, {400, 400}, {1, 7}} {
		for random := range 2 {
			l := newLoader(t, dir, func(o *LoaderOptions) { o.Batch, o.Crop, o.RandomCrop, o.Seed = 3, crop, random == 1, uint64(i) })
			out := t.TempDir()
			var lines []string
			for e := range 4 {
				for j, b := range epoch(t, l, e) {
					name := fmt.Sprintf("%d-%d", e, j)
					must(t, npy.WriteFile(filepath.Join(out, name+".image.npy"), b.Image))
					must(t, npy.WriteFile(filepath.Join(out, name+".target.npy"), b.Target))
					must(t, npy.WriteFile(filepath.Join(out, name+".weights.npy"), b.Weights))
					for k, v := range b.Views {
						seen[v], turns[v.Turns], flips[[2]bool{v.FlipY, v.FlipX}] = true, true, true
						if v.Top < 0 || v.Left < 0 {
							padded++
						}
						flip := map[bool]int{true: -1, false: 1}
						lines = append(lines, fmt.Sprint(name, " ", k, " ", b.Samples[k].Name, " ", v.Top, " ", v.Left, " ", v.Height, " ", v.Width, " ", flip[v.FlipY], " ", flip[v.FlipX], " ", v.Turns))
					}
				}
			}
			got := judge.Python(t, `
				import sys
				import numpy as np
				from PIL import Image
				dir, out, lines, H, W = sys.argv[1:]
				for line in lines.split('\n'):
					batch, k, name, *numbers = line.split()
					top, left, h, w, fy, fx, turns = map(int, numbers)
					files = {
						'image': (np.array(Image.open(dir + '/' + name.replace('labels', 'images') + '.png')) / 255).astype(np.float32),
						'target': np.load(f'{dir}/{name}.target.npy'),
						'weights': np.load(f'{dir}/{name}.weights.npy'),
					}
					for kind, a in files.items():
						pad = 1000
						a = np.pad(a, pad)[top + pad:top + pad + h, left + pad:left + pad + w]
						want = np.rot90(a[::fy, ::fx], turns)
						got = np.load(f'{out}/{batch}.{kind}.npy')[int(k)]
						assert got.dtype == want.dtype and got.shape == want.shape == (int(H), int(W)), (line, got.shape, want.shape)
						assert np.allclose(got, want, rtol=1e-6, atol=0) if kind == 'image' else np.array_equal(got, want), (line, kind)
				print('same')
			`, dir, out, strings.Join(lines, "\n"), fmt.Sprint(crop[0]), fmt.Sprint(crop[1]))
			if strings.TrimSpace(got) != "same" || len(lines) != 16 {
				t.Errorf("crop %v: %s (%d views)", crop, got, len(lines))
			}
		}
	}
	if len(turns) != 4 || len(flips) != 4 || padded == 0 || len(seen) < 60 {
		t.Errorf("%d turns, %d flips, %d padded, %d different views", len(turns), len(flips), padded, len(seen))
	}
}

// An epoch depends on its number and the seed, and on nothing that is about speed.
func TestLoaderIsDeterministic(t *testing.T) {
	dir := nuclei(t, "nuclei")
	want := epoch(t, newLoader(t, dir, func(o *LoaderOptions) { o.Batch, o.Jobs = 3, 1 }), 5)
	for _, jobs := range []int{1, 2, 7} {
		for _, prefetch := range []int{1, 4} {
			l := newLoader(t, dir, func(o *LoaderOptions) { o.Batch, o.Jobs, o.Prefetch = 3, jobs, prefetch })
			for range 2 {
				if !equalBatches(epoch(t, l, 5), want) {
					t.Errorf("with %d jobs and prefetch %d the epoch is another", jobs, prefetch)
				}
			}
			if equalBatches(epoch(t, l, 6), want) {
				t.Error("two epochs are the same")
			}
		}
	}
	if equalBatches(epoch(t, newLoader(t, dir, func(o *LoaderOptions) { o.Batch, o.Seed = 3, 1 }), 5), want) {
		t.Error("two seeds are the same")
	}
}

// Each sample is once in an epoch, and the last batch has what is left.
func TestLoaderBatches(t *testing.T) {
	dir := nuclei(t, "nuclei", Weights, Target)
	for _, c := range []struct {
		batch int
		drop  bool
		want  []int
	}{{1, false, []int{1, 1, 1, 1}}, {3, false, []int{3, 1}}, {3, true, []int{3}}, {4, true, []int{4}}, {9, false, []int{4}}, {9, true, nil}} {
		l := newLoader(t, dir, func(o *LoaderOptions) { o.Batch, o.DropLast, o.Shuffle = c.batch, c.drop, false })
		var sizes []int
		var names []string
		for _, b := range epoch(t, l, 0) {
			sizes = append(sizes, b.Image.Shape[0])
			for _, s := range b.Samples {
				names = append(names, s.Name)
			}
		}
		if !slices.Equal(sizes, c.want) || l.Len() != len(c.want) {
			t.Errorf("%+v: batches of %v, and Len is %d", c, sizes, l.Len())
		}
		if !slices.IsSorted(names) || len(slices.Compact(names)) != len(names) {
			t.Errorf("%+v: %v", c, names)
		}
	}
	l := newLoader(t, dir, func(o *LoaderOptions) { o.Batch = 4 })
	orders := map[string]bool{}
	for e := range 20 {
		var names []string
		for _, s := range epoch(t, l, e)[0].Samples {
			names = append(names, s.Name)
		}
		orders[strings.Join(names, " ")] = true
		slices.Sort(names)
		if len(slices.Compact(names)) != 4 {
			t.Errorf("epoch %d has %v", e, names)
		}
	}
	if len(orders) < 5 {
		t.Errorf("20 epochs have %d orders", len(orders))
	}
}

// Targets are the same whether they were saved or not, of objects in files, too; and a
// sample of one's own files needs no manifest.
func TestLoaderTargets(t *testing.T) {
	for _, name := range []string{"nuclei", "stage1_train"} {
		change := func(o *LoaderOptions) { o.Crop = [2]int{256, 320}; o.Turn = false }
		saved := epoch(t, newLoader(t, nuclei(t, name, Weights, Target), change), 1)
		dir := nuclei(t, name)
		l := newLoader(t, dir, change)
		made := epoch(t, l, 1)
		if !equalBatches(saved, made) {
			t.Errorf("%s: targets that were saved are not those that are made", name)
		}
		var own []Sample
		for _, s := range l.samples {
			own = append(own, Sample{Name: s.Name, Image: s.Image, Mask: s.Mask, Weights: s.Weights})
		}
		l, err := NewLoader(own, l.o)
		must(t, err)
		if !equalBatches(epoch(t, l, 1), made) {
			t.Errorf("%s: samples by their files are others", name)
		}
	}
}

// A file that fails ends the epoch with an error that names it.
func TestLoaderErrors(t *testing.T) {
	for want, spoil := range map[string]func(dir string){
		"nuclei-02.png": func(dir string) { must(t, os.Remove(filepath.Join(dir, "images", "nuclei-02.png"))) },
		"nuclei-03.png: the image has shape [1 1], and its mask [256 320]": func(dir string) {
			draw(t, filepath.Join(dir, "images", "nuclei-03.png"), "1")
		},
		"nuclei-01.weights.npy: the weights have shape [2 2], and the mask [256 320]": func(dir string) {
			must(t, npy.WriteFile(filepath.Join(dir, "labels", "nuclei-01.weights.npy"), grid.New[float32](2, 2)))
		},
		"nuclei-04.weights.npy: batches are made of images": func(dir string) {
			must(t, npy.WriteFile(filepath.Join(dir, "labels", "nuclei-04.weights.npy"), grid.New[float32](2, 2, 2)))
		},
	} {
		dir := nuclei(t, "nuclei")
		l := newLoader(t, dir, func(o *LoaderOptions) { o.Batch, o.Jobs = 1, 3 })
		spoil(dir)
		var errs []error
		for b, err := range l.Epoch(t.Context(), 0) {
			if err != nil {
				errs = append(errs, err)
			} else if b == nil || len(errs) > 0 {
				t.Errorf("%s: there is batch %v after %v", want, b, errs)
			}
		}
		if len(errs) != 1 || !strings.Contains(errs[0].Error(), want) {
			t.Errorf("%v, want %s", errs, want)
		}
	}
	for want, c := range map[string]struct {
		samples []Sample
		o       LoaderOptions
	}{
		"no samples": {nil, DefaultLoader()},
		"no image":   {[]Sample{{Mask: "m.png"}}, DefaultLoader()},
		"a batch":    {[]Sample{{Image: "i"}}, LoaderOptions{Crop: [2]int{1, 1}}},
		"a crop":     {[]Sample{{Image: "i"}}, LoaderOptions{Batch: 1}},
		"prefetch":   {[]Sample{{Image: "i"}}, LoaderOptions{Batch: 1, Crop: [2]int{1, 1}, Prefetch: -1}},
	} {
		_, err := NewLoader(c.samples, c.o)
		var wrong *OptionError
		if !errors.As(err, &wrong) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// Who leaves the loop, or ends the context, leaves no goroutine behind.
func TestLoaderEnds(t *testing.T) {
	l := newLoader(t, nuclei(t, "nuclei", Weights, Target), func(o *LoaderOptions) { o.Batch, o.Jobs = 1, 4 })
	before := runtime.NumGoroutine()
	for _, err := range l.Epoch(t.Context(), 0) {
		must(t, err)
		break
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	batches := 0
	var last error
	for b, err := range l.Epoch(ctx, 0) {
		stop()
		if b != nil {
			batches++
		}
		last = err
	}
	if last != context.Canceled || batches > 2 {
		t.Errorf("%d batches, %v", batches, last)
	}
	for i := 0; runtime.NumGoroutine() > before && i < 1000; i++ {
		time.Sleep(time.Millisecond)
	}
	if n := runtime.NumGoroutine(); n > before {
		t.Errorf("%d goroutines, and %d before", n, before)
	}
}

func BenchmarkLoader(b *testing.B) {
	l := newLoader(b, nuclei(b, "nuclei", Weights, Target), func(o *LoaderOptions) { o.Batch = 4 })
	b.SetBytes(4 * 96 * 128)
	for n := range b.N {
		epoch(b, l, n)
	}
}

// An image of 1×4 pixels in a batch of 3×4: what is added weighs 0.
func ExampleLoader() {
	dir, _ := os.MkdirTemp("", "example")
	defer os.RemoveAll(dir)
	os.MkdirAll(filepath.Join(dir, "masks"), 0o777)
	os.MkdirAll(filepath.Join(dir, "images"), 0o777)
	npy.WriteFile(filepath.Join(dir, "masks", "a.npy"), grid.From([]uint8{1, 0, 2, 2}, 1, 4))
	npy.WriteFile(filepath.Join(dir, "images", "a.npy"), grid.From([]uint8{255, 51, 102, 0}, 1, 4))

	ctx := context.Background()
	o := DefaultOptions(dir)
	o.Balance.Mode = BalanceNone
	Precompute(ctx, o)

	samples, err := Samples(ctx, dir, SampleOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	loader, err := NewLoader(samples, LoaderOptions{Batch: 1, Crop: [2]int{3, 4}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for batch, err := range loader.Epoch(ctx, 0) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(batch.Image.Shape)
		fmt.Println(batch.Image.Data)
		fmt.Println(batch.Target.Data)
		fmt.Println(batch.Weights.Data)
	}
	// Output:
	// [1 3 4]
	// [0 0 0 0 1 0.2 0.4 0 0 0 0 0]
	// [0 0 0 0 1 0 1 1 0 0 0 0]
	// [0 0 0 0 1 10.231163 1 1 0 0 0 0]
}
