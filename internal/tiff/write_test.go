package tiff

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/dtype"
	"github.com/weightmap/weightmap/internal/judge"
	"github.com/weightmap/weightmap/internal/npy"
)

func ExampleWrite() {
	var file bytes.Buffer
	err := Write(&file, grid.From([]uint16{0, 7, 7, 0, 0, 300}, 2, 3))
	if err != nil {
		fmt.Println(err)
		return
	}
	f, err := Open(bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil {
		fmt.Println(err)
		return
	}
	g, err := Read[int32](f, f.Pages)
	fmt.Println(g.Shape, g.Data, f.Pages[0].Type, err)
	// Output: [1 2 3 1] [0 7 7 0 0 300] uint16 <nil>
}

// written is a file of numbers of the whole range of a type, to be written.
type written struct {
	name  string
	shape []int
	big   bool
	dtype dtype.Type
	file  []byte
	array []byte // as NPY
}

func random[T grid.Element](lo, hi int64, shape []int, big bool) written {
	g := grid.New[T](shape...)
	r := rand.New(rand.NewPCG(3, uint64(len(g.Data))))
	for i := range g.Data {
		g.Data[i] = T(lo + r.Int64N(hi-lo+1))
	}
	g.Data[0], g.Data[len(g.Data)-1] = T(lo), T(hi)
	var file, array bytes.Buffer
	if err := errors.Join(write(&file, g, big), npy.Write(&array, g)); err != nil {
		panic(err)
	}
	t := dtype.Of[T]()
	return written{strings.Trim(fmt.Sprintf("%v_%v_%v", t, shape, big), " "), shape, big, t, file.Bytes(), array.Bytes()}
}

func allWritten() (all []written) {
	for _, shape := range [][]int{{1, 1}, {3, 5}, {300, 257}, {2, 70001}, {4, 7, 3}, {3, 301, 211}} {
		for _, big := range []bool{false, true} {
			all = append(all,
				random[uint8](0, math.MaxUint8, shape, big), random[int8](math.MinInt8, math.MaxInt8, shape, big),
				random[uint16](0, math.MaxUint16, shape, big), random[int16](math.MinInt16, math.MaxInt16, shape, big),
				random[uint32](0, math.MaxUint32, shape, big), random[int32](math.MinInt32, math.MaxInt32, shape, big))
		}
	}
	return all
}

// What is written is what is read, by the reader beside it.
func TestWriteRead(t *testing.T) {
	for _, w := range allWritten() {
		f, err := Open(bytes.NewReader(w.file), int64(len(w.file)))
		if err != nil {
			t.Fatalf("%s: %v", w.name, err)
		}
		got, err := Read[int64](f, f.Pages)
		if err != nil {
			t.Fatalf("%s: %v", w.name, err)
		}
		want, err := npy.Read[int64](bytes.NewReader(w.array), npy.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		shape := append(slices.Clone(w.shape), 1)
		if len(shape) == 3 {
			shape = append([]int{1}, shape...)
		}
		if !slices.Equal(got.Shape, shape) || !slices.Equal(got.Data, want.Data) || f.Pages[0].Type != w.dtype {
			t.Errorf("%s: read as shape %v of %v, or other numbers", w.name, got.Shape, f.Pages[0].Type)
		}
	}
}

// tifffile and OpenCV read what is written, of the same type and shape.
func TestWriteJudged(t *testing.T) {
	judge.Need(t, "tifffile", "cv2")
	dir := t.TempDir()
	for _, w := range allWritten() {
		for ext, content := range map[string][]byte{".tif": w.file, ".npy": w.array} {
			if err := os.WriteFile(filepath.Join(dir, w.name+ext), content, 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	out := judge.Python(t, `
		import sys, os, glob, cv2, numpy as np, tifffile
		n = 0
		for path in sorted(glob.glob(os.path.join(sys.argv[1], '*.tif'))):
			want = np.load(path[:-3] + 'npy')
			with tifffile.TiffFile(path) as f:
				assert f.is_bigtiff == ('true' in path), path
				assert len(f.series) == 1, path
				got = f.asarray()
			assert got.dtype == want.dtype and got.shape == want.shape and (got == want).all(), (path, got.dtype, got.shape)
			n += 1
			if want.ndim == 2 and want.dtype in (np.uint8, np.uint16, np.int32):
				got = cv2.imread(path, cv2.IMREAD_UNCHANGED)
				assert got is not None and got.dtype == want.dtype and (got == want).all(), path
				n += 1
		print(n)
	`, dir)
	if want := fmt.Sprintln(6*6*2 + 4*2*3); out != want {
		t.Errorf("%s files were read, want %s", out, want)
	}
}

// An error of the writer below ends the writing, wherever it happens.
func TestWriteError(t *testing.T) {
	full := random[uint16](0, 60000, []int{2, 300, 257}, false).file
	g := grid.New[uint16](2, 300, 257)
	f, err := Open(bytes.NewReader(full), int64(len(full)))
	if err != nil {
		t.Fatal(err)
	}
	back, err := Read[uint16](f, f.Pages)
	if err != nil {
		t.Fatal(err)
	}
	copy(g.Data, back.Data)
	for n := 0; n < len(full); n += 997 {
		if err := Write(&limited{left: n}, g); !errors.Is(err, errFull) {
			t.Fatalf("after %d bytes: %v", n, err)
		}
	}
}

var errFull = errors.New("full")

type limited struct{ left int }

func (l *limited) Write(p []byte) (int, error) {
	if l.left -= len(p); l.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}
