package dataset

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weightmap/weightmap/edt"
	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/npy"
	"github.com/weightmap/weightmap/weights"
)

func readMap(t *testing.T, path string) *grid.Map {
	t.Helper()
	m, err := npy.ReadFile[float32](path, 0)
	must(t, err)
	return m
}

func readLabels(t *testing.T, path string) string {
	t.Helper()
	g, err := npy.ReadFile[int32](path, 0)
	must(t, err)
	var rows []string
	for y := range g.Shape[0] {
		rows = append(rows, strings.ReplaceAll(strings.Trim(fmt.Sprint(g.Sub(y).Data), "[]"), " ", ""))
	}
	return strings.ReplaceAll(strings.Join(rows, " "), "0", ".")
}

// What the objects of a mask are, under every option that has a say in it.
func TestObjects(t *testing.T) {
	five := int64(5)
	for _, c := range []struct {
		name string
		mask []string
		o    func(*Options)
		want string
	}{
		{"binary", []string{"#.#", "#..", "..#"}, nil, "1.2 1.. ..3"},
		{"binary, touching at corners", []string{"#..", ".#.", "..."}, nil, "1.. .1. ..."},
		{"binary, by edges", []string{"#..", ".#.", "..."}, func(o *Options) { o.Connectivity = 4 }, "1.. .2. ..."},
		{"ids", []string{"7.3", "7.7", "..3"}, func(o *Options) { o.Instances = InstancesIDs }, "2.1 2.2 ..1"},
		{"components of values", []string{"773", "7.3", "..7"}, func(o *Options) { o.Instances = InstancesComponents }, "112 1.2 ..3"},
		{"a value ignored", []string{"75.", "7.3", ".53"}, func(o *Options) { o.Ignore = &five }, "2.. 2.1 ..1"},
		{"a value ignored between pieces", []string{"#5#"}, func(o *Options) { o.Ignore = &five }, "1.2"},
		{"small ones dropped", []string{"1.2", "1..", "..3"}, func(o *Options) { o.MinSize = 2 }, "1.. 1.. ..."},
		{"a ridge between", []string{"1122", "1122"}, func(o *Options) { o.Ridge = true }, "1..2 1..2"},
		{"nothing", []string{"..."}, nil, "..."},
		{"everything", []string{"##"}, nil, "11"},
	} {
		dir := t.TempDir()
		draw(t, filepath.Join(dir, "a.png"), c.mask...)
		o := DefaultOptions(dir)
		o.Save = []Kind{Labels, Target, Weights}
		if c.o != nil {
			c.o(&o)
		}
		r, err := Precompute(t.Context(), o)
		must(t, err)
		if r.Failed > 0 {
			t.Errorf("%s: %v", c.name, r.Items[0].Err)
			continue
		}
		got := readLabels(t, filepath.Join(dir, "a.labels.npy"))
		if o.Ridge {
			// Which pixels are cut is for package labeling to say; here, that some are.
			if !strings.Contains(got, ".") || !strings.Contains(got, "1") || !strings.Contains(got, "2") {
				t.Errorf("%s: %s", c.name, got)
			}
		} else if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		var ones strings.Builder
		for _, ch := range got {
			switch ch {
			case '.', ' ':
				ones.WriteRune(ch)
			default:
				ones.WriteRune('1')
			}
		}
		if target := readLabels(t, filepath.Join(dir, "a.target.npy")); target != ones.String() {
			t.Errorf("%s: target %s of labels %s", c.name, target, got)
		}
		rec := r.Items[0].Record
		m := readMap(t, filepath.Join(dir, "a.weights.npy"))
		zero := 0
		for _, v := range m.Data {
			if v == 0 {
				zero++
			}
		}
		if int64(zero) != rec.Pixels.Ignored || rec.Pixels.Background+rec.Pixels.Foreground+rec.Pixels.Ignored != int64(len(m.Data)) {
			t.Errorf("%s: %d pixels weigh 0, and the record is %+v", c.name, zero, rec.Pixels)
		}
		if float64(rec.Outputs.Weights.Min) != float64(slices.Min(m.Data)) || float64(rec.Outputs.Weights.Max) != float64(slices.Max(m.Data)) {
			t.Errorf("%s: extremes %v and %v of %v", c.name, rec.Outputs.Weights.Min, rec.Outputs.Weights.Max, m.Data)
		}
	}
}

