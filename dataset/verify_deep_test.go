package dataset

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/npy"
	"github.com/weightmap/weightmap/weights"
)

// stackOf writes a stack of slices with objects in them below dir.
func stackOf(t testing.TB, dir string) string {
	t.Helper()
	labels := grid.New[int32](4, 6, 9)
	for i := range labels.Data {
		if z, y, x := i/54, i/9%6, i%9; (x < 3 || x > 5) && y > z && y < 5 {
			labels.Data[i] = int32(1 + x/4)
		}
	}
	path := filepath.Join(dir, "masks", "stack.npy")
	must(t, os.MkdirAll(filepath.Dir(path), 0o777))
	must(t, npy.WriteFile(path, labels))
	age(t, path)
	return path
}

var all = VerifyOptions{Deep: Subset{All: true}}

// Whatever the parameters, those in the manifest give the same bytes again.
func TestVerifyDeepAgrees(t *testing.T) {
	five := int64(5)
	for name, set := range map[string]func(o *Options){
		"as it is":   func(*Options) {},
		"alone":      func(o *Options) { o.Save = []Kind{Weights} },
		"components": func(o *Options) { o.Instances, o.Connectivity = InstancesComponents, 4 },
		"ids":        func(o *Options) { o.Instances = InstancesIDs },
		"small":      func(o *Options) { o.Instances, o.MinSize = InstancesComponents, 3 },
		"ridge":      func(o *Options) { o.Instances, o.Ridge = InstancesIDs, true },
		"ignore":     func(o *Options) { o.Instances, o.Ignore = InstancesIDs, &five },
		"spacing":    func(o *Options) { o.Spacing = []float64{2, 0.75} },
		"half":       func(o *Options) { o.Half = true },
		"no balance": func(o *Options) { o.Balance.Mode = BalanceNone },
		"by image":   func(o *Options) { o.Balance.Mode = BalanceImage },
		"given": func(o *Options) {
			o.Balance = Balance{BalanceGiven, weights.Class{Background: 1. / 3, Foreground: 0.1 + 0.2}}
		},
		"one object":   func(o *Options) { o.Weights = weights.OneObject() },
		"freiburg":     func(o *Options) { o.Weights, o.Ridge = weights.Freiburg2019(), true },
		"inside":       func(o *Options) { o.Weights.Inside, o.Weights.Sigma = weights.InsideBorder, 1.1 },
		"labels alone": func(o *Options) { o.Save = []Kind{Labels} },
		"suffix":       func(o *Options) { o.Suffix = "w" },
		"elsewhere":    func(o *Options) { o.Out = filepath.Join(o.Paths[0], "..", "out") },
		"objects":      func(o *Options) { o.Paths[0] = filepath.Join(o.Paths[0], "..", "items") },
		"their objects": func(o *Options) {
			o.Paths[0], o.Instances = filepath.Join(o.Paths[0], "..", "items"), InstancesComponents
		},
		"files": func(o *Options) {
			o.Paths[0], o.Instances = filepath.Join(o.Paths[0], "..", "items", "x"), InstancesFiles
		},
		"a stack": func(o *Options) {
			o.Paths[0], o.Spacing = filepath.Join(o.Paths[0], "..", "stack"), []float64{2, 1, 0.5}
		},
		"a ridged one": func(o *Options) {
			o.Paths[0], o.Ridge, o.Connectivity = filepath.Join(o.Paths[0], "..", "stack"), true, 6
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			draw(t, filepath.Join(dir, "masks", "a.png"), "11.22..", "11.22..", "..1..5.", "3334...", "333.4..")
			draw(t, filepath.Join(dir, "masks", "b.png"), ".......", ".......", "......1")
			draw(t, filepath.Join(dir, "items", "x", "masks", "1.png"), "##.....", "##.....")
			draw(t, filepath.Join(dir, "items", "x", "masks", "2.png"), ".##...#", ".##...#")
			draw(t, filepath.Join(dir, "items", "x", "images", "x.png"), "1234567", "1234567")
			stackOf(t, filepath.Join(dir, "stack"))
			o := DefaultOptions(filepath.Join(dir, "masks"))
			o.Save = Kinds
			set(&o)
			n := len(made(t, o))
			v, got := verified(t, dir, all)
			if len(got) > 0 || n == 0 || v.Items != n || v.Computed != n || v.Good != n*len(o.Save) || v.Outputs != v.Good {
				t.Errorf("found %+v; %d of %d good, %d of %d computed", v.Findings, v.Good, v.Outputs, v.Computed, n)
			}
		})
	}
}

