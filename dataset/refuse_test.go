package dataset

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/npy"
	"github.com/weightmap/weightmap/weights"
)

// One bad mask is named with the reason, and the others are done.
func TestBadMasks(t *testing.T) {
	draw3 := func(t *testing.T, path string) {
		g := grid.New[int32](2, 2, 2)
		g.Data[0] = 1
		must(t, npy.WriteFile(path, g))
	}
	for _, c := range []struct {
		name string
		file string
		make func(t *testing.T, path string)
		o    func(*Options)
		want string
	}{
		{"empty", "x.png", func(t *testing.T, p string) { put(t, p, "") }, nil, "the file is empty"},
		{"no image", "x.png", func(t *testing.T, p string) { put(t, p, "hello, world") }, nil, "known format"},
		{"a link to nowhere", "x.png", func(t *testing.T, p string) { must(t, os.Symlink("nowhere", p)) }, nil, "no such file"},
		{"fractions", "x.npy", func(t *testing.T, p string) { must(t, npy.WriteFile(p, grid.From([]float32{0.5, 1}, 1, 2))) }, nil, "0.5"},
		{"below zero", "x.npy", func(t *testing.T, p string) { must(t, npy.WriteFile(p, grid.From([]int32{0, -1}, 1, 2))) }, nil, "-1 at index 1 is no object id and no class; --ignore -1"},
		{"wide and below zero", "x.npy", func(t *testing.T, p string) {
			must(t, npy.WriteFile(p, grid.From([]int64{1 << 40, -7, 1}, 1, 3)))
		}, nil, "-7 at index 1"},
		{"connectivity", "x.npy", draw3, func(o *Options) { o.Connectivity = 8 }, "shape [2 2 2] cannot have connectivity 8"},
		{"spacing", "x.npy", draw3, func(o *Options) { o.Spacing = []float64{1, 1} }, "shape [2 2 2] cannot have spacing [1 1]"},
		{"too large for half precision", "x.npy", func(t *testing.T, p string) {
			must(t, npy.WriteFile(p, grid.From([]int32{1, 0, 0, 0, 2}, 1, 5)))
		}, func(o *Options) { o.Half, o.Weights.W0 = true, 1e6 }, "weights: the value"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			draw(t, filepath.Join(dir, "good.png"), "1..")
			bad := filepath.Join(dir, c.file)
			c.make(t, bad)
			o := DefaultOptions(dir)
			o.Instances = InstancesIDs
			if c.o != nil {
				c.o(&o)
			}
			r, err := Precompute(t.Context(), o)
			must(t, err)
			if r.Failed != 1 || r.Made != 1 {
				t.Fatalf("%d failed, %d made", r.Failed, r.Made)
			}
			if err := r.Items[1].Err; r.Items[1].Status != StatusFailed || !strings.Contains(err.Error(), bad) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("the error is: %v", err)
			}
			for _, name := range tree(t, dir) {
				if strings.HasPrefix(name, "x.") && name != c.file {
					t.Errorf("%s was made of it", name)
				}
			}
			o.FailFast, o.Jobs = true, 1
			if r, err = Precompute(t.Context(), o); err != nil || r.Failed != 1 {
				t.Errorf("fail-fast: %v, %d failed", err, r.Failed)
			}
		})
	}
}

func TestFailFastStops(t *testing.T) {
	dir := t.TempDir()
	for i := range 20 {
		draw(t, filepath.Join(dir, string(rune('b'+i))+".png"), "1..")
	}
	put(t, filepath.Join(dir, "a.png"), "bad")
	o := plain(dir)
	o.FailFast, o.Jobs = true, 1
	r, err := Precompute(t.Context(), o)
	must(t, err)
	if r.Failed != 1 || r.Made != 0 || r.Left != 20 {
		t.Errorf("%d failed, %d made, %d left", r.Failed, r.Made, r.Left)
	}
}

func TestTwoMasksOneOutput(t *testing.T) {
	dir := t.TempDir()
	draw(t, filepath.Join(dir, "masks", "a.png"), "1.2")
	must(t, npy.WriteFile(filepath.Join(dir, "masks", "a.npy"), grid.From([]int32{1, 0}, 1, 2)))
	draw(t, filepath.Join(dir, "more", "a.png"), "1.3")
	before := tree(t, dir)
	out := filepath.Join(dir, "out")
	for _, c := range []struct {
		paths []string
		out   string
		want  []string
	}{
		{[]string{dir}, "", []string{filepath.Join("masks", "a.png"), filepath.Join("masks", "a.npy"), "a.weights.npy"}},
		{[]string{filepath.Join(dir, "masks", "a.png"), filepath.Join(dir, "more")}, out, []string{filepath.Join("masks", "a.png"), filepath.Join("more", "a.png")}},
	} {
		o := DefaultOptions(c.paths...)
		o.Out = c.out
		_, err := Precompute(t.Context(), o)
		var wrong *OptionError
		if !errors.As(err, &wrong) || wrong.Hint == "" {
			t.Fatalf("%v: %v", c.paths, err)
		}
		for _, s := range c.want {
			if !strings.Contains(err.Error(), s) {
				t.Errorf("the error lacks %s: %v", s, err)
			}
		}
	}
	if got := tree(t, dir); !slices.Equal(got, before) {
		t.Errorf("there are now %v", got)
	}
}

