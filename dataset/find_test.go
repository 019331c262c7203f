package dataset

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/weightmap/weightmap/internal/realpath"
)

// layout makes empty files, and folders where the name ends in a slash.
func layout(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if strings.HasSuffix(name, "/") {
			must(t, os.MkdirAll(path, 0o777))
			continue
		}
		put(t, path, "")
	}
	return dir
}

// found lists what Find finds as "name -> base", and "name [files] -> base" for folders.
func found(t *testing.T, dir string, o FindOptions, paths ...string) []string {
	t.Helper()
	for i := range paths {
		paths[i] = filepath.Join(dir, filepath.FromSlash(paths[i]))
	}
	if o.Out != "" {
		o.Out = filepath.Join(dir, o.Out)
	}
	f, err := Find(paths, o)
	must(t, err)
	if len(f.Errors) > 0 {
		t.Fatal(f.Errors)
	}
	list := []string{}
	for _, it := range f.Items {
		s := relative(dir, it.Path())
		if it.Folder {
			var names []string
			for _, p := range it.Files {
				names = append(names, filepath.Base(p))
			}
			s += " [" + strings.Join(names, " ") + "]"
		} else if len(it.Files) != 1 || relative(dir, it.Files[0]) != s {
			t.Errorf("item %s has files %v", s, it.Files)
		}
		list = append(list, s+" -> "+relative(dir, filepath.Join(it.Root, filepath.FromSlash(it.Base))))
	}
	return list
}