// Outputs of one mask that were made one after another are each as they were made.
func TestVerifyDeepOfSeveralRuns(t *testing.T) {
	dir := threeMasks(t)
	o := plain(dir)
	o.Save, o.Half = []Kind{D1, D2}, true
	made(t, o)
	o.Save, o.Half = []Kind{Weights, Labels}, false
	made(t, o)
	wide := plain(dir)
	wide.Suffix, wide.Weights.Sigma, wide.Save = "wide", 9, []Kind{Weights, D1}
	made(t, wide)
	if v, got := verified(t, dir, all); len(got) > 0 || v.Good != 3*(4+2) || v.Computed != 6 {
		t.Errorf("found %+v; %d good, %d computed", v.Findings, v.Good, v.Computed)
	}
}

// What was not computed of the mask, though the manifest vouches for it.
func TestVerifyDeepFindsWhatIsWrong(t *testing.T) {
	const out = "masks/a.weights.npy"
	// forge writes an output and a manifest that vouches for it.
	forge := func(t *testing.T, dir, name string, write func(path string)) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		old, err := sumFile(t.Context(), path)
		must(t, err)
		write(path)
		sum, err := sumFile(t.Context(), path)
		must(t, err)
		edit(t, filepath.Join(dir, ManifestName), old.String(), sum.String(), 1)
	}
	change := func(old, new string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) { edit(t, filepath.Join(dir, ManifestName), old, new, 1) }
	}
	line := "wrong " + ManifestName + ":1"
	for _, c := range []struct {
		name   string
		do     func(t *testing.T, dir string)
		want   []string
		reason string
	}{
		{"a value", func(t *testing.T, dir string) {
			forge(t, dir, out, func(path string) {
				m := readMap(t, path)
				m.Data[3] += 0.25
				m.Data[5] -= 0.125
				must(t, npy.WriteFile(path, m))
			})
		}, []string{"wrong " + out}, "computed anew it is another: 2 of 15 values differ, by up to 0.25"},
		{"a value without end", func(t *testing.T, dir string) {
			forge(t, dir, out, func(path string) {
				m := readMap(t, path)
				m.Data[3] = float32(math.NaN())
				must(t, npy.WriteFile(path, m))
			})
		}, []string{"wrong " + out}, "1 of 15 values differ, by up to +Inf"},
		{"the same values in other bytes", func(t *testing.T, dir string) {
			forge(t, dir, out, func(path string) {
				b, err := os.ReadFile(path)
				must(t, err)
				must(t, os.WriteFile(path, []byte(strings.Replace(string(b), "(3, 5), ", "(3,5),  ", 1)), 0o666))
			})
		}, []string{"wrong " + out}, "the values are the same, and the bytes are not"},
		{"another shape", func(t *testing.T, dir string) {
			forge(t, dir, out, func(path string) {
				m := readMap(t, path)
				must(t, npy.WriteFile(path, grid.From(m.Data, 5, 3)))
			})
		}, []string{"wrong " + out}, "of shape [3 5], and not [5 3]"},
		{"no array", func(t *testing.T, dir string) {
			forge(t, dir, out, func(path string) { put(t, path, strings.Repeat("x", 188)) })
		}, []string{"wrong " + out}, "npy"},
		{"labels", func(t *testing.T, dir string) {
			forge(t, dir, "masks/a.labels.npy", func(path string) {
				l, err := npy.ReadFile[int32](path, 0)
				must(t, err)
				l.Data[0] = 2
				must(t, npy.WriteFile(path, l))
			})
		}, []string{"wrong masks/a.labels.npy"}, "1 of 15 values differ, by up to 1"},
		{"sigma", change(`"sigma":5`, `"sigma":6`), []string{"wrong " + out}, "values differ"},
		{"class weights", change(`"foreground":1,"inside"`, `"foreground":1.5,"inside"`), []string{"wrong " + out}, "6 of 15 values differ, by up to 0.5"},
		{"dtype", change(`"dtype":"float32"`, `"dtype":"float16"`), []string{"wrong " + out}, "values differ"},
		{"the least value", change(`"min":1,`, `"min":0.5,`), []string{"wrong " + out}, "says 0.5 to"},
		{"the number of objects", change(`"objects":2`, `"objects":3`), []string{line}, "of masks/a it says 3 objects, and there are 2"},
		{"the number of pixels", change(`"foreground":6,`, `"foreground":7,`), []string{line}, "Foreground:7"},
		{"the mask's dtype", change(`"dtype":"uint16"`, `"dtype":"uint8"`), []string{line}, "it says uint8, and it is uint16"},
		{"the shape", change(`"shape":[3,5]`, `"shape":[5,3]`), []string{line}, "shape [5 3]"},
		{"the objects", change(`"instances":"ids"`, `"instances":"components"`), nil, ""}, // they are the same here
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := threeMasks(t)
			o := plain(dir)
			o.Save = []Kind{Weights, Labels}
			made(t, o)
			c.do(t, dir)
			if _, got := verified(t, dir, VerifyOptions{}); len(got) > 0 {
				t.Fatalf("without computing found %q", got)
			}
			v, got := verified(t, dir, all)
			if !slices.Equal(got, c.want) && len(got)+len(c.want) > 0 {
				t.Errorf("found %q, want %q", got, c.want)
			}
			if len(got) > 0 && !strings.Contains(v.Findings[0].Reason, c.reason) {
				t.Errorf("the reason is %q, want %q", v.Findings[0].Reason, c.reason)
			}
			o.Force = true
			made(t, o)
			if _, got := verified(t, dir, all); len(got) > 0 {
				t.Errorf("after a forced run there is still %q", got)
			}
		})
	}
}

