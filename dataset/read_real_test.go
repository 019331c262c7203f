package dataset_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/weightmap/weightmap/dataset"
	"github.com/weightmap/weightmap/internal/judge"
)

// realData is a folder of masks that people use, or skips.
func realData(t *testing.T, name string) string {
	t.Helper()
	dir := filepath.Join("..", "..", "shared", "data", name)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("the real masks of %s are not here", name)
	}
	return dir
}

// Label images as napari, scikit-image and StarDist users save them are what
// tifffile reads.
func TestRealTIFFs(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(realData(t, "label_tiffs"), "*.tif"))
	if err != nil || len(files) < 8 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	compareReal(t, files, "tifffile", "import tifffile; read = tifffile.imread")
}

func TestRealPNGs(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(realData(t, "dsb2018"), "*", "*.png"))
	if err != nil || len(files) < 48 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	compareReal(t, files, "imageio", "import imageio; read = imageio.imread")
}

func compareReal(t *testing.T, files []string, module, reader string) {
	if testing.Short() {
		t.Skip("not with -short")
	}
	judge.Need(t, module)
	dir := t.TempDir()
	judge.Python(t, reader+`
import numpy as np, sys, os
for path in sys.argv[2:]:
    np.save(os.path.join(sys.argv[1], os.path.basename(os.path.dirname(path)) + os.path.basename(path) + '.npy'), read(path))
`, append([]string{dir}, files...)...)
	for _, path := range files {
		im, err := dataset.Read(path, dataset.ReadOptions{})
		if err != nil {
			t.Error(err)
			continue
		}
		equalToFile(t, im, filepath.Join(dir, filepath.Base(filepath.Dir(path))+filepath.Base(path)+".npy"))
	}
}