func TestFind(t *testing.T) {
	for _, c := range []struct {
		name  string
		files []string
		paths []string
		o     FindOptions
		want  []string
	}{
		{name: "no mask folder: every image",
			files: []string{"b.png", "a.npy", "sub/c.PNG", "notes.txt", ".hidden.png", "._b.png", "__MACOSX/b.png"},
			want:  []string{"a.npy -> a", "b.png -> b", "sub/c.PNG -> sub/c"}},
		{name: "a mask folder: only what is in it",
			files: []string{"images/a.png", "masks/a.png", "masks/deep/b.png", "c.png"},
			want:  []string{"masks/a.png -> masks/a", "masks/deep/b.png -> masks/deep/b"}},
		{name: "every name of a mask folder, at any depth",
			files: []string{"1/mask/a.png", "2/x/labels/a.png", "3/label/a.png", "4/annotations/a.png", "5/gt/a.png", "6/01_GT/SEG/man_seg000.png", "6/01_GT/TRA/man_track000.png", "6/01/t000.png", "7/Masks/a.png"},
			want: []string{"1/mask/a.png -> 1/mask/a", "2/x/labels/a.png -> 2/x/labels/a", "3/label/a.png -> 3/label/a", "4/annotations/a.png -> 4/annotations/a",
				"5/gt/a.png -> 5/gt/a", "6/01_GT/SEG/man_seg000.png -> 6/01_GT/SEG/man_seg000", "7/Masks/a.png -> 7/Masks/a"}},
		{name: "an empty mask folder is one too",
			files: []string{"masks/", "a.png"}, want: []string{}},
		{name: "the folder named is itself called masks",
			files: []string{"masks/a.png", "masks/b.png", "images/a.png", "images/b.png"}, paths: []string{"masks"},
			want: []string{"masks/a.png -> masks/a", "masks/b.png -> masks/b"}},
		{name: "outputs are no masks",
			files: []string{"a.png", "a.weights.npy", "a.weights.png", "a.d1.npy", "a.d2.png", "a.labels.npy", "a.labels.png", "b.labels.png", "a.target.npy", "weightmap.jsonl"},
			want:  []string{"a.png -> a", "b.labels.png -> b.labels"}},
		{name: "outputs with this suffix neither",
			files: []string{"a.npy", "a.fine.npy", "a.fine.d1.npy"}, o: FindOptions{Suffix: "fine"},
			want: []string{"a.npy -> a"}},
		{name: "Data Science Bowl",
			files: []string{"s/x/images/x.png", "s/x/masks/2.png", "s/x/masks/1.png", "s/y/images/y.png", "s/y/masks/1.png"}, paths: []string{"s"},
			want: []string{"s/x/masks [1.png 2.png] -> s/x/x", "s/y/masks [1.png] -> s/y/y"}},
		{name: "one image of it", paths: []string{"s/x"},
			files: []string{"s/x/images/x.png", "s/x/masks/2.png", "s/x/masks/1.png"},
			want:  []string{"s/x/masks [1.png 2.png] -> s/x/x"}},
		{name: "its masks", paths: []string{"s/x/masks"},
			files: []string{"s/x/images/x.png", "s/x/masks/2.png", "s/x/masks/1.png"},
			want:  []string{"s/x/masks [1.png 2.png] -> s/x/x"}},
		{name: "an image of it is missing", paths: []string{"s"},
			files: []string{"s/x/images/x.png", "s/x/masks/1.png", "s/y/masks/1.png", "s/y/masks/2.png"},
			want:  []string{"s/x/masks [1.png] -> s/x/x", "s/y/masks [1.png 2.png] -> s/y/y"}},
		{name: "an image of it is missing, alone", paths: []string{"s/y"},
			files: []string{"s/x/images/x.png", "s/x/masks/1.png", "s/y/masks/1.png", "s/y/masks/2.png"},
			want:  []string{"s/y/masks [1.png 2.png] -> s/y/y"}},
		{name: "a mask an image", paths: []string{"d"},
			files: []string{"d/images/a.png", "d/images/b.png", "d/masks/a.png", "d/masks/b.png"},
			want:  []string{"d/masks/a.png -> d/masks/a", "d/masks/b.png -> d/masks/b"}},
		{name: "one image with its mask, in a folder each",
			files: []string{"p1/images/scan.png", "p1/masks/scan.png", "p2/images/scan.png", "p2/masks/scan.png"},
			want:  []string{"p1/masks/scan.png -> p1/masks/scan", "p2/masks/scan.png -> p2/masks/scan"}},
		{name: "one image and one mask of another name",
			files: []string{"p1/images/scan.png", "p1/masks/truth.png"},
			want:  []string{"p1/masks/truth.png -> p1/masks/truth"}},
		{name: "a glob on names", o: FindOptions{Masks: "*_mask.png"},
			files: []string{"a.png", "a_mask.png", "sub/b_mask.png", "sub/b_mask.npy"},
			want:  []string{"a_mask.png -> a_mask", "sub/b_mask.png -> sub/b_mask"}},
		{name: "a glob on paths", o: FindOptions{Masks: "*/truth/**/*.{png,npy}"},
			files: []string{"a/truth/1.png", "a/truth/x/2.npy", "a/truth/3.txt", "truth/4.png", "a/b/truth/5.png"},
			want:  []string{"a/truth/1.png -> a/truth/1", "a/truth/x/2.npy -> a/truth/x/2"}},
		{name: "a glob that spells out an extension", o: FindOptions{Masks: "*.dat"},
			files: []string{"a.dat", "a.png"}, want: []string{"a.dat -> a"}},
		{name: "files are objects", o: FindOptions{Folders: true}, paths: []string{"d"},
			files: []string{"d/x/2.png", "d/x/1.png", "d/y/1.png", "d/z/masks/1.png"},
			want:  []string{"d/z/masks [1.png] -> d/z/z"}},
		{name: "files are objects, chosen by a glob", o: FindOptions{Folders: true, Masks: "*.png"}, paths: []string{"d"},
			files: []string{"d/x/2.png", "d/x/1.png", "d/y/1.png"},
			want:  []string{"d/x [1.png 2.png] -> d/x", "d/y [1.png] -> d/y"}},
		{name: "files of the folder named are objects", o: FindOptions{Folders: true}, paths: []string{"d/cell"},
			files: []string{"d/cell/2.png", "d/cell/1.png"},
			want:  []string{"d/cell [1.png 2.png] -> d/cell"}},
		{name: "files and folders, each once", paths: []string{"d/b.png", "d", "d/sub/../b.png"},
			files: []string{"d/a.png", "d/b.png", "d/sub/"},
			want:  []string{"d/b.png -> d/b", "d/a.png -> d/a"}},
		{name: "a file of any name", paths: []string{"truth"},
			files: []string{"truth", "b.png"}, want: []string{"truth -> truth"}},
		{name: "a file that is an output", paths: []string{"a.weights.npy"},
			files: []string{"a.weights.npy"}, want: []string{}},
		{name: "a glob of files", paths: []string{"*/m*/[ab].*"},
			files: []string{"x/masks/a.png", "x/masks/b.npy", "x/masks/c.png", "x/masks/a.txt", "y/m/a.png", "z/other/a.png", "x/masks/deep/a.png"},
			want:  []string{"x/masks/a.png -> x/masks/a", "x/masks/b.npy -> x/masks/b", "y/m/a.png -> y/m/a"}},
		{name: "a glob of folders", paths: []string{"*/masks"},
			files: []string{"x/masks/a.png", "y/masks/a.png", "y/images/a.png"},
			want:  []string{"x/masks/a.png -> x/masks/a", "y/masks/a.png -> y/masks/a"}},
		{name: "a glob that matches nothing", paths: []string{"*.png"}, files: []string{"a.npy"}, want: []string{}},
		{name: "a name that looks like a glob", paths: []string{"a[1].png"},
			files: []string{"a[1].png", "a1.png"}, want: []string{"a[1].png -> a[1]"}},
		{name: "the output folder holds no masks", o: FindOptions{Out: "maps"},
			files: []string{"masks/a.png", "maps/masks/b.png"}, want: []string{"masks/a.png -> masks/a"}},
		{name: "stems", files: []string{"a.b.png", "c.nii.png", ".png"},
			want: []string{"a.b.png -> a.b", "c.nii.png -> c.nii"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := layout(t, c.files...)
			if c.paths == nil {
				c.paths = []string{"."}
			}
			if got := found(t, dir, c.o, c.paths...); !slices.Equal(got, c.want) {
				t.Errorf("found\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(c.want, "\n\t"))
			}
		})
	}
}

// The same items, in the same order, whatever the folder is called by.
func TestFindFromWithin(t *testing.T) {
	dir := layout(t, "x/images/x.png", "x/masks/1.png", "x/masks/2.png")
	t.Chdir(filepath.Join(dir, "x", "masks"))
	for _, path := range []string{".", "../masks", "../../x/masks"} {
		f, err := Find([]string{path}, FindOptions{})
		must(t, err)
		if len(f.Items) != 1 {
			t.Fatalf("%s: %d items", path, len(f.Items))
		}
		it := f.Items[0]
		if !it.Folder || it.Base != "x" || !slices.Equal(names(it.Files), []string{"1.png", "2.png"}) ||
			realpath.Of(it.Root) != realpath.Of(filepath.Join(dir, "x")) {
			t.Errorf("%s: %+v", path, it)
		}
	}
}

func names(paths []string) []string {
	var out []string
	for _, p := range paths {
		out = append(out, filepath.Base(p))
	}
	return out
}

func TestFindFollowsLinksOnce(t *testing.T) {
	dir := layout(t, "data/masks/a.png", "data/masks/sub/b.png", "else/c.png")
	link := func(to, at string) { must(t, os.Symlink(to, filepath.Join(dir, at))) }
	link("..", "data/masks/sub/loop")
	link("../masks", "data/masks/again")
	link("../../else", "data/masks/far")
	link("a.png", "data/masks/alias.png")
	link("nowhere.png", "data/masks/broken.png")
	got := found(t, dir, FindOptions{}, "data")
	want := []string{"data/masks/a.png -> data/masks/a", "data/masks/alias.png -> data/masks/alias", "data/masks/broken.png -> data/masks/broken",
		"data/masks/far/c.png -> data/masks/far/c", "data/masks/sub/b.png -> data/masks/sub/b"}
	if !slices.Equal(got, want) {
		t.Errorf("found\n\t%s", strings.Join(got, "\n\t"))
	}
}

func TestFindKnowsOutputsByTheManifest(t *testing.T) {
	dir := layout(t, "d/masks/a.npy", "d/masks/a.wide.npy", "d/masks/b.other.npy")
	put(t, filepath.Join(dir, "d", ManifestName), `{"item":"masks/a","suffix":"wide"}`+"\n")
	want := []string{"d/masks/a.npy -> d/masks/a", "d/masks/b.other.npy -> d/masks/b.other"}
	for _, path := range []string{"d", "d/masks", "d/masks/*.npy"} {
		if got := found(t, dir, FindOptions{}, path); !slices.Equal(got, want) {
			t.Errorf("%s: found %v", path, got)
		}
	}
	if got := found(t, dir, FindOptions{}, "d/masks/a.wide.npy"); len(got) > 0 {
		t.Errorf("found %v", got)
	}
}

func TestFindNamesWhatIsNotThere(t *testing.T) {
	dir := layout(t, "a.png")
	for _, path := range []string{"b.png", "nowhere/", "nowhere/*.png"} {
		_, err := Find([]string{filepath.Join(dir, "a.png"), filepath.Join(dir, path)}, FindOptions{})
		var wrong *OptionError
		if !errors.As(err, &wrong) || !strings.Contains(err.Error(), filepath.Join(dir, path)) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestFindGoesOnWhereAFolderCannotBeRead(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("the superuser can read every folder")
	}
	dir := layout(t, "a/1.png", "b/2.png")
	must(t, os.Chmod(filepath.Join(dir, "a"), 0))
	t.Cleanup(func() { _ = os.Chmod(filepath.Join(dir, "a"), 0o777) })
	f, err := Find([]string{dir}, FindOptions{})
	must(t, err)
	if len(f.Items) != 1 || len(f.Errors) != 1 || !strings.Contains(f.Errors[0].Error(), filepath.Join(dir, "a")) {
		t.Errorf("%d items, errors %v", len(f.Items), f.Errors)
	}
}

func TestCouldMatchBelow(t *testing.T) {
	for _, c := range []struct {
		pattern string
		yes, no []string
	}{
		{"*/masks/*.png", []string{"x", "x/masks"}, []string{"x/images", "x/masks/deep"}},
		{"x/**/*.png", []string{"x", "x/y", "x/y/z"}, []string{"y", "y/x"}},
		{"{a/b,c}/*.png", []string{"a", "a/b", "c", "d"}, nil},
	} {
		f := couldMatchBelow(c.pattern)
		for _, rel := range c.yes {
			if !f(rel) {
				t.Errorf("%s is not looked for in %s", c.pattern, rel)
			}
		}
		for _, rel := range c.no {
			if f(rel) {
				t.Errorf("%s is looked for in %s", c.pattern, rel)
			}
		}
	}
}

func TestParseKinds(t *testing.T) {
	got, err := ParseKinds("d2, weights,d2")
	if err != nil || !reflect.DeepEqual(got, []Kind{Weights, D2}) {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := ParseKinds("weights,d3"); err == nil || !strings.Contains(err.Error(), `"d3" is none of weights, d1, d2, labels, target`) {
		t.Error(err)
	}
}

// A Zarr store is a folder, and is refused with the sentence that says what to do.
func TestFindZarr(t *testing.T) {
	dir := layout(t, "masks/a.png", "masks/b.zarr/.zgroup", "masks/b.zarr/0/.zarray", "masks/b.zarr/0/c.png", "images/c.zarr/zarr.json", "masks/d.zarr/e.png")
	for path, want := range map[string][]string{
		"":              {"masks/b.zarr"},
		"masks/b.zarr":  {"masks/b.zarr"},
		"images/c.zarr": {"images/c.zarr"},
		"masks/*.zarr":  {"masks/b.zarr"},
	} {
		f, err := Find([]string{filepath.Join(dir, path)}, FindOptions{})
		must(t, err)
		var got []string
		for _, err := range f.Errors {
			if !errors.Is(err, errZarr) {
				t.Error(err)
			}
			got = append(got, relative(dir, strings.TrimSuffix(err.Error(), ": "+errZarr.Error())))
		}
		if !slices.Equal(got, want) {
			t.Errorf("of %q %v are refused, want %v", path, got, want)
		}
		for _, it := range f.Items {
			if strings.Contains(it.Name, "b.zarr") {
				t.Errorf("%s is a mask", it.Name)
			}
		}
	}
}
