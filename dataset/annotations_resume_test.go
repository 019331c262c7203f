package dataset

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const threeImages = `{"images": [
	{"id": 1, "file_name": "a.png", "height": 5, "width": 6},
	{"id": 2, "file_name": "b.png", "height": 5, "width": 6},
	{"id": 3, "file_name": "c.png", "height": 5, "width": 6}],
"annotations": [
	{"id": 10, "image_id": 1, "iscrowd": 0, "segmentation": [[0, 0, 3, 0, 3, 3, 0, 3]]},
	{"id": 11, "image_id": 2, "iscrowd": 0, "segmentation": [[1, 1, 3, 1, 3, 3, 1, 3]]},
	{"id": 12, "image_id": 1, "iscrowd": 0, "segmentation": [[2, 2, 5, 2, 5, 4, 2, 4]]},
	{"id": 13, "image_id": 3, "iscrowd": 1, "segmentation": {"size": [5, 6], "counts": [5, 5, 20]}}]}`

const threeImagesCSV = "ImageId,EncodedPixels\n1,1 3\n2,5 2\n1,3 2 10 4\n3,\n"

// Of a file of annotations only the images whose objects changed are made anew.
func TestOnlyAnnotationsThatChangedAreMade(t *testing.T) {
	all, none := []string{"1", "2", "3"}, []string{}
	type change = func(t *testing.T, path string, o *Options)
	edited := func(old, new string) change {
		return func(t *testing.T, path string, _ *Options) { edit(t, path, old, new, 1) }
	}
	for _, c := range []struct {
		name, file, text string
		change           change
		want             []string
	}{
		{"nothing", "a.json", threeImages, func(*testing.T, string, *Options) {}, none},
		{"the file is touched", "a.json", threeImages, func(t *testing.T, path string, _ *Options) {
			must(t, os.Chtimes(path, time.Now(), time.Now()))
		}, none},
		{"a point moves", "a.json", threeImages, edited("[[1, 1, 3", "[[1, 1, 4"), []string{"2"}},
		{"an object becomes a crowd", "a.json", threeImages, edited(`"id": 11, "image_id": 2, "iscrowd": 0`, `"id": 11, "image_id": 2, "iscrowd": 1`), []string{"2"}},
		{"an object goes to another image", "a.json", threeImages, edited(`"id": 12, "image_id": 1`, `"id": 12, "image_id": 3`), []string{"1", "3"}},
		{"objects change places", "a.json", threeImages, func(t *testing.T, path string, _ *Options) {
			edit(t, path, "[[0, 0, 3, 0, 3, 3, 0, 3]]", "X", 1)
			edit(t, path, "[[2, 2, 5, 2, 5, 4, 2, 4]]", "[[0, 0, 3, 0, 3, 3, 0, 3]]", 1)
			edit(t, path, "X", "[[2, 2, 5, 2, 5, 4, 2, 4]]", 1)
		}, []string{"1"}},
		{"an image grows", "a.json", threeImages, edited(`"b.png", "height": 5`, `"b.png", "height": 7`), []string{"2"}},
		{"an image is new", "a.json", threeImages, edited(`"images": [`, `"images": [{"id": 9, "height": 2, "width": 2},`), []string{"9"}},
		{"what is no object changes", "a.json", threeImages, func(t *testing.T, path string, _ *Options) {
			edit(t, path, `"iscrowd": 0, "seg`, `"category_id": 4, "area": 3.5, "seg`, -1)
			edit(t, path, `"images"`, `"info": {"version": "2"}, "images"`, 1)
			edit(t, path, "b.png", "sub/b.jpg", 1)
			edit(t, path, `"id": 10`, `"id": 70`, 1)
		}, none},
		{"the file is laid out otherwise", "a.json", threeImages, func(t *testing.T, path string, _ *Options) {
			edit(t, path, ", ", ",\n\t\t", -1)
		}, none},
		{"an output is deleted", "a.json", threeImages, func(t *testing.T, path string, o *Options) {
			must(t, os.Remove(filepath.Join(filepath.Dir(path), "2.weights.npy")))
		}, []string{"2"}},
		{"the cache is lost", "a.json", threeImages, func(t *testing.T, path string, o *Options) {
			must(t, os.Remove(filepath.Join(filepath.Dir(path), cacheName)))
		}, none},
		{"sigma", "a.json", threeImages, func(_ *testing.T, _ string, o *Options) { o.Weights.Sigma = 6 }, all},
		{"components", "a.json", threeImages, func(_ *testing.T, _ string, o *Options) { o.Instances = InstancesComponents }, all},
		{"the objects by name", "a.json", threeImages, func(_ *testing.T, _ string, o *Options) { o.Instances = InstancesFiles }, none},

		{"nothing in the table", "a.csv", threeImagesCSV, func(*testing.T, string, *Options) {}, none},
		{"a run moves", "a.csv", threeImagesCSV, edited("5 2", "6 2"), []string{"2"}},
		{"a line is new", "a.csv", threeImagesCSV, edited("3,\n", "3,1 1\n"), []string{"3"}},
		{"a line goes", "a.csv", threeImagesCSV, edited("1,3 2 10 4\n", ""), []string{"1"}},
		{"lines of several images change places", "a.csv", threeImagesCSV, edited("2,5 2\n1,3 2 10 4\n", "1,3 2 10 4\n2,5 2\n"), none},
		{"a column is new", "a.csv", threeImagesCSV, func(t *testing.T, path string, _ *Options) {
			put(t, path, "Usage,EncodedPixels,ImageId\r\nx,1 3,1.png\r\nx,\" 5 2\",2.png\r\ny,3 2  10 4,1.png\r\nz,,3.png\r\n")
		}, none},
		{"another size", "a.csv", threeImagesCSV, func(_ *testing.T, _ string, o *Options) { o.Read.Sizes.Width = 7 }, all},
		{"the same sizes from the file", "a.csv", threeImagesCSV, func(t *testing.T, path string, o *Options) {
			put(t, path, "ImageId,EncodedPixels,Height,Width\n1,1 3,5,6\n2,5 2,5,6\n1,3 2 10 4,5,6\n3,,5,6\n")
			o.Read.Sizes = Sizes{}
		}, none},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, c.file)
			put(t, path, c.text)
			age(t, path)
			o := plain(path)
			o.Instances = InstancesAuto
			if c.file == "a.csv" {
				o.Read.Sizes = Sizes{Height: 5, Width: 6}
			}
			if got := madeImages(t, o); !slices.Equal(got, all) {
				t.Fatalf("the first run makes %v", got)
			}
			c.change(t, path, &o)
			if got := madeImages(t, o); !slices.Equal(got, c.want) {
				t.Errorf("made %v, want %v", got, c.want)
			}
			if got := madeImages(t, o); len(got) > 0 {
				t.Errorf("a third run makes %v", got)
			}
			mended := content(t, dir)
			o.Out = t.TempDir()
			madeImages(t, o)
			for name, want := range content(t, o.Out) {
				if strings.HasSuffix(name, ".npy") && mended[name] != want {
					t.Errorf("%s is not what a fresh start makes", name)
				}
			}
		})
	}
}

