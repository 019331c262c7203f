package dataset

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/judge"
)

// cocoImage is an image of a COCO file that tests write.
type cocoImage struct {
	ID       any    `json:"id"`
	FileName string `json:"file_name"`
	Height   int    `json:"height"`
	Width    int    `json:"width"`
}

// cocoObject is an annotation of one.
type cocoObject struct {
	ID           int `json:"id"`
	ImageID      any `json:"image_id"`
	Crowd        int `json:"iscrowd"`
	Segmentation any `json:"segmentation"`
}

type cocoRuns struct {
	Size   []int `json:"size"`
	Counts []int `json:"counts"`
}

// putCOCO writes a COCO file.
func putCOCO(t testing.TB, path string, images []cocoImage, objects []cocoObject) {
	t.Helper()
	b, err := json.Marshal(map[string]any{"images": images, "annotations": objects})
	must(t, err)
	put(t, path, string(b))
	age(t, path)
}

// runsOf returns the lengths of the runs of the pixels with a value, down the columns.
func runsOf(im *Image, is func(int32) bool) (counts []int) {
	h, w := im.Values.Shape[0], im.Values.Shape[1]
	was, n := false, 0
	for x := range w {
		for y := range h {
			if v := is(im.Values.Data[y*w+x]); v != was {
				counts, n, was = append(counts, n), 0, v
			}
			n++
		}
	}
	return append(counts, n)
}

// pairs are those runs as Kaggle has them.
func pairs(counts []int) string {
	var s []string
	at := 1
	for i, n := range counts {
		if i%2 == 1 {
			s = append(s, fmt.Sprint(at, n))
		}
		at += n
	}
	return strings.Join(s, " ")
}

// sameOutputs fails unless both folders have the same outputs, byte for byte, and as
// many as there should be.
func sameOutputs(t *testing.T, n int, a, b string) {
	t.Helper()
	x, y := content(t, a), content(t, b)
	delete(x, ManifestName)
	delete(y, ManifestName)
	if len(x) != n || len(y) != n {
		t.Errorf("%d and %d outputs, want %d", len(x), len(y), n)
	}
	for name := range x {
		if x[name] != y[name] {
			t.Errorf("%s differs", name)
		}
	}
}

// into runs Precompute, with all outputs, and returns the folder they are in.
func into(t *testing.T, path string, change func(*Options)) (string, *Report) {
	t.Helper()
	o := DefaultOptions(path)
	o.Out, o.Save = t.TempDir(), Kinds
	if change != nil {
		change(&o)
	}
	r, err := Precompute(t.Context(), o)
	must(t, err)
	for _, it := range r.Items {
		if it.Err != nil {
			t.Error(it.Err)
		}
	}
	for _, err := range r.Errors {
		t.Error(err)
	}
	return o.Out, r
}

// labelled makes the maps of label images with an ignored value for crowds.
func labelled(o *Options) {
	ignore := int64(65535)
	o.Instances, o.Ignore = InstancesIDs, &ignore
}

// asLabels converts annotations to label images in a folder.
func asLabels(t *testing.T, path string, read ReadOptions) string {
	t.Helper()
	dir := t.TempDir()
	must(t, Convert(t.Context(), ConvertOptions{
		Paths: []string{path}, Out: dir, Format: LabelPNG, Read: read, Ignore: 65535,
		Observe: func(c *Converted) { must(t, c.Err) },
	}))
	return dir
}

