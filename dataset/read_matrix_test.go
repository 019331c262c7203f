package dataset_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/weightmap/weightmap/dataset"
	"github.com/weightmap/weightmap/internal/judge"
	"github.com/weightmap/weightmap/internal/npy"
)

var update = flag.Bool("update", false, "write docs/formats.md")

// A matrix is a script that writes files of one format and says what is in them.
type matrix struct {
	format string
	needs  []string // Python modules, required where Python is
	likes  []string // and others, without which the script is skipped
	script string
}

// prelude is what every matrix script starts with. case tells of a file: the codec
// in words, what Python reads from it, who reads it, and how it is to be read here.
const prelude = `
import sys, os, numpy as np
out = sys.argv[1]
rng = np.random.default_rng(7)
def path(name):
    return os.path.join(out, name)
def case(name, codec, want, reader, dtype=None, options=''):
    want = np.asarray(want)
    np.save(path(name + '.want.npy'), want.astype(want.dtype.newbyteorder('<')))
    print('\t'.join([name, codec, dtype or want.dtype.name, reader, options]))
def ids(dtype, *shape):
    """numbers of the whole range of the type, zeros among them"""
    t = np.dtype(dtype)
    if t.kind == 'f':
        a = rng.integers(-4096 if t.itemsize > 2 else 0, 2**(24 if t.itemsize > 2 else 11), shape).astype(t)
    elif t.kind == 'b':
        a = rng.integers(0, 2, shape).astype(t)
    else:
        i = np.iinfo(t)
        a = rng.integers(i.min, i.max, shape, dtype=t, endpoint=True)
        a.flat[:2] = i.min, i.max
    a[..., 1:3] = 0
    return a
`

var matrices = []matrix{
	{"PNG", []string{"cv2", "PIL", "imageio"}, nil, pngScript},
	{"TIFF", []string{"cv2", "PIL", "tifffile"}, nil, tiffScript},
	{"TIFF", []string{"tifffile"}, []string{"imagecodecs"}, codecScript},
	{"NPY", nil, nil, npyScript},
	{"NPZ", nil, nil, npzScript},
	{"NIfTI", []string{"nibabel"}, nil, niftiScript},
	{"BMP, GIF, JPEG", []string{"cv2", "PIL"}, nil, photoScript},
}

const formatsHead = `# Formats
`

// row is one line of the table in docs/formats.md.
type row struct{ format, codec, dtype, reader string }

// All that Python reads is read, and is equal.
func TestFormatMatrix(t *testing.T) {
	var rows []row
	complete := true
	for _, m := range matrices {
		done := t.Run(m.format, func(t *testing.T) {
			defer func() { complete = complete && !t.Skipped() }()
			judge.Need(t, m.needs...)
			for _, module := range m.likes {
				if !judge.Has(module) {
					t.Skipf("Python has no %s: what it writes goes unread", module)
				}
			}
			rows = append(rows, m.run(t)...)
		})
		complete = complete && done
	}
	if !*update {
		return
	}
	if !complete {
		t.Fatal("the table is not written: a judge was missing or disagreed")
	}
	writeTable(t, rows)
}

func (m matrix) run(t *testing.T) (rows []row) {
	dir := t.TempDir()
	out := judge.Python(t, prelude+m.script, dir)
	for line := range strings.Lines(out) {
		field := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(field) != 5 {
			t.Fatalf("the script says %q", line)
		}
		name, codec, dtype, reader := field[0], field[1], field[2], field[3]
		var o dataset.ReadOptions
		var spacing string
		warns := false
		for _, option := range strings.Fields(field[4]) {
			key, value, _ := strings.Cut(option, "=")
			switch key {
			case "channel":
				o.Channel = value
			case "key":
				o.Key = value
			case "page":
				fmt.Sscan(value, &o.Page)
			case "spacing":
				spacing = value
			case "warns":
				warns = true
			}
		}
		im, err := dataset.Read(filepath.Join(dir, name), o)
		if err != nil {
			t.Errorf("%s (%s): %v", name, codec, err)
			continue
		}
		var got []string
		for _, s := range im.Spacing {
			got = append(got, strconv.FormatFloat(s, 'f', -1, 64))
		}
		if spacing != "" && strings.Join(got, ",") != strings.ReplaceAll(spacing, ".0", "") {
			t.Errorf("%s (%s): the spacing is %v, %s reads %s", name, codec, im.Spacing, reader, spacing)
		}
		if (im.Warning != "") != warns {
			t.Errorf("%s (%s): the warning is %q", name, codec, im.Warning)
		}
		if im.Dtype != dtype {
			t.Errorf("%s (%s): the type is %s, %s reads %s", name, codec, im.Dtype, reader, dtype)
		}
		if !t.Run(codec, func(t *testing.T) { equalToFile(t, im, filepath.Join(dir, name+".want.npy")) }) {
			continue
		}
		rows = append(rows, row{m.format, codec, dtype, reader})
	}
	if len(rows) == 0 {
		t.Error("the script wrote no file")
	}
	return rows
}

// equalToFile compares an image with the array of an NPY file.
func equalToFile(t *testing.T, im *dataset.Image, path string) {
	t.Helper()
	wide, err := npy.ReadFile[int64](path, 0)
	if err != nil {
		unsigned, err2 := npy.ReadFile[uint64](path, 0)
		if err2 != nil {
			t.Errorf("%v; %v", err, err2)
			return
		}
		equal(t, im, path, unsigned.Shape, unsigned.Data)
		return
	}
	equal(t, im, path, wide.Shape, wide.Data)
}

func equal[T int64 | uint64](t *testing.T, im *dataset.Image, path string, shape []int, want []T) {
	t.Helper()
	if !slices.Equal(im.Values.Shape, shape) {
		t.Errorf("%s: shape %v, want %v", path, im.Values.Shape, shape)
		return
	}
	for i, v := range im.Values.Data {
		if got := im.Number(v); got != fmt.Sprint(want[i]) {
			t.Errorf("%s: element %d is %s, want %d", path, i, got, want[i])
			return
		}
		if back, ok := im.Find(int64(want[i])); ok != (int64(want[i]) >= 0 || im.Dtype != "uint64") || ok && back != v {
			t.Errorf("%s: Find(%d) = %d, %v, want %d", path, want[i], back, ok, v)
			return
		}
	}
}

// writeTable writes the rows, those that differ in the type alone as one.
func writeTable(t *testing.T, rows []row) {
	var b strings.Builder
	b.WriteString(formatsHead)
	var order []row
	types := map[row][]string{}
	for _, r := range rows {
		key := row{r.format, r.codec, "", r.reader}
		if types[key] == nil {
			order = append(order, key)
		}
		if !slices.Contains(types[key], r.dtype) {
			types[key] = append(types[key], r.dtype)
		}
	}
	for _, r := range order {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", r.format, r.codec, strings.Join(types[r], ", "), r.reader)
	}
	if err := os.WriteFile("../docs/formats.md", []byte(b.String()), 0o666); err != nil {
		t.Fatal(err)
	}
}
