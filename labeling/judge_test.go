package labeling_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/judge"
	"github.com/weightmap/weightmap/labeling"
)

// SciPy counts as many components, and scikit-image as many of equal value.
func TestCountsAsSciPyAndScikitImage(t *testing.T) {
	judge.Need(t, "scipy.ndimage", "skimage.measure")
	rng := rand.New(rand.NewPCG(1, 2))
	folder := t.TempDir()
	var list, want strings.Builder
	for k, shape := range [][]int{{1000}, {100, 200}, {33, 65}, {20, 30, 70}, {2, 3, 500}} {
		values := randomValues[uint8](rng, shape, 3)
		path := filepath.Join(folder, fmt.Sprint(k))
		if err := os.WriteFile(path, values.Data, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, c := range []labeling.Connectivity{2, 4, 8, 6, 18, 26} {
			if !c.Valid(len(shape)) || len(shape) == 1 && c != 2 {
				continue
			}
			axes := map[labeling.Connectivity]int{2: 1, 4: 1, 8: 2, 6: 1, 18: 2, 26: 3}[c]
			fmt.Fprintln(&list, k, strings.Trim(fmt.Sprint(shape), "[]"), axes)
			_, n := labeling.Components(nil, values, c)
			_, m := labeling.ComponentsByValue(nil, values, c)
			fmt.Fprintln(&want, n, m)
		}
	}
	path := filepath.Join(folder, "list")
	if err := os.WriteFile(path, []byte(list.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	got := judge.Python(t, `
		import sys, numpy as np
		from scipy import ndimage
		from skimage import measure
		folder = sys.argv[1]
		for line in open(folder + "/list"):
		    k, *shape, axes = map(int, line.split())
		    values = np.fromfile(folder + "/" + str(k), np.uint8).reshape(shape)
		    near = ndimage.generate_binary_structure(len(shape), axes)
		    print(ndimage.label(values, near)[1],
		          measure.label(values, background=0, return_num=True, connectivity=axes)[1])
	`, folder)
	if got != want.String() {
		t.Errorf("components and components by value; SciPy and scikit-image count\n%sand we\n%s", got, want.String())
	}
}

// The regions scikit-image measures are ours: area, box and centroid.
func TestMeasuresAsScikitImage(t *testing.T) {
	judge.Need(t, "skimage.measure")
	rng := rand.New(rand.NewPCG(3, 4))
	values := randomValues[uint8](rng, []int{60, 90}, 9)
	path := filepath.Join(t.TempDir(), "values")
	if err := os.WriteFile(path, values.Data, 0o600); err != nil {
		t.Fatal(err)
	}
	labels := grid.New[int32](values.Shape...)
	for i, v := range values.Data {
		labels.Data[i] = int32(v)
	}
	var want strings.Builder
	for _, o := range labeling.Measure(labels) {
		fmt.Fprintf(&want, "%d %d %d %d %d %d %.9f %.9f\n", o.ID, o.Pixels, o.Min[0], o.Min[1], o.Max[0], o.Max[1], o.Centroid[0], o.Centroid[1])
	}
	got := judge.Python(t, `
		import sys, numpy as np
		from skimage import measure
		values = np.fromfile(sys.argv[1], np.uint8).reshape(60, 90)
		for r in measure.regionprops(values):
		    print(r.label, int(r.area), *r.bbox, "%.9f %.9f" % r.centroid)
	`, path)
	if got != want.String() {
		t.Errorf("scikit-image measures\n%sand we\n%s", got, want.String())
	}
}