// Maps of a COCO file are those of the label images that pycocotools draws of it, and
// of those that Convert writes: polygons, runs of both kinds, crowds, overlaps and all.
func TestCOCOAgainstPycocotools(t *testing.T) {
	if testing.Short() {
		t.Skip("not with -short")
	}
	judge.Need(t, "pycocotools", "cv2")
	dir := t.TempDir()
	judge.Python(t, `
		import sys, os, json, contextlib, io, cv2, numpy as np
		from pycocotools.coco import COCO
		from pycocotools import mask as api
		rng = np.random.default_rng(5)
		images, annotations = [], []
		def uncompressed(m):
			flat = np.concatenate([[0], m.T.ravel(), [2]]).astype(int)
			edges = np.flatnonzero(np.diff(flat))
			return np.diff(np.concatenate([[0], edges])).tolist()
		for i in range(12):
			h, w = (int(v) for v in rng.integers(20, 120, 2))
			images.append(dict(id=1000 + 7 * i, file_name=f'{i}.jpg', height=h, width=w))
			for k in range(0 if i == 3 else int(rng.integers(2, 9))):
				m = np.zeros((h, w), np.uint8)
				center = (int(rng.integers(0, w)), int(rng.integers(0, h)))
				cv2.ellipse(m, center, (int(rng.integers(3, 20)), int(rng.integers(3, 20))), int(rng.integers(0, 180)), 0, 360, 1, -1)
				crowd = int(k % 5 == 4)
				if k % 3 == 0 and not crowd:
					outlines, _ = cv2.findContours(m, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
					polygons = [(o.reshape(-1) + rng.choice([0, 0.25, 0.5])).tolist() for o in outlines if len(o) > 2]
					segmentation = polygons or dict(size=[h, w], counts=uncompressed(m))
				elif k % 3 == 1 or crowd:
					segmentation = dict(size=[h, w], counts=uncompressed(m))
				else:
					segmentation = dict(size=[h, w], counts=api.encode(np.asfortranarray(m))['counts'].decode())
				annotations.append(dict(id=len(annotations) + 1, image_id=images[-1]['id'], iscrowd=crowd, category_id=1 + k % 2, segmentation=segmentation, area=1, bbox=[0, 0, 1, 1]))
		# Annotations of one image need not be together, nor in the order of their ids.
		annotations = [annotations[k] for k in rng.permutation(len(annotations))]
		path = os.path.join(sys.argv[1], 'instances.json')
		json.dump(dict(info={}, images=images, annotations=annotations, categories=[dict(id=1, name='a'), dict(id=2, name='b')]), open(path, 'w'))
		with contextlib.redirect_stdout(io.StringIO()):
			coco = COCO(path)
		os.mkdir(os.path.join(sys.argv[1], 'labels'))
		for im in images:
			labels = np.zeros((im['height'], im['width']), np.uint16)
			crowd = np.zeros_like(labels)
			n = 0
			for a in annotations:
				if a['image_id'] == im['id']:
					m = coco.annToMask(a) != 0
					if a['iscrowd']:
						crowd[m] = 1
					else:
						n += 1
						labels[m] = n
			labels[(crowd == 1) & (labels == 0)] = 65535
			cv2.imwrite(os.path.join(sys.argv[1], 'labels', str(im['id']) + '.png'), labels)
	`, dir)
	file := filepath.Join(dir, "instances.json")
	ours, r := into(t, file, func(o *Options) { o.Jobs = 4 })
	theirs, _ := into(t, filepath.Join(dir, "labels"), labelled)
	sameOutputs(t, 12*len(Kinds), ours, theirs)
	converted, _ := into(t, asLabels(t, file, ReadOptions{}), labelled)
	sameOutputs(t, 12*len(Kinds), ours, converted)

	ignored := int64(0)
	for _, it := range r.Items {
		ignored += it.Record.Pixels.Ignored
	}
	var kinds []string
	for _, w := range r.Warnings {
		kinds = append(kinds, w.Kind)
	}
	if ignored == 0 || r.Instances != InstancesFiles || !slices.Contains(kinds, warnCovered) || !slices.Contains(kinds, warnCrowd) || !slices.Contains(kinds, warnEmpty) {
		t.Errorf("%d pixels ignored, objects are %v, warnings %v", ignored, r.Instances, kinds)
	}
	// A ridge and small objects are cut as those of label images are.
	cut := func(o *Options) { o.Ridge, o.MinSize = true, 40 }
	ours, _ = into(t, file, cut)
	theirs, _ = into(t, filepath.Join(dir, "labels"), func(o *Options) { labelled(o); cut(o) })
	sameOutputs(t, 12*len(Kinds), ours, theirs)
}

