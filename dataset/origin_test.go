package dataset

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/npy"
)

// originObjects looks an output up, and returns its origin and the objects.
func originObjects(t *testing.T, path string) (*Origin, *grid.Labels) {
	t.Helper()
	var all Origins
	o, err := all.Of(path)
	must(t, err)
	labels, err := o.Objects(context.Background())
	must(t, err)
	return o, labels
}

// The objects found again are those the output was made of, whatever the options.
func TestOriginFindsTheObjectsAgain(t *testing.T) {
	ignore := int64(5)
	for name, set := range map[string]func(o *Options){
		"as it is":   func(*Options) {},
		"ids":        func(o *Options) { o.Instances = InstancesIDs },
		"components": func(o *Options) { o.Instances = InstancesComponents },
		"four":       func(o *Options) { o.Instances, o.Connectivity = InstancesComponents, 4 },
		"small":      func(o *Options) { o.Instances, o.MinSize = InstancesComponents, 3 },
		"ridge":      func(o *Options) { o.Instances, o.Ridge = InstancesIDs, true },
		"ignore":     func(o *Options) { o.Instances, o.Ignore = InstancesIDs, &ignore },
		"suffix":     func(o *Options) { o.Suffix = "w" },
		"elsewhere":  func(o *Options) { o.Out = filepath.Join(o.Paths[0], "..", "out") },
		"folders":    func(o *Options) { o.Paths[0] = filepath.Join(o.Paths[0], "..", "items"); o.Instances = InstancesFiles },
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "masks")
			draw(t, filepath.Join(dir, "a.png"), "11.22..", "11.22..", "..1..5.", "333....", "333.4..")
			draw(t, filepath.Join(dir, "..", "items", "x", "masks", "1.png"), "##..", "##..")
			draw(t, filepath.Join(dir, "..", "items", "x", "masks", "2.png"), ".##.", ".##.")
			o := DefaultOptions(dir)
			o.Save = slices.Clone(Kinds)
			set(&o)
			r, err := Precompute(context.Background(), o)
			must(t, err)
			if r.Made != 1 {
				t.Fatalf("%+v", r)
			}
			paths := r.Items[0].Paths()
			if len(paths) != len(Kinds) {
				t.Fatalf("made %v", paths)
			}
			for i, path := range paths {
				got, labels := originObjects(t, path)
				if got.Kind != Kinds[i] || got.Record == nil {
					t.Errorf("%s is of kind %v with the record %v", path, got.Kind, got.Record)
				}
				want, err := npy.ReadFile[int32](got.Path(Labels), 0)
				must(t, err)
				if !grid.Equal(labels, want) {
					t.Errorf("%s: objects %v, want %v", path, labels.Data, want.Data)
				}
			}
		})
	}
}

func TestOriginByName(t *testing.T) {
	dir := t.TempDir()
	draw(t, filepath.Join(dir, "masks", "a.png"), "#.#")
	draw(t, filepath.Join(dir, "masks", "b.c.png"), "1.2")
	draw(t, filepath.Join(dir, "x", "masks", "1.png"), "##..")
	draw(t, filepath.Join(dir, "x", "masks", "2.png"), "...#")
	for path, want := range map[string]struct {
		mask    string
		kind    Kind
		objects int32
	}{
		"masks/a.weights.npy":   {"masks/a.png", Weights, 2},
		"masks/a.d1.npy":        {"masks/a.png", D1, 2},
		"masks/a.s.d2.npy":      {"masks/a.png", D2, 2},
		"masks/b.c.weights.npy": {"masks/b.c.png", Weights, 2},
		"x/x.weights.npy":       {"x/masks", Weights, 2},
		"x.weights.npy":         {"", Weights, 0},
		"masks/c.weights.npy":   {"", Weights, 0},
		"masks/a.npy":           {"", -1, 0},
		"masks/a.s.npy":         {"", -1, 0},
	} {
		var all Origins
		o, err := all.Of(filepath.Join(dir, path))
		must(t, err)
		mask := ""
		if want.mask != "" {
			mask = filepath.Join(dir, want.mask)
		}
		if o.Mask() != mask || o.Kind != want.kind || o.Record != nil {
			t.Errorf("%s: mask %q and kind %v, want %q and %v", path, o.Mask(), o.Kind, mask, want.kind)
		}
		if mask == "" {
			if _, err := o.Objects(context.Background()); err == nil {
				t.Errorf("%s: objects of no mask", path)
			}
			continue
		}
		labels, err := o.Objects(context.Background())
		must(t, err)
		if n := slices.Max(labels.Data); n != want.objects {
			t.Errorf("%s: %d objects, want %d", path, n, want.objects)
		}
	}
	// A mask next to which there is an output of its own name is not taken for one.
	must(t, npy.WriteFile(filepath.Join(dir, "masks", "c.d1.npy"), grid.New[float32](1, 3)))
	if o := originByName(filepath.Join(dir, "masks", "c.weights.npy")); o.Mask() != "" {
		t.Errorf("an output was taken for the mask: %s", o.Mask())
	}
}

