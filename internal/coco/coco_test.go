package coco_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/coco"
	"github.com/weightmap/weightmap/internal/judge"
	"github.com/weightmap/weightmap/internal/npy"
)

var update = flag.Bool("update", false, "write testdata/polygons.json by pycocotools")

const small = `{
	"info": {"description": "three images", "nested": [[{"a": [1, 2]}], null]},
	"images": [
		{"id": 7, "file_name": "a.jpg", "height": 4, "width": 5},
		{"id": "b", "file_name": "sub/b.png", "width": 3, "height": 2},
		{"id": 9, "file_name": "c.jpg", "height": 1, "width": 1}
	],
	"annotations": [
		{"id": 1, "image_id": 7, "iscrowd": 0, "segmentation": [[1, 1, 4, 1, 4, 3, 1, 3]], "category_id": 1},
		{"id": 2, "image_id": "b", "segmentation": {"size": [2, 3], "counts": [1, 2, 3]}},
		{"id": 3, "image_id": 7, "iscrowd": 0, "segmentation": [[3, 0, 5, 0, 5, 2, 3, 2], [0, 3, 1, 3, 1, 4, 0, 4]]},
		{"id": 4, "image_id": 7, "iscrowd": 1, "segmentation": {"size": [4, 5], "counts": "0d0"}}
	],
	"categories": []
}`

// opened is a file and what reads it.
type opened struct {
	*coco.File
	r io.ReaderAt
}

func (f opened) Read(i, maxPixels int) (*coco.Mask, error) { return f.File.Read(f.r, i, maxPixels) }