// A mask that the program does not take any more is no reason to stop.
func TestVerifyDeepOfAMaskThatCannotBeRead(t *testing.T) {
	dir := threeMasks(t)
	made(t, plain(dir))
	path := filepath.Join(dir, "masks", "a.png")
	old, err := sumFile(t.Context(), path)
	must(t, err)
	put(t, path, "no image")
	sum, err := sumFile(t.Context(), path)
	must(t, err)
	edit(t, filepath.Join(dir, ManifestName), old.String(), sum.String(), 1)
	v, got := verified(t, dir, all)
	if !slices.Equal(got, []string{"unreadable masks/a.png"}) || v.Good != 2 || v.Computed != 3 {
		t.Errorf("found %q, %d good, %d computed", got, v.Good, v.Computed)
	}
}

func TestParseSubset(t *testing.T) {
	for s, want := range map[string]Subset{
		"all": {All: true}, "20": {Items: 20}, "10%": {Percent: 10}, "2.5%": {Percent: 2.5}, "100%": {Percent: 100}, "1/7": {Part: 1, Of: 7}, "7/7": {Part: 7, Of: 7},
	} {
		if got, err := ParseSubset(s); err != nil || got != want {
			t.Errorf("%s is %+v, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "0", "-1", "1.5", "0%", "101%", "NaN%", "%", "0/7", "8/7", "1/0", "1/", "/7", "1/7/2", "none", "ALL"} {
		if got, err := ParseSubset(s); err == nil {
			t.Errorf("%q is %+v", s, got)
		}
	}
}

// The items taken are always the same; parts make up the whole; more are some more.
func TestSubsetChoice(t *testing.T) {
	items := make([]manifestKey, 100)
	for i := range items {
		items[i].item = fmt.Sprintf("masks/%02d", i)
	}
	few := Subset{Items: 5}.choose(items)
	if want := []int{75, 85, 89, 93, 97}; !slices.Equal(few, want) {
		t.Errorf("of 100 items 5 are %v, and were %v", few, want)
	}
	many := Subset{Percent: 19.5}.choose(items)
	if len(many) != 20 || slices.ContainsFunc(few, func(i int) bool { return !slices.Contains(many, i) }) {
		t.Errorf("19.5%% are %v", many)
	}
	if other := (Subset{Items: 5, Seed: 1}).choose(items); slices.Equal(other, few) || len(other) != 5 {
		t.Errorf("with another seed %v", other)
	}
	for s, want := range map[Subset]int{{}: 0, {All: true}: 100, {Items: 200}: 100, {Percent: 0.1}: 1, {Percent: 100}: 100} {
		if got := s.choose(items); len(got) != want {
			t.Errorf("%+v takes %d", s, len(got))
		}
	}
	var parts []int
	for n := range 7 {
		part := Subset{Part: n + 1, Of: 7}.choose(items)
		if len(part) < 5 || len(part) > 30 {
			t.Errorf("part %d has %d items", n+1, len(part))
		}
		parts = append(parts, part...)
	}
	slices.Sort(parts)
	if whole := (Subset{All: true}).choose(items); !slices.Equal(parts, whole) {
		t.Errorf("the parts are %v", parts)
	}
	// An item less changes nothing for the others.
	if got := (Subset{Items: 4}).choose(slices.Delete(slices.Clone(items), few[0], few[0]+1)); len(got) != 4 || got[0] != few[1]-1 {
		t.Errorf("without the first %v", got)
	}
	if got := (Subset{Percent: 50}).choose(nil); len(got) != 0 {
		t.Errorf("of nothing %v", got)
	}
}

// The same is found by however many workers.
func TestVerifyJobsChangeNothing(t *testing.T) {
	dir := t.TempDir()
	for i := range 20 {
		draw(t, filepath.Join(dir, "masks", fmt.Sprintf("%02d.png", i)), "11.......", "11...22..", ".....22..", "3.......4")
	}
	o := DefaultOptions(dir)
	o.Save = Kinds
	made(t, o)
	edit(t, filepath.Join(dir, ManifestName), `"objects":4`, `"objects":5`, 7)
	for i := range 5 {
		flip(t, filepath.Join(dir, "masks", fmt.Sprintf("%02d.d1.npy", 3*i)))
	}
	var want []string
	for _, jobs := range []int{1, 2, 7} {
		v, got := verified(t, dir, VerifyOptions{Jobs: jobs, Deep: Subset{Percent: 40}})
		if v.Computed != 8 || v.Count(FaultChanged) != 5 || v.Count(FaultWrong) == 0 {
			t.Errorf("%d jobs: %d computed, found %q", jobs, v.Computed, got)
		}
		if want == nil {
			want = got
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d jobs: found %q, want %q", jobs, got, want)
		}
	}
}

// The real nuclei in the three layouts, and label images of other programs.
func TestVerifyRealMasks(t *testing.T) {
	if testing.Short() {
		t.Skip("2,441 nuclei are computed twice, in several ways")
	}
	dir := shared(t)
	for _, c := range []struct {
		path string
		deep int
		set  func(o *Options)
	}{
		{"labels", 24, func(o *Options) { o.Save = Kinds }},
		{"labels", 24, func(o *Options) { o.Ridge, o.Half, o.Save = true, true, []Kind{Weights, Target} }},
		{"stage1_train", 6, func(o *Options) { o.Balance.Mode = BalanceImage }},
		{"binary", 24, func(o *Options) { o.Suffix, o.MinSize = "w", 10 }},
		{"../label_tiffs", 8, func(o *Options) { o.Instances = InstancesIDs }},
	} {
		o := DefaultOptions(filepath.Join(dir, c.path))
		o.Out = t.TempDir()
		c.set(&o)
		n := len(made(t, o))
		v, got := verified(t, o.Out, VerifyOptions{Deep: Subset{Items: c.deep}})
		if n < c.deep || v.Computed != c.deep || len(got) > 0 || v.Good != n*len(o.Save) || len(v.Warnings) > 0 {
			t.Errorf("%s: %d made, %d computed, found %+v, warned of %v", c.path, n, v.Computed, v.Findings, v.Warnings)
		}
		t.Logf("%s: %d items, %d bytes in %v", c.path, n, v.Bytes, v.Elapsed)
	}
}
