package dataset

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weightmap/weightmap/internal/judge"
)

// shared is the folder of real masks, which are no part of the project.
func shared(t *testing.T) string {
	t.Helper()
	dir := filepath.Join("..", "..", "shared", "data", "dsb2018")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the real masks are not there: ", err)
	}
	return dir
}

// judged are d1, d2 and weights as everybody makes them: one distance transform a
// nucleus, all of them stacked and sorted (of the stack only the two smallest are
// kept, or it would not fit in memory). It prints the largest difference to ours.
// Distances are rounded to float32 first, which is all that an output can hold:
// beyond 256 pixels its last place is larger than what is asked for.
const judged = `
	import json, os, sys
	from multiprocessing import Pool
	import numpy as np
	from scipy import ndimage
	from skimage.io import imread

	out, labels = sys.argv[1:]

	def one(name):
		ids = imread(os.path.join(labels, name + '.png'))
		d1 = np.full(ids.shape, np.inf)
		d2 = np.full(ids.shape, np.inf)
		for i in np.unique(ids)[1:]:
			d = ndimage.distance_transform_edt(ids != i)
			d1, d2 = np.minimum(d1, d), np.minimum(d2, np.maximum(d1, d))
		w = 1 + np.where(ids == 0, 10 * np.exp(-(d1 + d2) ** 2 / (2 * 5.0 ** 2)), 0)
		worst = {}
		for kind, want in ('d1', np.float32(d1)), ('d2', np.float32(d2)), ('weights', w):
			got = np.load(os.path.join(out, name + '.' + kind + '.npy'))
			assert got.shape == want.shape and got.dtype == np.float32, (got.shape, got.dtype)
			same = (got == want) # infinities
			worst[kind] = float(np.abs(np.where(same, 0, got - np.where(same, 0, want))).max())
		return name, len(np.unique(ids)) - 1, worst

	names = sorted(n[:-4] for n in os.listdir(labels) if n.endswith('.png'))
	with Pool(os.cpu_count()) as pool:
		print(json.dumps(pool.map(one, names, chunksize=1)))
`

func TestRealMasksAgainstSciPy(t *testing.T) {
	if testing.Short() {
		t.Skip("SciPy needs a minute for 2,441 nuclei")
	}
	dir := shared(t)
	judge.Need(t, "scipy", "skimage")
	out := t.TempDir()
	o := DefaultOptions(filepath.Join(dir, "labels"))
	o.Out, o.Save, o.Balance.Mode = out, []Kind{Weights, D1, D2}, BalanceNone
	r, err := Precompute(t.Context(), o)
	must(t, err)
	if r.Made != 24 || r.Objects != 2441 || r.Instances != InstancesIDs {
		t.Fatalf("%d made, %d objects, instances %v", r.Made, r.Objects, r.Instances)
	}
	var images [][]json.RawMessage
	must(t, json.Unmarshal([]byte(judge.Python(t, judged, out, filepath.Join(dir, "labels"))), &images))
	if len(images) != 24 {
		t.Fatalf("%d images were compared", len(images))
	}
	for _, im := range images {
		var name string
		var nuclei int
		var worst map[string]float64
		must(t, json.Unmarshal(im[0], &name))
		must(t, json.Unmarshal(im[1], &nuclei))
		must(t, json.Unmarshal(im[2], &worst))
		for _, kind := range []string{"d1", "d2", "weights"} {
			if d, ok := worst[kind]; !ok || !(d <= 1e-5) {
				t.Errorf("%.8s: %s is off by %g", name, kind, d)
			}
		}
		t.Logf("%.8s: %3d nuclei; off by d1 %.2g, d2 %.2g, weights %.2g", name, nuclei, worst["d1"], worst["d2"], worst["weights"])
	}
}