// Maps of a CSV file of runs are those of the label images that NumPy makes of it.
func TestCSVAgainstNumPy(t *testing.T) {
	judge.Need(t, "cv2")
	dir := t.TempDir()
	judge.Python(t, `
		import sys, os, csv, cv2, numpy as np
		rng = np.random.default_rng(6)
		def decode(text, shape):
			# as the kernels of the competition do
			s = np.array(text.split(), int)
			flat = np.zeros(shape[0] * shape[1], bool)
			for start, length in zip(s[0::2] - 1, s[1::2]):
				flat[start:start + length] = True
			return flat.reshape(shape, order='F')
		os.makedirs(os.path.join(sys.argv[1], 'labels'))
		os.makedirs(os.path.join(sys.argv[1], 'photos'))
		rows = []
		for i in range(10):
			h, w = (int(v) for v in rng.integers(10, 90, 2))
			name = f'cell {i:02}'
			labels = np.zeros((h, w), np.uint16)
			for k in range(1, int(rng.integers(1, 8))):
				ends = np.sort(rng.choice(h * w, 2 * int(rng.integers(1, 6)), replace=False))
				text = ' '.join(f'{a + 1} {b - a}' for a, b in zip(ends[0::2], ends[1::2]))
				rows.append((i, name, text))
				labels[decode(text, (h, w))] = k
			if not labels.any():
				rows.append((i, name, ''))
			cv2.imwrite(os.path.join(sys.argv[1], 'labels', name + '.png'), labels)
			cv2.imwrite(os.path.join(sys.argv[1], 'photos', name + '.png'), np.zeros((h, w, 3), np.uint8))
		order = np.argsort(rng.permutation(10)[[r[0] for r in rows]], kind='stable')
		with open(os.path.join(sys.argv[1], 'runs.csv'), 'w', newline='') as f:
			out = csv.writer(f)
			out.writerow(['ImageId', 'EncodedPixels'])
			for k in order:
				out.writerow([rows[k][1] + '.png', rows[k][2]])
	`, dir)
	read := ReadOptions{Sizes: Sizes{Images: filepath.Join(dir, "photos")}}
	ours, _ := into(t, filepath.Join(dir, "runs.csv"), func(o *Options) { o.Read, o.Jobs = read, 4 })
	theirs, _ := into(t, filepath.Join(dir, "labels"), labelled)
	sameOutputs(t, 10*len(Kinds), ours, theirs)
	converted, _ := into(t, asLabels(t, filepath.Join(dir, "runs.csv"), read), labelled)
	sameOutputs(t, 10*len(Kinds), ours, converted)
}

// The nuclei of the Data Science Bowl as COCO's and as Kaggle's annotations give the
// maps of the label images that others made of them, where the later file has what two
// nuclei share.
func TestRealMasksAsAnnotations(t *testing.T) {
	if testing.Short() {
		t.Skip("72 images: not with -short")
	}
	dir := shared(t)
	lists := t.TempDir()
	found, err := Find([]string{filepath.Join(dir, "stage1_train")}, FindOptions{})
	must(t, err)
	var images []cocoImage
	var objects []cocoObject
	csv := strings.Builder{}
	csv.WriteString("ImageId,EncodedPixels\n")
	for _, it := range found.Items {
		name := filepath.Base(it.Base)
		for k, path := range it.Files {
			im, err := Read(path, ReadOptions{})
			must(t, err)
			counts := runsOf(im, func(v int32) bool { return v != 0 })
			if k == 0 {
				images = append(images, cocoImage{name, name + ".png", im.Values.Shape[0], im.Values.Shape[1]})
			}
			objects = append(objects, cocoObject{len(objects), name, 0, cocoRuns{im.Values.Shape, counts}})
			fmt.Fprintf(&csv, "%s,%s\n", name, pairs(counts))
		}
	}
	if len(images) != 24 || len(objects) < 2441 {
		t.Fatalf("%d images, %d objects", len(images), len(objects))
	}
	putCOCO(t, filepath.Join(lists, "instances.json"), images, objects)
	put(t, filepath.Join(lists, "runs.csv"), csv.String())

	kinds := []Kind{Weights, Labels}
	theirs, want := into(t, filepath.Join(dir, "labels"), func(o *Options) { o.Save = kinds })
	for path, read := range map[string]ReadOptions{
		"instances.json": {},
		"runs.csv":       {Sizes: Sizes{Images: filepath.Join(dir, "binary")}}, // one has no photograph here
	} {
		ours, got := into(t, filepath.Join(lists, path), func(o *Options) { o.Read, o.Save = read, kinds })
		sameOutputs(t, 24*len(kinds), ours, theirs)
		overlap := 0
		for _, w := range got.Warnings {
			if w.Kind == warnCovered {
				overlap = w.Items
			}
		}
		if got.Objects != want.Objects || overlap != 2 {
			t.Errorf("%s: %d objects, want %d; overlaps in %d images, want 2", path, got.Objects, want.Objects, overlap)
		}
	}
}