// Two data sets whose masks have the same names, written to one place after the other.
func TestOutputsOfAnotherMaskAreNotReplaced(t *testing.T) {
	dir := t.TempDir()
	draw(t, filepath.Join(dir, "train", "a.png"), "1.2")
	draw(t, filepath.Join(dir, "test", "a.png"), "1..3")
	o := plain(filepath.Join(dir, "train"))
	o.Out = filepath.Join(dir, "out")
	made(t, o)
	before := content(t, o.Out)
	o.Paths = []string{filepath.Join(dir, "test")}
	_, err := Precompute(t.Context(), o)
	var wrong *OptionError
	if !errors.As(err, &wrong) || !strings.Contains(err.Error(), filepath.Join("train", "a.png")) || !strings.Contains(err.Error(), filepath.Join("test", "a.png")) {
		t.Fatal(err)
	}
	for name, want := range content(t, o.Out) {
		if before[name] != want {
			t.Errorf("%s changed", name)
		}
	}
	o.Force = true
	if got := made(t, o); len(got) != 1 {
		t.Errorf("by force: %v", got)
	}
}

func TestNothingIsWrittenThroughLinksOutOfTheRoot(t *testing.T) {
	dir := t.TempDir()
	draw(t, filepath.Join(dir, "else", "a.png"), "1.2")
	draw(t, filepath.Join(dir, "data", "b.png"), "1.2")
	must(t, os.Symlink(filepath.Join("..", "else"), filepath.Join(dir, "data", "link")))
	put(t, filepath.Join(dir, "precious"), "gold")
	must(t, os.Symlink(filepath.Join("..", "precious"), filepath.Join(dir, "data", "b.weights.npy")))
	r, err := Precompute(t.Context(), plain(filepath.Join(dir, "data")))
	must(t, err)
	if r.Failed != 2 || !strings.Contains(r.Items[0].Err.Error(), filepath.Join("data", "b.weights.npy")+": is there already") ||
		!strings.Contains(r.Items[1].Err.Error(), filepath.Join("data", "link")+": a symbolic link leads out of") {
		t.Errorf("%d failed, %v, %v", r.Failed, r.Items[0].Err, r.Items[1].Err)
	}
	o := plain(filepath.Join(dir, "data"))
	o.Force = true
	r, err = Precompute(t.Context(), o)
	must(t, err)
	if r.Failed != 1 || r.Made != 1 {
		t.Errorf("by force: %d failed, %d made", r.Failed, r.Made)
	}
	if got := tree(t, filepath.Join(dir, "else")); !slices.Equal(got, []string{"a.png"}) {
		t.Errorf("elsewhere are %v", got)
	}
	if b, _ := os.ReadFile(filepath.Join(dir, "precious")); string(b) != "gold" {
		t.Error("what a link at the output's place pointed to was overwritten")
	}
	// With --out there is no link in the way.
	o = plain(filepath.Join(dir, "data"))
	o.Out = filepath.Join(dir, "out")
	if got := made(t, o); len(got) != 2 {
		t.Errorf("made %v", got)
	}
}

func TestOptionsThatMakeNoSense(t *testing.T) {
	dir := t.TempDir()
	draw(t, filepath.Join(dir, "a.png"), "1.2")
	for _, c := range []struct {
		want   string
		change func(*Options)
	}{
		{"no masks are named", func(o *Options) { o.Paths = nil }},
		{"class weights are -1 and 1", func(o *Options) {
			o.Balance = Balance{Mode: BalanceGiven, Class: weights.Class{Background: -1, Foreground: 1}}
		}},
		{"nothing to save", func(o *Options) { o.Save = nil }},
		{"w0", func(o *Options) { o.Weights.W0 = -1 }},
		{"sigma", func(o *Options) { o.Weights.Sigma = 0 }},
		{"spacing", func(o *Options) { o.Spacing = []float64{1, 0} }},
		{"spacing has 1", func(o *Options) { o.Spacing = []float64{1} }},
		{"connectivity is 5", func(o *Options) { o.Connectivity = 5 }},
		{"suffix", func(o *Options) { o.Suffix = "../x" }},
		{"is no glob", func(o *Options) { o.Masks = "[" }},
		{"min-size", func(o *Options) { o.MinSize = -1 }},
		{"jobs", func(o *Options) { o.Jobs = -1 }},
	} {
		o := DefaultOptions(dir)
		c.change(&o)
		_, err := Precompute(t.Context(), o)
		var wrong *OptionError
		if !errors.As(err, &wrong) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("want an error about %s, got %v", c.want, err)
		}
	}
	if got := tree(t, dir); len(got) != 1 {
		t.Errorf("there are now %v", got)
	}
}