func open(t testing.TB, text string) opened {
	t.Helper()
	r := strings.NewReader(text)
	f, err := coco.Open(r, int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	return opened{f, r}
}

func ExampleFile_Read() {
	r := strings.NewReader(small)
	f, err := coco.Open(r, int64(len(small)))
	if err != nil {
		fmt.Println(err)
		return
	}
	m, err := f.Read(r, 0, 1<<30)
	fmt.Println(f.Images[0].Name, m.Objects, "objects,", m.Overlap, "pixels of overlap", err)
	for y := range 4 {
		fmt.Println(m.Labels.Sub(y).Data)
	}
	// Output:
	// 7 2 objects, 1 pixels of overlap <nil>
	// [0 0 0 2 2]
	// [0 1 1 2 2]
	// [0 1 1 1 0]
	// [2 0 0 0 0]
}

func TestSmall(t *testing.T) {
	if !coco.Magic([]byte(`{"version": "1", "by": {"images": [1]}, "images": [{"id"`)) || coco.Magic([]byte(`{"version": "1", "shapes": [{"type": "images", "images": 1}], "type": 5}`)) {
		t.Error("Magic is wrong where another key comes first")
	}
	if !coco.Magic([]byte(small)) || !coco.Magic([]byte("\ufeff" + small)[:60]) || coco.Magic([]byte(`{"shape": 1}`)) || coco.Magic([]byte("[1]")) {
		t.Error("Magic is wrong")
	}
	for _, text := range []string{small, "\ufeff" + small, strings.ReplaceAll(strings.ReplaceAll(small, "\n", ""), "\t", "")} {
		f := open(t, text)
		got := ""
		for i, im := range f.Images {
			m, err := f.Read(i, 100)
			if err != nil {
				t.Fatal(err)
			}
			got += fmt.Sprintln(im.Name, im.FileName, m.Labels.Shape, m.Labels.Data, m.Objects, m.Crowd != nil)
		}
		const want = "7 a.jpg [4 5] [0 0 0 2 2 0 1 1 2 2 0 1 1 1 0 2 0 0 0 0] 2 true\n" +
			"b sub/b.png [2 3] [0 1 0 1 0 0] 1 false\n9 c.jpg [1 1] [0] 0 false\n"
		if got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
	}
	m, err := open(t, small).Read(0, 100)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range m.Crowd.Data {
		if v != 1 {
			t.Errorf("pixel %d is not of the crowd, which is everywhere", i)
		}
	}
}

// The order of the file's parts does not matter.
func TestAnnotationsFirst(t *testing.T) {
	f := open(t, `{"annotations": [{"id": 1, "image_id": 7, "segmentation": {"size": [1, 2], "counts": [1, 1]}}], "images": [{"id": 7, "height": 1, "width": 2}]}`)
	m, err := f.Read(0, 10)
	if err != nil || m.Labels.Data[1] != 1 {
		t.Error(m, err)
	}
}

// The text of an image is what it is drawn of, and no more: not how the file is laid
// out, nor what else it says, nor what is of other images.
func TestWriteText(t *testing.T) {
	text := func(file string, i int) string {
		f := open(t, file)
		var b strings.Builder
		if err := f.WriteText(&b, f.r, i); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	const want = "4 5\n" +
		"object [[1,1,4,1,4,3,1,3]]\n" +
		"object [[3,0,5,0,5,2,3,2],[0,3,1,3,1,4,0,4]]\n" +
		"crowd {\"size\":[4,5],\"counts\":\"0d0\"}\n"
	if got := text(small, 0); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	for what, change := range map[string][2]string{
		"layout": {", ", ",\n "},
		"a mark": {`{
	"info"`, "\ufeff{\n\t\"info\""},
		"a category":    {`"category_id": 1`, `"category_id": 2`},
		"another image": {`[1, 2, 3]`, `[2, 1, 3]`},
		"a name":        {"a.jpg", "z.jpg"},
	} {
		changed := strings.ReplaceAll(small, change[0], change[1])
		if changed == small || text(changed, 0) != want {
			t.Errorf("%s changes it to\n%s", what, text(changed, 0))
		}
	}
	for what, change := range map[string][2]string{
		"a point":  {"[1, 1, 4", "[1, 1, 5"},
		"the size": {`"height": 4`, `"height": 6`},
		"a crowd":  {`"image_id": 7, "iscrowd": 1`, `"image_id": 7, "iscrowd": 0`},
		"an image": {`"image_id": "b"`, `"image_id": 7`},
	} {
		changed := strings.ReplaceAll(small, change[0], change[1])
		if changed == small || text(changed, 0) == want {
			t.Errorf("%s does not change it", what)
		}
	}
}

// case of testdata/polygons.json: what pycocotools makes of polygons.
type golden struct {
	Height, Width int
	Segmentation  json.RawMessage
	Counts        string // compressed
}

func (g golden) file(segmentation string) string {
	return fmt.Sprintf(`{"images": [{"id": 1, "height": %d, "width": %d}], "annotations": [{"id": 1, "image_id": 1, "segmentation": %s}]}`,
		g.Height, g.Width, segmentation)
}

// Polygons are filled as pycocotools filled them when it was asked.
func TestPolygonsGolden(t *testing.T) {
	path := filepath.Join("testdata", "polygons.json")
	if *update {
		judge.Need(t, "pycocotools")
		out := judge.Python(t, polygons+`
			import json
			cases = []
			for h, w, polygons in random_polygons(np.random.default_rng(3), 120):
				rle = mask.merge(mask.frPyObjects(polygons, h, w))
				cases.append(json.dumps({'height': h, 'width': w, 'segmentation': polygons, 'counts': rle['counts'].decode()}))
			print('[\n' + ',\n'.join(cases) + '\n]')
		`)
		if err := os.WriteFile(path, []byte(out), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var cases []golden
	if err := json.Unmarshal(text, &cases); err != nil || len(cases) < 100 {
		t.Fatal(len(cases), err)
	}
	for i, c := range cases {
		filled, err := open(t, c.file(string(c.Segmentation))).Read(0, 1<<20)
		if err != nil {
			t.Errorf("case %d: %v", i, err)
			continue
		}
		counts, _ := json.Marshal(map[string]any{"size": []int{c.Height, c.Width}, "counts": c.Counts})
		want, err := open(t, c.file(string(counts))).Read(0, 1<<20)
		if err != nil {
			t.Fatalf("case %d: %v", i, err)
		}
		if !grid.Equal(filled.Labels, want.Labels) {
			t.Errorf("case %d: %s in %d×%d fills\n%v, pycocotools\n%v", i, c.Segmentation, c.Height, c.Width, filled.Labels.Data, want.Labels.Data)
		}
	}
}

const polygons = `
			import numpy as np
			from pycocotools import mask
			def random_polygons(rng, n):
				for i in range(n):
					h, w = (int(v) for v in rng.integers(1, 20 if i % 10 else 200, 2))
					polygons = []
					for _ in range(rng.integers(1, 4)):
						k = int(rng.integers(3, 9))
						p = rng.uniform(-0.2, 1.2, (k, 2)) * [w, h]
						if i % 3 == 0:
							p = np.round(p)
						elif i % 3 == 1:
							p = np.round(p, 2)
						if i % 7 == 0:
							p[1] = p[0]
						polygons.append([float(v) for v in p.reshape(-1)])
					yield h, w, polygons
`

// Thousands of random polygons, and whole files, are drawn as pycocotools draws them.
func TestAgainstPycocotools(t *testing.T) {
	if !judge.Has("pycocotools") {
		t.Skip("Python has no pycocotools; testdata/polygons.json has what it once said")
	}
	dir := t.TempDir()
	judge.Python(t, polygons+`
			import json, sys
			from pycocotools.coco import COCO
			rng = np.random.default_rng(11)
			images, annotations = [], []
			for i, (h, w, segmentation) in enumerate(random_polygons(rng, 3000)):
				if i % 4 == 3:
					# another object of the image before
					h, w = images[-1]['height'], images[-1]['width']
				else:
					images.append({'id': 1000 + i, 'height': h, 'width': w, 'file_name': f'{i}.png'})
				crowd = 0
				if i % 5 == 1:
					m = np.asfortranarray(rng.integers(0, 2, (h, w)).astype(np.uint8))
					r = mask.encode(m)
					segmentation = {'size': [h, w], 'counts': r['counts'].decode()}
				elif i % 5 == 2:
					m = np.concatenate([[0], rng.integers(0, 2, h * w), [2]])
					edges = np.flatnonzero(np.diff(m))
					counts = np.diff(np.concatenate([[0] if m[1] == 0 else [0, 0], edges[edges > 0]])).tolist()
					segmentation = {'size': [h, w], 'counts': counts}
					crowd = i % 2
				annotations.append({'id': i + 1, 'image_id': images[-1]['id'], 'iscrowd': crowd, 'segmentation': segmentation, 'category_id': 1, 'bbox': [0, 0, 1, 1], 'area': 1})
			order = rng.permutation(len(annotations))
			annotations = [annotations[k] for k in order]
			json.dump({'images': images, 'annotations': annotations, 'categories': [{'id': 1, 'name': 'x'}]}, open(sys.argv[1] + '/coco.json', 'w'))
			import contextlib, io
			with contextlib.redirect_stdout(io.StringIO()):
				coco = COCO(sys.argv[1] + '/coco.json')
			by_image = {}
			for a in annotations:
				by_image.setdefault(a['image_id'], []).append(a)
			for image in images:
				labels = np.zeros((image['height'], image['width']), np.int32)
				crowd = np.zeros((image['height'], image['width']), np.uint8)
				n = 0
				for a in by_image.get(image['id'], []):
					m = coco.annToMask(a).astype(bool)
					if a['iscrowd']:
						crowd[m] = 1
					else:
						n += 1
						labels[m] = n
				np.save(f"{sys.argv[1]}/{image['id']}.npy", labels)
				np.save(f"{sys.argv[1]}/{image['id']}.crowd.npy", crowd)
	`, dir)
	r, err := os.Open(filepath.Join(dir, "coco.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	info, err := r.Stat()
	if err != nil {
		t.Fatal(err)
	}
	f, err := coco.Open(r, info.Size())
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Images) != 2250 {
		t.Fatalf("%d images", len(f.Images))
	}
	crowds := 0
	for i, im := range f.Images {
		m, err := f.Read(r, i, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		want, err := npy.ReadFile[int32](filepath.Join(dir, im.Name+".npy"), 0)
		if err != nil {
			t.Fatal(err)
		}
		if !grid.Equal(m.Labels, want) {
			t.Errorf("image %s: the labels differ", im.Name)
		}
		crowd, err := npy.ReadFile[uint8](filepath.Join(dir, im.Name+".crowd.npy"), 0)
		if err != nil {
			t.Fatal(err)
		}
		if m.Crowd == nil {
			m.Crowd = grid.New[uint8](im.Height, im.Width)
		} else {
			crowds++
		}
		if !grid.Equal(m.Crowd, crowd) {
			t.Errorf("image %s: the crowd differs", im.Name)
		}
	}
	if crowds < 100 {
		t.Errorf("only %d images with a crowd", crowds)
	}
}

func TestNoCOCO(t *testing.T) {
	for text, want := range map[string]string{
		"":                                  "unexpected EOF",
		"[]":                                "does not start with",
		"{":                                 "EOF",
		`{"a": 1}`:                          "no images and annotations",
		`{"images": []}`:                    "no images and annotations",
		`{"images": {}, "annotations": []}`: "does not start with",
		`{"images": [], "images": [], "annotations": []}`:                                                           "twice",
		`{"images": [{"id": 1}, {"id": 1}], "annotations": []}`:                                                     "two images",
		`{"images": [{"id": 1.5}], "annotations": []}`:                                                              "no id",
		`{"images": [{"id": [1]}], "annotations": []}`:                                                              "no id",
		`{"images": [], "annotations": [{"image_id": 5}]}`:                                                          `image "5"`,
		`{"images": [], "annotations": [`:                                                                           "EOF",
		`{"images": [], "annotations": []`:                                                                          "EOF",
		`{"images": [], "x": ` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `, "annotations": []}`: "",
	} {
		f, err := coco.Open(strings.NewReader(text), int64(len(text)))
		if want == "" {
			if err != nil && !strings.Contains(err.Error(), "depth") {
				t.Error(err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: %v, %v; want an error with %q", text, f, err, want)
		}
	}
}

// One bad image does not stop the others, and none takes memory that it has no use for.
func TestBadImages(t *testing.T) {
	for want, c := range map[string][2]string{
		"leads out":  {`"file_name": "../../x", "height": 2, "width": 2`, `[[0, 0, 1, 0, 1, 1]]`},
		"leads  out": {`"file_name": "a\\..\\..\\x", "height": 2, "width": 2`, `[[0, 0, 1, 0, 1, 1]]`},
		"1000000000×1 pixels, and at most 1048576 along each axis are allowed": {`"height": 1000000000, "width": 1`, `[[0, 0, 1, 0, 1, 1]]`},
		"100000×100000 pixels, and 1 to 1073741824 are allowed":                {`"height": 100000, "width": 100000`, `[[0, 0, 1, 0, 1, 1]]`},
		"image 1: its height is -3, which is no number of pixels":              {`"height": -3, "width": 5`, `[[0, 0, 1, 0, 1, 1]]`},
		"image 1: its height is 1e300, which":                                  {`"height": 1e300, "width": 7`, `[[0, 0, 1, 0, 1, 1]]`},
		"image 1: its width is 60.5, which":                                    {`"height": 5, "width": 60.5`, `[[0, 0, 1, 0, 1, 1]]`},
		"image 1: its width is \"60\", which":                                  {`"height": 5, "width": "60"`, `[[0, 0, 1, 0, 1, 1]]`},
		"image 1: its width is null, which":                                    {`"height": 5, "width": null`, `[[0, 0, 1, 0, 1, 1]]`},
		"image 1: has no height":                                               {`"x": 1`, `[[0, 0, 1, 0, 1, 1]]`},
		"4 numbers":                                                            {`"height": 2, "width": 2`, `[[0, 0, 1, 1]]`},
		"7 numbers":                                                            {`"height": 2, "width": 2`, `[[0, 0, 1, 1, 0, 1, 2]]`},
		"no segmentation":                                                      {`"height": 2, "width": 2`, `[]`},
		"no  segmentation":                                                     {`"height": 2, "width": 2`, `null`},
		"far outside":                                                          {`"height": 2, "width": 2`, `[[0, 0, 1e9, 0, 1, 1]]`},
		"size [2 3]":                                                           {`"height": 2, "width": 2`, `{"size": [2, 3], "counts": [6]}`},
		"longer than":                                                          {`"height": 2, "width": 2`, `{"size": [2, 2], "counts": [5]}`},
		"before the image":                                                     {`"height": 2, "width": 2`, `{"size": [2, 2], "counts": [3]}`},
		"a run of length":                                                      {`"height": 2, "width": 2`, `{"size": [2, 2], "counts": "oooo0"}`},
		"far too long":                                                         {`"height": 2, "width": 2`, "[[0" + strings.Repeat(", 900, 900, -900, -900", 200) + ", 0]]"},
		"cannot unmarshal":                                                     {`"height": 2, "width": 2`, `["x"]`},
		"cannot  unmarshal":                                                    {`"height": 2, "width": 2`, `{"size": [2, 2], "counts": {}}`},
	} {
		text := fmt.Sprintf(`{"images": [{"id": 1, %s}, {"id": 2, "height": 1, "width": 1}], "annotations": [{"id": 5, "image_id": 1, "segmentation": %s}]}`, c[0], c[1])
		took := memory(func() {
			f := open(t, text)
			if _, err := f.Read(0, 1<<30); err == nil || !strings.Contains(err.Error(), strings.ReplaceAll(want, "  ", " ")) {
				t.Errorf("%v; want an error with %q", err, want)
			}
			if _, err := f.Read(1, 1<<30); err != nil {
				t.Errorf("the image after it: %v", err)
			}
		})
		if took > 1<<21 {
			t.Errorf("%s takes %d bytes", want, took)
		}
	}
	f := open(t, `{"images": [{"id": "../x", "height": 1, "width": 1}], "annotations": []}`)
	if _, err := f.Read(0, 100); err == nil {
		t.Error("an id that leads out of the folder is taken")
	}
}

// memory returns how many bytes f allocates.
func memory(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// A large file is held by where its annotations are alone.
func TestMemoryOfALargeFile(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"images": [{"id": 1, "height": 9, "width": 9}], "annotations": [`)
	r := rand.New(rand.NewPCG(1, 2))
	const n = 3000
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, `{"id": %d, "image_id": 1, "segmentation": [[0, 0`, i)
		for range 300 {
			fmt.Fprintf(&b, ", %.3f, %.3f", 9*r.Float64(), 9*r.Float64())
		}
		b.WriteString("]]}")
	}
	b.WriteString("]}")
	text := b.String()
	open(t, text) // so that what is made once is made
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f := open(t, text)
	runtime.GC()
	runtime.ReadMemStats(&after)
	if held := int64(after.HeapAlloc) - int64(before.HeapAlloc); held > n*64 {
		t.Errorf("%d bytes are held of a file of %d", held, len(text))
	}
	runtime.KeepAlive(f)
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte(`{"annotations": [{"image_id": 7, "segmentation": {"size": [1, 2], "counts": "11"}}], "images": [{"id": 7, "height": 1, "width": 2}]}`))
	f.Add([]byte(`{"images": [{"id": 7, "height": 1e3, "width": 2e3}], "annotations": [{"image_id": 7, "segmentation": [[-5.5, 2, 1e4, 7.25, 3, -1000]]}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r := strings.NewReader(string(text))
		file, err := coco.Open(r, int64(len(text)))
		if err != nil {
			return
		}
		for i := range file.Images {
			m, err := file.Read(r, i, 1<<12)
			if err != nil {
				continue
			}
			if err := file.WriteText(io.Discard, r, i); err != nil {
				t.Fatalf("it is drawn, and cannot be written: %v", err)
			}
			for _, v := range m.Labels.Data {
				if v < 0 || int(v) > m.Objects {
					t.Fatalf("label %d of %d", v, m.Objects)
				}
			}
		}
	})
}
