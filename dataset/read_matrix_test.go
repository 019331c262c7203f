package dataset_test

import (
	"errors"
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
	{"COCO JSON", []string{"cv2"}, []string{"pycocotools"}, cocoScript},
	{"CSV of runs", []string{"cv2"}, nil, csvScript},
}

const formatsHead = `# Formats

What weightmap reads, and what that was compared with. Every line stands for files
that Python wrote and that were then read by Python and by weightmap: the same shape,
the same type and the same numbers, all of them. The table is written by the test
that does this: ` + "`" + `go test ./dataset -run FormatMatrix -update` + "`" + `.

A format is told from a file's content, never from its name. The numbers in the file
are the ids; they are not rounded, scaled or cut off:

- A palette's index counts, not its colour. Where the colours are grays out of order, as
  programs leave them that reduce colours, that is warned of.
- Gray of 2 and 4 bits is spread over 0 to 255, as Pillow and OpenCV do; 1 bit is 0 or 1.
- In colour, all channels must agree (and transparency must be none, or agree too),
  or ` + "`" + `--channel` + "`" + ` names one.
- Floats must be whole numbers. Numbers beyond 32 bits keep their order and are known
  by their own names.
- White-is-zero TIFFs are turned round, unless tifffile wrote them, which does not
  itself.
- TIFF pages make a stack, unless the file states that they are channels
  (` + "`" + `--channel` + "`" + `, by number or by the name in OME-XML) or points of time. ` + "`" + `--page N` + "`" + ` takes
  one, ` + "`" + `--page all` + "`" + ` takes all.
- A NIfTI volume has the axes z, y, x, and the spacing of its header, which the run says:
  distances, σ included, are in those units, unless ` + "`" + `--spacing` + "`" + ` gives others.
- The voxel sizes of a TIFF (OME-XML, ImageJ) are not used. Those that are not even are
  warned of; ` + "`" + `--spacing` + "`" + ` gives them.
- What is compressed is read to its end, and a wrong checksum is an error (deflate, zstd
  that has one, gzip, ZIP). LZW and PackBits have none.
- A JPEG is thresholded at 128, with a warning.

Refused with a sentence on how to convert them: HDF5, Zarr, DICOM, ImageJ regions,
pickled arrays such as cellpose's ` + "`" + `_seg.npy` + "`" + `, animations, BMPs that are compressed or of 16
bits, TIFFs that have a volume on one page or are compressed as photographs (JPEG, JPEG
2000, WebP, LERC).

## Files of annotations

Two formats hold the objects of many images in one file, which is named as PATH:

    weightmap precompute instances_val2017.json --out maps
    weightmap precompute stage1_train_labels.csv --images stage1_train --out maps

- COCO instances (JSON): polygons, filled as the COCO API fills them, and runs,
  compressed or not. An annotation is an object, of whatever category.
- CSV of runs, as in Kaggle's competitions: the columns ImageId and EncodedPixels, pairs
  of a start, from 1, and a length, down the columns of the image. An object is a line. If
  there are no columns Height and Width, sizes come from ` + "`" + `--images` + "`" + ` or ` + "`" + `--size` + "`" + `.

Each image gives one map, named by the image's id (without the extension that some CSV
files give it), below ` + "`" + `--out` + "`" + ` or beside the file. ` + "`" + `file_name` + "`" + ` names no output. The objects
are given, as they are where each has a file of its own: ` + "`" + `--instances` + "`" + ` is files, or components
where those that touch are to be one. Of two that overlap the later in the file has the
pixels they share, which is said.

Crowds (` + "`" + `iscrowd` + "`" + `) are regions in which nobody told objects from each other or from
background. Their pixels weigh 0 and count for no class, as those of ` + "`" + `--ignore` + "`" + ` do, but
where an object covers them. To have them otherwise, ` + "`" + `weightmap convert` + "`" + ` writes label images,
with crowds as background or as ` + "`" + `--ignore` + "`" + ` says.

The manifest has a digest of each image's size and objects. So of a file that was edited
only the images are made anew whose objects changed (unless the class weights did, which
` + "`" + `--balance dataset` + "`" + ` finds over all), and a file that was laid out anew, or changed in its
categories, is up to date.

` + "`" + `inspect` + "`" + `, ` + "`" + `export` + "`" + ` and the loader find the objects again by the manifest, and the images by
their names: in ` + "`" + `--images` + "`" + `, or beside the file and its folder in images or in a folder called
as the file is, as val2017 is for instances_val2017.json and stage1_train for
stage1_train_labels.csv.

Files of annotations in a folder are not taken, for many folders have the same objects as
masks, too, or have several such files. They must be named, or matched by a glob such as
` + "`" + `'annotations/*.json'` + "`" + `. Two files that have images of the same ids need an ` + "`" + `--out` + "`" + ` each.

## To see what was read

` + "`" + `weightmap convert` + "`" + ` writes any of these as label images, PNG, TIFF or NPY: the same numbers,
pixel for pixel; of annotations the objects' numbers in the order of the file.

## What was compared

| format | kind | variants | types | compared with | files |
|---|---|---|---|---|---|
`

