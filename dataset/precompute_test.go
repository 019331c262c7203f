package dataset

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
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