// The files of a folder are objects; where they overlap the later one wins.
func TestFolderOfObjects(t *testing.T) {
	dir := t.TempDir()
	draw(t, filepath.Join(dir, "x", "images", "x.png"), "abc", "def")
	draw(t, filepath.Join(dir, "x", "masks", "1.png"), "##.", "##.")
	draw(t, filepath.Join(dir, "x", "masks", "2.png"), "..#", ".##")
	draw(t, filepath.Join(dir, "x", "masks", "3.png"), "...", "...")
	draw(t, filepath.Join(dir, "x", "masks", "4.png"), "7..", "...")
	o := DefaultOptions(dir)
	o.Save = []Kind{Weights, Labels}
	r, err := Precompute(t.Context(), o)
	must(t, err)
	if got := readLabels(t, filepath.Join(dir, "x", "x.labels.npy")); got != "312 122" {
		t.Errorf("labels %s", got)
	}
	if r.Items[0].Record.Objects != 3 || r.Instances != InstancesFiles || r.Items[0].Record.Input.Files != 4 {
		t.Errorf("%+v", r.Items[0].Record)
	}
	kinds := map[string]Warning{}
	for _, w := range r.Warnings {
		kinds[w.Kind] = w
	}
	if w := kinds[warnOverlap]; w.Items != 1 || !strings.Contains(w.Text, "in 2 pixels") || !strings.Contains(w.Text, filepath.Join(dir, "x", "masks")) {
		t.Errorf("of the overlap it says %q", w.Text)
	}

	// One more file makes another item of it, one file less as well.
	must(t, os.Remove(filepath.Join(dir, "x", "masks", "3.png")))
	if r, err = Precompute(t.Context(), o); err != nil || r.Made != 1 {
		t.Errorf("%v, %d made", err, r.Made)
	}
	o.Instances = InstancesComponents
	r, err = Precompute(t.Context(), o)
	must(t, err)
	if got := readLabels(t, filepath.Join(dir, "x", "x.labels.npy")); got != "111 111" || r.Made != 1 {
		t.Errorf("components of all files: %s", got)
	}

	o.Instances = InstancesIDs
	_, err = Precompute(t.Context(), o)
	var wrong *OptionError
	if !errors.As(err, &wrong) || !strings.Contains(err.Error(), filepath.Join("x", "masks")) {
		t.Errorf("ids: %v", err)
	}
}

func TestFilesThatDifferInSize(t *testing.T) {
	dir := t.TempDir()
	for _, id := range []string{"x", "y"} {
		draw(t, filepath.Join(dir, id, "images", id+".png"), "abc", "def")
		draw(t, filepath.Join(dir, id, "masks", "1.png"), "##.", "##.")
	}
	draw(t, filepath.Join(dir, "x", "masks", "2.png"), "#", "#")
	r, err := Precompute(t.Context(), DefaultOptions(dir))
	must(t, err)
	if r.Failed != 1 || r.Made != 1 {
		t.Fatalf("%d failed, %d made", r.Failed, r.Made)
	}
	for _, s := range []string{filepath.Join(dir, "x", "masks"), "[2 3]", "[2 1]", "1.png", "2.png"} {
		if !strings.Contains(r.Items[0].Err.Error(), s) {
			t.Errorf("the error lacks %s: %v", s, r.Items[0].Err)
		}
	}
}

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