// madeImages runs Precompute and lists the images that were made, by their ids.
func madeImages(t *testing.T, o Options) []string {
	t.Helper()
	r, err := Precompute(t.Context(), o)
	must(t, err)
	list := []string{}
	for _, it := range r.Items {
		switch it.Status {
		case StatusMade:
			list = append(list, it.Item.ImageID)
		case StatusFailed:
			t.Error(it.Err)
		}
	}
	slices.Sort(list)
	return list
}

// A file of annotations that changes while it is worked on is no mask any more: what
// would be made of it, nobody wrote.
func TestAnnotationsThatChangeMeanwhile(t *testing.T) {
	for _, phase := range []string{"reading masks", "computing"} {
		dir := t.TempDir()
		path := filepath.Join(dir, "a.json")
		put(t, path, threeImages)
		age(t, path)
		o := plain(path)
		o.Instances = InstancesAuto
		var once sync.Once
		o.Observe = func(e Event) {
			if e.Kind == EventPhase && e.Text == phase {
				once.Do(func() { edit(t, path, "[[1, 1, 3", "[[1, 1, 4", 1) })
			}
		}
		r, err := Precompute(t.Context(), o)
		must(t, err)
		if r.Failed != 3 || r.Made != 0 {
			t.Errorf("%s: %d made, %d failed", phase, r.Made, r.Failed)
		}
		for _, it := range r.Items {
			if it.Err == nil || it.Err.Error() != path+": the file changed while it was read" {
				t.Errorf("%s: image %s: %v", phase, it.Item.ImageID, it.Err)
			}
		}
		for _, name := range tree(t, dir) {
			if strings.HasSuffix(name, ".npy") {
				t.Errorf("%s: %s was written", phase, name)
			}
		}
		o.Observe = nil
		if got := madeImages(t, o); len(got) != 3 {
			t.Errorf("%s: then %v are made", phase, got)
		}
	}
}