// row is one line of the table in docs/formats.md.
type row struct{ format, codec, dtype, reader string }

// All that Python reads is read, and is equal.
func TestFormatMatrix(t *testing.T) {
	if testing.Short() {
		t.Skip("thousands of files, one after another: not with -short")
	}
	var rows []row
	ran := 0
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
			ran++
		})
		complete = complete && done
	}
	complete = complete && ran == len(matrices) // and not chosen by -run
	const path = "../docs/formats.md"
	switch want := table(rows); {
	case *update && !complete:
		t.Fatal("the table is not written: a judge was missing or disagreed")
	case *update:
		if err := os.WriteFile(path, []byte(want), 0o666); err != nil {
			t.Fatal(err)
		}
	case complete:
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("%s does not say what this test shows (%v): run it with -update", path, err)
		}
	}
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
		var spacing, annotations, image string
		var crowd int32
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
			case "annotations":
				annotations = filepath.Join(dir, value)
			case "image":
				image = value
			case "crowd":
				fmt.Sscan(value, &crowd)
			case "size":
				fmt.Sscanf(value, "%d,%d", &o.Sizes.Height, &o.Sizes.Width)
			case "images":
				o.Sizes.Images = filepath.Join(dir, value)
			}
		}
		im, err := readCase(filepath.Join(dir, name), annotations, image, o)
		if err == nil && crowd != 0 {
			err = markCrowd(im, crowd)
		}
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

// readCase reads a mask, or an image of a file of annotations.
func readCase(path, annotations, image string, o dataset.ReadOptions) (*dataset.Image, error) {
	if annotations == "" {
		return dataset.Read(path, o)
	}
	if yes, err := dataset.IsAnnotations(annotations); !yes {
		return nil, fmt.Errorf("%s is not recognised: %v", annotations, err)
	}
	a, err := dataset.OpenAnnotations(annotations)
	if err != nil {
		return nil, err
	}
	return a.Read(slices.Index(a.Names, image), o)
}

// markCrowd gives crowds, which belong to no object, a number.
func markCrowd(im *dataset.Image, number int32) error {
	if im.Ignore == nil {
		return errors.New("there is no crowd")
	}
	for i, v := range im.Ignore.Data {
		if v != 0 && im.Values.Data[i] != 0 {
			return fmt.Errorf("pixel %d is of a crowd and of object %d", i, im.Values.Data[i])
		}
		if v != 0 {
			im.Values.Data[i] = number
		}
	}
	return nil
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

// table has one line for the files of each kind. What comes after a
// semicolon in the description of a file is a variant of its kind.
func table(rows []row) string {
	type line struct {
		files                    int
		variants, types, readers []string
	}
	var order []string
	lines := map[string]*line{}
	add := func(list *[]string, s string) {
		if s != "" && !slices.Contains(*list, s) {
			*list = append(*list, s)
		}
	}
	for _, r := range rows {
		kind, variants, _ := strings.Cut(r.codec, "; ")
		key := r.format + " | " + kind
		if lines[key] == nil {
			lines[key] = &line{}
			order = append(order, key)
		}
		l := lines[key]
		l.files++
		for v := range strings.SplitSeq(variants, ", ") {
			add(&l.variants, v)
		}
		add(&l.types, r.dtype)
		add(&l.readers, r.reader)
	}
	slices.SortStableFunc(order, func(a, b string) int { // the two matrices of TIFF are one table
		return strings.Compare(strings.SplitN(a, " | ", 2)[0], strings.SplitN(b, " | ", 2)[0])
	})
	var b strings.Builder
	b.WriteString(formatsHead)
	for _, key := range order {
		l := lines[key]
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %d |\n", key, strings.Join(l.variants, ", "), strings.Join(l.types, ", "),
			strings.Join(l.readers, ", "), l.files)
	}
	return b.String()
}