func TestOriginFrom(t *testing.T) {
	dir := t.TempDir()
	draw(t, filepath.Join(dir, "a.png"), "1.2")
	o, err := OriginFrom(filepath.Join(dir, "a.png"))
	must(t, err)
	if labels, err := o.Objects(context.Background()); err != nil || slices.Max(labels.Data) != 2 {
		t.Errorf("objects %v: %v", labels, err)
	}
	must(t, os.Mkdir(filepath.Join(dir, "empty"), 0o777))
	for _, name := range []string{"empty", "none.png"} {
		if _, err := OriginFrom(filepath.Join(dir, name)); err == nil {
			t.Errorf("%s was taken for a mask", name)
		}
	}
}

func TestOriginImage(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{
		"1/masks/a.png", "1/images/a.tif", "1/images/b.tif",
		"2/labels/train/a.png", "2/imgs/train/a.jpg",
		"3/a_mask.png", "3/a.png", "3/b.png",
		"4/masks/1.png", "4/masks/2.png", "4/images/4.png",
		"5/masks/a.png", "5/images/b.png",
		"6/gt/a_labels.npy", "6/raw/a.npy",
	} {
		put(t, filepath.Join(dir, name), "")
	}
	for mask, want := range map[string]string{
		"1/masks/a.png":        "1/images/a.tif",
		"2/labels/train/a.png": "2/imgs/train/a.jpg",
		"3/a_mask.png":         "3/a.png",
		"3/b.png":              "",
		"4/masks":              "4/images/4.png",
		"5/masks/a.png":        "",
		"6/gt/a_labels.npy":    "6/raw/a.npy",
	} {
		o, err := OriginFrom(filepath.Join(dir, mask))
		must(t, err)
		if want != "" {
			want = filepath.Join(dir, want)
		}
		if got := o.Image(); got != want {
			t.Errorf("%s: image %q, want %q", mask, got, want)
		}
	}
	if got := (&Origin{}).Image(); got != "" {
		t.Errorf("of nothing the image is %q", got)
	}
}

func TestFindMaps(t *testing.T) {
	dir := t.TempDir()
	draw(t, filepath.Join(dir, "masks", "a.png"), "#.#")
	draw(t, filepath.Join(dir, "masks", "b.png"), "#.#")
	for _, suffix := range []string{"", "w"} {
		o := DefaultOptions(dir)
		o.Suffix, o.Save = suffix, []Kind{Weights, D1}
		_, err := Precompute(context.Background(), o)
		must(t, err)
	}
	put(t, filepath.Join(dir, "old", "c.weights.npy"), "")
	put(t, filepath.Join(dir, ".trash", "d.weights.npy"), "")
	must(t, os.Remove(filepath.Join(dir, "masks", "b.w.npy")))
	maps, err := FindMaps(dir)
	must(t, err)
	var got []string
	for _, m := range maps {
		got = append(got, relative(dir, m))
	}
	want := []string{"masks/a.w.npy", "masks/a.weights.npy", "masks/b.weights.npy", "old/c.weights.npy"}
	if !slices.Equal(got, want) {
		t.Errorf("maps %v, want %v", got, want)
	}
	if _, err := FindMaps(filepath.Join(dir, "none")); err == nil {
		t.Error("maps in no folder")
	}
}