// One image is refused before memory is taken for it, by its size alone, and a name
// leads nowhere; the others go on.
func TestAnnotationsAreNotTrusted(t *testing.T) {
	dir := t.TempDir()
	square := [][]float64{{0, 0, 2, 0, 2, 2, 0, 2}}
	file := filepath.Join(dir, "in", "evil.json")
	putCOCO(t, file, []cocoImage{
		{"../../x", "a.png", 2, 2}, {"/abs", "b.png", 2, 2}, {`..\x`, "b.png", 2, 2}, {"", "b.png", 2, 2}, {".hidden", "b.png", 2, 2},
		{1, "../../y.png", 2, 2}, {2, "c.png", 1_000_000_000, 1}, {3, "d.png", 50_000, 50_000}, {4, "e.png", -1, 2}, {5, "good.png", 4, 4},
	}, []cocoObject{{1, 2, 0, square}, {2, 3, 0, square}, {3, 5, 0, square}})
	put(t, filepath.Join(dir, "in", "evil.csv"), "ImageId,EncodedPixels,Height,Width\n../x,1 1,2,2\nhuge,1 1,1000000000,1\nbad,5 1,2,2\nfine,1 1,2,2\n")
	o := plain(file, filepath.Join(dir, "in", "evil.csv"))
	o.Instances, o.Out = InstancesAuto, filepath.Join(dir, "in", "out")
	o.Read.MaxPixels = 1 << 20
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r, err := Precompute(t.Context(), o)
	must(t, err)
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 4<<20 {
		t.Errorf("%d bytes were taken", took)
	}
	for _, it := range r.Items {
		if it.Err != nil && !strings.HasPrefix(it.Err.Error(), it.Item.Path()+": ") {
			t.Errorf("the error %q names no file", it.Err)
		}
		if it.Err != nil && !strings.Contains(it.Err.Error(), "image "+it.Item.ImageID) {
			t.Errorf("the error %q names no image", it.Err)
		}
	}
	if r.Made != 2 || r.Failed != 12 || len(r.Errors) != 6 {
		t.Errorf("%d made, %d failed, %q", r.Made, r.Failed, r.Errors)
	}
	want := []string{"in/evil.csv", "in/evil.json", "in/out/.weightmap.cache", "in/out/5.weights.npy", "in/out/fine.weights.npy", "in/out/weightmap.jsonl"}
	if got := tree(t, dir); !slices.Equal(got, want) {
		t.Errorf("there are %v, want %v", got, want)
	}
}

// What is kept of a long file is where each image's lines are.
func TestMemoryOfManyImages(t *testing.T) {
	const n = 100_000
	dir := t.TempDir()
	var csv strings.Builder
	csv.WriteString("ImageId,EncodedPixels,Height,Width\n")
	for i := range n {
		fmt.Fprintf(&csv, "image-%06d,1 1 3 1 5 1 7 1,9,9\n", i)
	}
	put(t, filepath.Join(dir, "runs.csv"), csv.String())
	csv.Reset()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	found, err := Find([]string{filepath.Join(dir, "runs.csv")}, FindOptions{})
	must(t, err)
	runtime.GC()
	runtime.ReadMemStats(&after)
	if held := int64(after.HeapAlloc) - int64(before.HeapAlloc); len(found.Items) != n || held > 600*n {
		t.Errorf("%d items hold %d bytes", len(found.Items), held)
	}
	t.Logf("%d bytes an image", (int64(after.HeapAlloc)-int64(before.HeapAlloc))/n)
	runtime.KeepAlive(found)
}

