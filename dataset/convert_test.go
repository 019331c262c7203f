package dataset_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weightmap/weightmap/dataset"
	"github.com/weightmap/weightmap/internal/judge"
)

func ExampleConvert() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	csv := filepath.Join(dir, "runs.csv")
	if err := os.WriteFile(csv, []byte("ImageId,EncodedPixels\na,1 2\na,5 2\n"), 0o666); err != nil {
		fmt.Println(err)
		return
	}
	err = dataset.Convert(context.Background(), dataset.ConvertOptions{
		Paths: []string{csv}, Out: filepath.Join(dir, "labels"), Format: dataset.LabelPNG,
		Read:    dataset.ReadOptions{Sizes: dataset.Sizes{Height: 2, Width: 4}},
		Observe: func(c *dataset.Converted) { fmt.Println(filepath.Base(c.Output), c.Shape, c.Written, c.IDs, c.Err) },
	})
	im, _ := dataset.Read(filepath.Join(dir, "labels", "a.png"), dataset.ReadOptions{})
	fmt.Println(im.Values.Data, err)
	// Output:
	// a.png [2 4] uint16 2 <nil>
	// [1 0 2 0 1 0 2 0] <nil>
}

// converted converts all of paths into a new folder, and fails if one fails for
// another reason than being a stack.
func converted(t *testing.T, o dataset.ConvertOptions) (dir string, all []*dataset.Converted) {
	t.Helper()
	o.Out = t.TempDir()
	o.Observe = func(c *dataset.Converted) {
		if c.Err == nil {
			all = append(all, c)
		} else if o.Format != dataset.LabelPNG || !strings.Contains(c.Err.Error(), "a stack of 31 slices is more than a PNG holds") {
			t.Error(c.Err)
		}
	}
	if err := dataset.Convert(context.Background(), o); err != nil {
		t.Fatal(err)
	}
	return o.Out, all
}

// Label images that people have are the same to tifffile, OpenCV and NumPy when they
// were written as each of the types; as TIFF and NPY they keep their own type.
func TestConvertRealTIFFs(t *testing.T) {
	if testing.Short() {
		t.Skip("not with -short")
	}
	from := realData(t, "label_tiffs")
	judge.Need(t, "tifffile", "cv2")
	for _, f := range []dataset.LabelFormat{dataset.LabelPNG, dataset.LabelTIFF, dataset.LabelNPY} {
		dir, all := converted(t, dataset.ConvertOptions{Paths: []string{from}, Format: f})
		want := 8
		if f == dataset.LabelPNG {
			want-- // the stack
		}
		if len(all) != want {
			t.Errorf("%v: %d files were converted, want %d", f, len(all), want)
		}
		out := judge.Python(t, `
			import sys, os, glob, cv2, numpy as np, tifffile
			n = 0
			for path in glob.glob(os.path.join(sys.argv[2], '*')):
				stem, ext = os.path.splitext(os.path.basename(path))
				want = tifffile.imread(os.path.join(sys.argv[1], stem + '.tif'))
				if ext == '.png':
					got = cv2.imread(path, cv2.IMREAD_UNCHANGED)
					assert got.dtype == np.uint16, path
				else:
					got = tifffile.imread(path) if ext == '.tif' else np.load(path)
					wide = want.dtype.itemsize == 8 and ext == '.tif'
					assert got.dtype == want.dtype or wide and got.dtype.kind in 'ui', (path, got.dtype, want.dtype)
				assert got.shape == want.shape and (got == want).all(), path
				n += 1
			print(n)
		`, from, dir)
		if out != fmt.Sprintln(want) {
			t.Errorf("%v: %s files are equal, want %d", f, out, want)
		}
	}
}