func TestIgnoreBelowZero(t *testing.T) {
	dir := t.TempDir()
	minus := int64(-1)
	must(t, npy.WriteFile(filepath.Join(dir, "a.npy"), grid.From([]int32{0, -1, 2}, 1, 3)))
	must(t, npy.WriteFile(filepath.Join(dir, "b.npy"), grid.From([]int64{1 << 40, -1, 2}, 1, 3)))
	o := DefaultOptions(dir)
	o.Ignore, o.Save, o.Instances = &minus, []Kind{Labels}, InstancesIDs
	if got := made(t, o); len(got) != 2 {
		t.Fatalf("made %v", got)
	}
	if got := readLabels(t, filepath.Join(dir, "a.labels.npy")) + " " + readLabels(t, filepath.Join(dir, "b.labels.npy")); got != "..1 2.1" {
		t.Error(got)
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

// d1, d2 and weights are what the packages below make of the labels.
func TestArrays(t *testing.T) {
	dir := t.TempDir()
	draw(t, filepath.Join(dir, "a.png"), "11....2", ".......", "3....5.")
	five := int64(5)
	o := DefaultOptions(dir)
	o.Save, o.Ignore, o.Instances, o.Spacing = Kinds, &five, InstancesIDs, []float64{2, 0.5}
	o.Weights.Inside, o.Weights.Sigma = weights.InsideBorder, 3
	o.Balance = Balance{Mode: BalanceGiven, Class: weights.Class{Background: 0.25, Foreground: 4}}
	made(t, o)

	labels := grid.From([]int32{1, 1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0}, 3, 7)
	ignore := grid.New[uint8](3, 7)
	ignore.Data[19] = 1
	two := edt.TwoNearest(nil, labels, edt.Options{Spacing: o.Spacing})
	u := o.Weights
	u.Class, u.Spacing = o.Balance.Class, o.Spacing
	for name, want := range map[string]*grid.Map{"d1": two.D1, "d2": two.D2, "weights": u.Map(nil, labels, ignore, nil)} {
		if got := readMap(t, filepath.Join(dir, "a."+name+".npy")); !grid.Equal(got, want) {
			t.Errorf("%s is %v, want %v", name, got.Data, want.Data)
		}
	}
	// Without d1 and d2 the way is another, and the weights are the same.
	alone := o
	alone.Save, alone.Out = []Kind{Weights}, t.TempDir()
	made(t, alone)
	if !grid.Equal(readMap(t, filepath.Join(dir, "a.weights.npy")), readMap(t, filepath.Join(alone.Out, "a.weights.npy"))) {
		t.Error("weights with and without distances differ")
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
	if r.Failed != 1 || r.Made != 1 || !strings.Contains(r.Items[1].Err.Error(), filepath.Join("data", "link")+": a symbolic link leads out of") {
		t.Errorf("%d failed, %d made, %v", r.Failed, r.Made, r.Items[1].Err)
	}
	if got := tree(t, filepath.Join(dir, "else")); !slices.Equal(got, []string{"a.png"}) {
		t.Errorf("elsewhere are %v", got)
	}
	if b, _ := os.ReadFile(filepath.Join(dir, "precious")); string(b) != "gold" {
		t.Error("what a link at the output's place pointed to was overwritten")
	}
	// With --out there is no link in the way.
	o := plain(filepath.Join(dir, "data"))
	o.Out = filepath.Join(dir, "out")
	if got := made(t, o); len(got) != 2 {
		t.Errorf("made %v", got)
	}
}

func TestNames(t *testing.T) {
	long := strings.Repeat("x", 255-len(".weights.npy")) + ".png"
	names := []string{"with space.png", "new\nline.png", "\xff\xe4.png", "A.png", "a.png", "-dash.png", "%d.png", "[1].png", long}
	dir := t.TempDir()
	for _, name := range names {
		draw(t, filepath.Join(dir, name), "1.2")
	}
	o := plain(dir)
	if got := made(t, o); len(got) != len(names) {
		t.Fatalf("made %q", got)
	}
	if got := made(t, o); len(got) != 0 {
		t.Errorf("a second run makes %q", got)
	}
	// A longer one has no room for what outputs add to it.
	draw(t, filepath.Join(dir, "y"+long), "1.2")
	r, err := Precompute(t.Context(), o)
	must(t, err)
	if r.Failed != 1 || r.Current != len(names) {
		t.Errorf("%d failed, %d current", r.Failed, r.Current)
	}
}

func TestWarnings(t *testing.T) {
	dir := t.TempDir()
	draw(t, filepath.Join(dir, "a.png"), "1122", "....")
	draw(t, filepath.Join(dir, "b.png"), "1133", "..33")
	draw(t, filepath.Join(dir, "c.png"), "....", "....")
	draw(t, filepath.Join(dir, "d.png"), "5..5", "....")
	put(t, filepath.Join(dir, "a.weights.npy"), "something else")
	r, err := Precompute(t.Context(), DefaultOptions(dir))
	must(t, err)
	got := map[string]string{}
	for _, w := range r.Warnings {
		got[w.Kind] = fmt.Sprint(w.Items, " ", filepath.Base(w.Example))
	}
	want := map[string]string{warnTouching: "2 a.png", warnEmpty: "1 c.png", warnPieces: "1 d.png", warnReplaced: "1 a.weights.npy"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("warnings %v, want %v", got, want)
	}
	o := DefaultOptions(dir)
	o.Ridge = true
	r, err = Precompute(t.Context(), o)
	must(t, err)
	for _, w := range r.Warnings {
		if w.Kind == warnTouching {
			t.Errorf("with a ridge it warns: %s", w.Text)
		}
	}

	dir = t.TempDir()
	draw(t, filepath.Join(dir, "fused.png"), "####.", "####.", "....#")
	draw(t, filepath.Join(dir, "small.png"), "#....", ".....", "....#")
	r, err = Precompute(t.Context(), DefaultOptions(dir))
	must(t, err)
	if len(r.Warnings) != 1 || r.Warnings[0].Kind != warnHuge || r.Warnings[0].Items != 1 || filepath.Base(r.Warnings[0].Example) != "fused.png" {
		t.Errorf("warnings %+v", r.Warnings)
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

func TestNothingToDo(t *testing.T) {
	dir := layout(t, "notes.txt", "a.weights.npy")
	r, err := Precompute(t.Context(), DefaultOptions(dir))
	if err != nil || len(r.Items) != 0 || r.Outputs != 1 {
		t.Errorf("%v, %+v", err, r)
	}
	if got := tree(t, dir); len(got) != 2 {
		t.Errorf("there are now %v", got)
	}
}

func TestPathsWithSeveralRoots(t *testing.T) {
	dir := t.TempDir()
	draw(t, filepath.Join(dir, "x", "a.png"), "1.2")
	draw(t, filepath.Join(dir, "y", "a.png"), "1.2")
	draw(t, filepath.Join(dir, "z.png"), "1.2")
	o := DefaultOptions(filepath.Join(dir, "x"), filepath.Join(dir, "y"), filepath.Join(dir, "z.png"))
	r, err := Precompute(t.Context(), o)
	must(t, err)
	if r.Made != 3 || len(r.Roots) != 3 {
		t.Errorf("%d made in %v", r.Made, r.Roots)
	}
	for _, at := range []string{".", "x", "y"} {
		m, err := openManifest(filepath.Join(dir, at))
		must(t, err)
		if len(m.records) != 1 {
			t.Errorf("%s: %d records", at, len(m.records))
		}
	}
	if r, err = Precompute(t.Context(), o); err != nil || r.Current != 3 {
		t.Errorf("%v, %d current", err, r.Current)
	}
}

func ExamplePrecompute() {
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	os.Mkdir(filepath.Join(dir, "masks"), 0o777)
	npy.WriteFile(filepath.Join(dir, "masks", "cells.npy"), grid.From([]uint8{1, 0, 2}, 1, 3))

	o := DefaultOptions(dir)
	o.Balance.Mode = BalanceNone
	r, err := Precompute(context.Background(), o)
	fmt.Println(r.Made, r.Objects, err)

	w, err := npy.ReadFile[float32](filepath.Join(dir, "masks", "cells.weights.npy"), 0)
	fmt.Println(w.Shape, w.Data, err) // 1 + 10·exp(−(1+1)²/(2·5²)) between the two
	// Output:
	// 1 2 <nil>
	// [1 3] [1 10.231163 1] <nil>
}