// fewReads is a context that ends when it was asked a few times.
type fewReads struct {
	context.Context
	left atomic.Int32
}

func (c *fewReads) Err() error {
	if c.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

// A long file is not gone through to its end once nobody wants that any more.
func TestInterruptedInAnnotations(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "runs.csv"), "ImageId,EncodedPixels,Height,Width\n"+strings.Repeat("a,1 1,9,9\n", 100_000))
	put(t, filepath.Join(dir, "a.json"), `{"images": [`+strings.Repeat(" ", 1_000_000)+`], "annotations": []}`)
	for _, name := range []string{"runs.csv", "a.json"} {
		ctx := &fewReads{Context: t.Context()}
		ctx.left.Store(5)
		f, err := find(ctx, []string{filepath.Join(dir, name)}, FindOptions{})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, %v", name, f, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r, err := Precompute(ctx, plain(filepath.Join(dir, "runs.csv")))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v", r, err)
	}
	if got := tree(t, dir); len(got) != 2 {
		t.Errorf("there are %v", got)
	}
}

// The image that was annotated is found where people have it, and nowhere else.
func TestImagesOfAnnotations(t *testing.T) {
	square := [][]float64{{0, 0, 2, 0, 2, 2, 0, 2}}
	for _, c := range []struct{ file, name, image, want string }{
		{"annotations/instances_val2017.json", "1.png", "val2017/1.png", "val2017/1.png"},
		{"annotations/instances_val2017.json", "1.png", "images/val2017/1.png", "images/val2017/1.png"},
		{"annotations/instances_val2017.json", "1.png", "train2017/1.png", ""},
		{"coco.json", "sub/1.png", "images/sub/1.png", "images/sub/1.png"},
		{"coco.json", "images/1.png", "images/1.png", "images/1.png"},
		{"coco.json", "elsewhere/1.png", "images/1.png", "images/1.png"},
		{"coco.json", "1.png", "1.png", "1.png"},
		{"deep/coco.json", "1.png", "1.png", ""}, // of another data set, perhaps
		{"coco.json", "/1.png", "images/1.png", "images/1.png"},
		{"coco.json", "1.json", "images/1.json", ""},
		{"stage1_train_labels.csv", "", "stage1_train/7/images/7.png", "stage1_train/7/images/7.png"},
		{"train.csv", "", "train/7.png", "train/7.png"},
		{"runs.csv", "", "photos/7.png", "photos/7.png"},
	} {
		dir := t.TempDir()
		file := filepath.Join(dir, filepath.FromSlash(c.file))
		image := filepath.Join(dir, filepath.FromSlash(c.image))
		draw(t, image, "1234", "1234", "1234")
		o := plain(file)
		o.Instances, o.Out = InstancesAuto, filepath.Join(dir, "maps")
		if c.name == "" {
			put(t, file, "ImageId,EncodedPixels\n7,1 2\n")
			o.Read.Sizes = Sizes{Height: 3, Width: 4}
			if c.file == "runs.csv" {
				o.Read.Sizes = Sizes{Images: filepath.Join(dir, "photos")}
			}
		} else {
			putCOCO(t, file, []cocoImage{{7, c.name, 3, 4}}, []cocoObject{{1, 7, 0, square}})
		}
		if got := madeImages(t, o); !slices.Equal(got, []string{"7"}) {
			t.Fatalf("%s: made %v", c.file, got)
		}
		samples, err := Samples(t.Context(), o.Out, SampleOptions{})
		must(t, err)
		got := ""
		if samples[0].Image != "" {
			got = relative(dir, samples[0].Image)
		}
		if len(samples) != 1 || samples[0].Name != "7" || samples[0].Mask != file || got != c.want {
			t.Errorf("of %s and %q: image %q, want %q; %+v", c.file, c.name, got, c.want, samples)
		}
		target, err := samples[0].target(t.Context())
		must(t, err)
		if want := 2 + 2*min(1, len(c.name)); grid.Size(target.Shape) != 12 || countOnes(target) != want {
			t.Errorf("%s: the target is %v", c.file, target.Data)
		}
	}
}

func countOnes(m *grid.Mask) (n int) {
	for _, v := range m.Data {
		n += int(v)
	}
	return n
}