// The nuclei of the Data Science Bowl, a file each, become the label images that
// others made of them; and so do the runs of a CSV file, and COCO's of a JSON file.
func TestConvertRealNuclei(t *testing.T) {
	if testing.Short() {
		t.Skip("not with -short")
	}
	from := realData(t, "dsb2018")
	judge.Need(t, "cv2", "pycocotools")
	lists := t.TempDir()
	judge.Python(t, `
		import sys, os, glob, json, cv2, numpy as np
		from pycocotools import mask as api
		images, annotations = [], []
		with open(os.path.join(sys.argv[2], 'runs.csv'), 'w') as csv:
			csv.write('ImageId,EncodedPixels\n')
			for path in sorted(glob.glob(os.path.join(sys.argv[1], 'labels', '*.png'))):
				labels = cv2.imread(path, cv2.IMREAD_UNCHANGED)
				name = os.path.basename(path)[:-4]
				images.append(dict(id=name, file_name=name + '.png', height=labels.shape[0], width=labels.shape[1]))
				for id in range(1, labels.max() + 1):
					m = labels == id
					flat = np.concatenate([[0], m.T.ravel(), [0]]).astype(int)
					starts, ends = np.flatnonzero(np.diff(flat) == 1), np.flatnonzero(np.diff(flat) == -1)
					csv.write('%s,%s\n' % (name, ' '.join('%d %d' % (s + 1, e - s) for s, e in zip(starts, ends))))
					runs = api.encode(np.asfortranarray(m.astype(np.uint8)))
					annotations.append(dict(id=len(annotations), image_id=name, iscrowd=0,
						segmentation=dict(size=runs['size'], counts=runs['counts'].decode())))
		with open(os.path.join(sys.argv[2], 'instances.json'), 'w') as f:
			json.dump(dict(images=images, annotations=annotations), f)
	`, from, lists)
	for _, o := range []dataset.ConvertOptions{
		{Paths: []string{filepath.Join(from, "stage1_train")}},
		{Paths: []string{filepath.Join(lists, "runs.csv")}, Read: dataset.ReadOptions{Sizes: dataset.Sizes{Images: filepath.Join(from, "binary")}}},
		{Paths: []string{filepath.Join(lists, "instances.json")}},
	} {
		dir, all := converted(t, o)
		if len(all) != 24 {
			t.Fatalf("%s: %d label images, want 24", o.Paths[0], len(all))
		}
		for _, c := range all {
			name := filepath.Base(c.Output)
			want, err := dataset.Read(filepath.Join(from, "labels", name), dataset.ReadOptions{})
			if err != nil {
				t.Fatal(err)
			}
			got, err := dataset.Read(c.Output, dataset.ReadOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got.Values.Shape, want.Values.Shape) || !slices.Equal(withoutGaps(got), withoutGaps(want)) {
				t.Errorf("%s of %s has other objects", name, o.Paths[0])
			}
		}
		err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
			if strings.HasPrefix(d.Name(), ".") {
				t.Errorf("%s was left behind", p)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// withoutGaps numbers the objects 1, 2, … in the order of their numbers: one that
// others cover wholly has a number in one list and not in another.
func withoutGaps(im *dataset.Image) []int32 {
	seen := map[int32]int32{0: 0}
	for _, v := range im.Values.Data {
		seen[v] = 0
	}
	ids := make([]int32, 0, len(seen))
	for v := range seen {
		ids = append(ids, v)
	}
	slices.Sort(ids)
	for k, v := range ids {
		seen[v] = int32(k)
	}
	out := make([]int32, len(im.Values.Data))
	for i, v := range im.Values.Data {
		out[i] = seen[v]
	}
	return out
}

// A run that is interrupted ends with what was done, and leaves nothing half done.
func TestConvertInterrupted(t *testing.T) {
	dir := t.TempDir()
	var names []string
	for _, name := range []string{"a.csv", "b.csv", "c.csv"} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("ImageId,EncodedPixels,Height,Width\n"+name+",1 1,2,2\n"), 0o666); err != nil {
			t.Fatal(err)
		}
		names = append(names, path)
	}
	ctx, cancel := context.WithCancel(context.Background())
	told := 0
	err := dataset.Convert(ctx, dataset.ConvertOptions{
		Paths: names, Out: filepath.Join(dir, "out"), Format: dataset.LabelNPY,
		Observe: func(c *dataset.Converted) {
			if told++; c.Err != nil {
				t.Error(c.Err)
			}
			cancel()
		},
	})
	left, _ := filepath.Glob(filepath.Join(dir, "out", "*"))
	hidden, _ := filepath.Glob(filepath.Join(dir, "out", ".*"))
	if err != context.Canceled || told != 1 || len(left) != 1 || len(hidden) != 0 {
		t.Errorf("%v after %d, and %v %v are there", err, told, left, hidden)
	}
}