// The same nuclei in the three layouts that people have: ids and a file a nucleus
// give the same maps, bit for bit; in binary masks touching nuclei are one.
func TestRealMasksInThreeLayouts(t *testing.T) {
	dir := shared(t)
	var index []struct {
		ID       string `json:"id"`
		H, W     int
		CC8      int `json:"cc8"`
		Distinct int `json:"distinct_labels"`
		Overlap  int `json:"overlap_px"`
		Objects  int `json:"objects"`
	}
	b, err := os.ReadFile(filepath.Join(dir, "index.json"))
	must(t, err)
	must(t, json.Unmarshal(b, &index))

	outs := map[string]string{}
	records := map[string]map[string]*Record{}
	for _, layout := range []string{"labels", "stage1_train", "binary"} {
		o := DefaultOptions(filepath.Join(dir, layout))
		o.Out, o.Save = t.TempDir(), []Kind{Weights, D1, D2}
		r, err := Precompute(t.Context(), o)
		must(t, err)
		if r.Made != len(index) || r.Failed != 0 {
			t.Fatalf("%s: %d made, %d failed", layout, r.Made, r.Failed)
		}
		outs[layout], records[layout] = o.Out, map[string]*Record{}
		for _, it := range r.Items {
			records[layout][filepath.Base(it.Item.Base)] = it.Record
		}
		overlap := 0
		for _, w := range r.Warnings {
			if w.Kind == warnOverlap {
				overlap = w.Items
				if !strings.Contains(w.Text, "the later file, by name, has those") {
					t.Error(w.Text)
				}
			}
		}
		want := 0
		for _, im := range index {
			if im.Overlap > 0 && layout == "stage1_train" {
				want++
			}
		}
		if overlap != want {
			t.Errorf("%s: %d items with overlaps, want %d", layout, overlap, want)
		}
	}
	for _, im := range index {
		for layout, want := range map[string]int{"labels": im.Distinct, "stage1_train": im.Objects, "binary": im.CC8} {
			rec := records[layout][im.ID]
			if rec == nil {
				t.Fatalf("%s has nothing on %s", layout, im.ID)
			}
			if rec.Objects != want || fmt.Sprint(rec.Shape) != fmt.Sprint([]int{im.H, im.W}) {
				t.Errorf("%s: %.8s has %d objects in %v, want %d in [%d %d]", layout, im.ID, rec.Objects, rec.Shape, want, im.H, im.W)
			}
		}
		for _, kind := range []string{"weights", "d1", "d2"} {
			a, err := os.ReadFile(filepath.Join(outs["labels"], im.ID+"."+kind+".npy"))
			must(t, err)
			b, err := os.ReadFile(filepath.Join(outs["stage1_train"], im.ID, im.ID+"."+kind+".npy"))
			must(t, err)
			if string(a) != string(b) {
				t.Errorf("%.8s: %s of ids and of files differ", im.ID, kind)
			}
		}
	}
}

// Every file is what numpy.load expects, mapped into memory or not.
func TestNumPyLoadsWhatIsWritten(t *testing.T) {
	dir := t.TempDir()
	draw(t, filepath.Join(dir, "masks", "wide.png"), "11...22.", "........", "3..3...4")
	draw(t, filepath.Join(dir, "masks", "tall.png"), "1", ".", "2", ".")
	draw(t, filepath.Join(dir, "masks", "none.png"), "...", "...")
	o := plain(dir)
	o.Save = Kinds
	made(t, o)
	half := o
	half.Half, half.Out = true, filepath.Join(dir, "half")
	made(t, half)
	got := judge.Python(t, `
		import glob, hashlib, json, os, sys
		import numpy as np
		for root, half in (sys.argv[1], False), (os.path.join(sys.argv[1], 'half'), True):
			records = [json.loads(line) for line in open(os.path.join(root, 'weightmap.jsonl'))]
			for rec in records:
				for kind, out in rec['outputs'].items():
					path = os.path.join(root, out['path'])
					a, m = np.load(path), np.load(path, mmap_mode='r')
					want = {'labels': 'int32', 'target': 'uint8'}.get(kind, 'float16' if half else 'float32')
					assert list(a.shape) == rec['shape'] and len(a.shape) == 2, (path, a.shape)
					assert a.dtype == want and out['dtype'] == want, (path, a.dtype, out)
					assert a.flags.c_contiguous and not np.isfortran(a), path
					assert isinstance(m, np.memmap) and m.offset % 64 == 0 and (m == a).all(), path
					assert a.min() == np.dtype(want).type(float(out['min'])) and a.max() == np.dtype(want).type(float(out['max'])), (path, a, out)
					assert os.path.getsize(path) == out['bytes'], path
					assert hashlib.sha256(open(path, 'rb').read()).hexdigest() == out['sha256'], path
					print(os.path.basename(path))
	`, dir)
	if n := strings.Count(got, ".npy\n"); n != 2*3*len(Kinds) {
		t.Errorf("NumPy loaded %d files:\n%s", n, got)
	}
}
