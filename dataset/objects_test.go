package dataset

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/npy"
)

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
		{"a ridge through small ones", []string{"1122", "1122"}, func(o *Options) { o.MinSize, o.Ridge = 4, true }, "1..2 1..2"},
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

// Folders of objects beside binary masks: each is taken for what it is.
func TestFoldersBesideFiles(t *testing.T) {
	dir := t.TempDir()
	draw(t, filepath.Join(dir, "bowl", "x", "images", "x.png"), "abc")
	draw(t, filepath.Join(dir, "bowl", "x", "masks", "1.png"), "##.")
	draw(t, filepath.Join(dir, "bowl", "x", "masks", "2.png"), "..#")
	draw(t, filepath.Join(dir, "others", "masks", "a.png"), "##.")
	draw(t, filepath.Join(dir, "others", "masks", "b.png"), "#.#")
	o := DefaultOptions(dir)
	o.Save = []Kind{Labels}
	made(t, o)
	for name, want := range map[string]string{"bowl/x/x": "112", "others/masks/a": "11.", "others/masks/b": "1.2"} {
		if got := readLabels(t, filepath.Join(dir, name+".labels.npy")); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if got := made(t, o); len(got) > 0 {
		t.Errorf("a second run makes %v", got)
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

func TestWarnings(t *testing.T) {
	dir := t.TempDir()
	draw(t, filepath.Join(dir, "a.png"), "1122", "....")
	draw(t, filepath.Join(dir, "b.png"), "1133", "..33")
	draw(t, filepath.Join(dir, "c.png"), "....", "....")
	draw(t, filepath.Join(dir, "d.png"), "5..5", "....")
	put(t, filepath.Join(dir, "a.weights.npy"), "something else")
	o := DefaultOptions(dir)
	o.Force = true
	r, err := Precompute(t.Context(), o)
	must(t, err)
	got := map[string]string{}
	for _, w := range r.Warnings {
		got[w.Kind] = fmt.Sprint(w.Items, " ", filepath.Base(w.Example))
	}
	want := map[string]string{warnTouching: "2 a.png", warnEmpty: "1 c.png", warnPieces: "1 d.png", warnReplaced: "1 a.weights.npy"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("warnings %v, want %v", got, want)
	}
	o = DefaultOptions(dir)
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

// Of numbers of every type, renumbered or not, the first below 0 is refused.
func TestNegativeNumbers(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	refused := 0
	for range 3000 {
		im := &Image{Values: grid.New[int32](1, 1+rng.IntN(12)), Dtype: []string{"int64", "float64", "int8", "uint64", "uint8", "bool"}[rng.IntN(6)]}
		signed := !strings.HasPrefix(im.Dtype, "uint") && im.Dtype != "bool"
		least := int32(0)
		if rng.IntN(2) == 0 && strings.HasSuffix(im.Dtype, "64") {
			for range rng.IntN(5) {
				im.Original = append(im.Original, rng.Int64()-math.MaxInt64/int64(1+rng.IntN(3)))
			}
			slices.Sort(im.Original) // as numbers of int64, which those of uint64 need not be
		} else if signed {
			least = -1
		}
		most := int32(3)
		if im.Original != nil {
			most = int32(len(im.Original))
		}
		want := ""
		for i := range im.Values.Data {
			v := least + rng.Int32N(most-least+1)
			im.Values.Data[i] = v
			number := int64(v)
			if im.Original != nil && v > 0 {
				number = im.Original[v-1]
			}
			if want == "" && signed && number < 0 {
				want = fmt.Sprintf("the value %d at index %d is", number, i)
			}
		}
		err := im.checkPositive()
		if (err != nil) != (want != "") || err != nil && !strings.HasPrefix(err.Error(), want) {
			t.Fatalf("%s %v, originals %v: %v, want %q", im.Dtype, im.Values.Data, im.Original, err, want)
		}
		if err != nil {
			refused++
		}
	}
	if refused < 300 {
		t.Errorf("only %d refused", refused)
	}
}

func TestExtremes(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	nan, inf, zero := float32(math.NaN()), float32(math.Inf(1)), float32(math.Copysign(0, -1))
	pool := []float32{zero, 0, 1, 1, -1, 2.5, inf, -inf, nan}
	for range 3000 {
		values := make([]float32, rng.IntN(9))
		of := pool[:1+rng.IntN(len(pool))]
		var wantLo, wantHi float64 // of equal ones the first
		for i := range values {
			v := of[rng.IntN(len(of))]
			values[i] = v
			if f := float64(v); i == 0 {
				wantLo, wantHi = f, f
			} else if math.IsNaN(wantLo) || math.IsNaN(f) {
				wantLo, wantHi = math.NaN(), math.NaN()
			} else {
				if f < wantLo {
					wantLo = f
				}
				if f > wantHi {
					wantHi = f
				}
			}
		}
		lo, hi := extremes(values)
		if fmt.Sprint(lo, hi, math.Signbit(lo), math.Signbit(hi)) != fmt.Sprint(wantLo, wantHi, math.Signbit(wantLo), math.Signbit(wantHi)) {
			t.Fatalf("extremes of %v are %v and %v, want %v and %v", values, lo, hi, wantLo, wantHi)
		}
	}
	if lo, hi := extremes([]uint8{7, 3, 200}); lo != 3 || hi != 200 {
		t.Errorf("of bytes %v and %v", lo, hi)
	}
}
