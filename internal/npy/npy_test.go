package npy_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/dtype"
	"github.com/weightmap/weightmap/internal/judge"
	"github.com/weightmap/weightmap/internal/npy"
)

func ExampleWrite() {
	var file bytes.Buffer
	npy.Write(&file, grid.From([]uint16{1, 2, 3, 4, 5, 6}, 2, 3))
	fmt.Printf("%.69q\n", file.String())
	g, err := npy.Read[int32](&file, npy.Limits{})
	fmt.Println(g.Shape, g.Data, err)
	// Output:
	// "\x93NUMPY\x01\x00v\x00{'descr': '<u2', 'fortran_order': False, 'shape': (2, 3), }"
	// [2 3] [1 2 3 4 5 6] <nil>
}

// matrix has NumPy write every type × byte order × axis order × version × shape,
// and beside each file the plain bytes of its elements, little-endian in C order.
func matrix(t testing.TB) []string {
	dir := t.TempDir()
	judge.Python(t, `
		import numpy as np, sys
		from numpy.lib import format
		rng = np.random.default_rng(1)
		shapes = [(), (0,), (1,), (5,), (3, 4), (1, 7), (0, 3), (3, 0), (2, 3, 4), (2, 1, 3, 2)]
		for name in 'bool u1 u2 u4 u8 i1 i2 i4 i8 f2 f4 f8'.split():
			for shape in shapes:
				n = int(np.prod(shape, dtype=int))
				if name == 'bool':
					a = rng.integers(0, 2, n).astype(bool)
				else:
					a = np.frombuffer(rng.bytes(n * np.dtype(name).itemsize), name).copy()
					special = [np.nan, np.inf, -np.inf, -0.0] if name[0] == 'f' else [np.iinfo(name).max, np.iinfo(name).min]
					a[:len(special)] = special[:n]
				a = a.reshape(shape)
				for endian in '<>':
					b = a.astype(a.dtype.newbyteorder(endian))
					for order in 'CF':
						for version in [(1, 0), (2, 0), (3, 0)]:
							kind = 'be' if endian == '>' else 'le'
							path = f"{sys.argv[1]}/{name}_{'x'.join(map(str, shape))}_{kind}_{order}_v{version[0]}"
							with open(path + '.npy', 'wb') as f:
								format.write_array(f, np.asarray(b, order=order), version=version)
							with open(path + '.raw', 'wb') as f:
								f.write(a.astype(a.dtype.newbyteorder('<')).tobytes())
	`, dir)
	files, err := filepath.Glob(filepath.Join(dir, "*.npy"))
	if err != nil || len(files) != 12*10*2*2*3 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	return files
}

func TestReadsWhatNumPyWrites(t *testing.T) {
	for _, path := range matrix(t) {
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := os.ReadFile(strings.TrimSuffix(path, ".npy") + ".raw")
		if err != nil {
			t.Fatal(err)
		}
		h, err := npy.ReadHeader(bytes.NewReader(file))
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		want := strings.Split(filepath.Base(path), "_")[1]
		if got := strings.Trim(strings.ReplaceAll(fmt.Sprint(h.Shape), " ", "x"), "[]"); got != want {
			t.Errorf("%s: shape %v", path, h.Shape)
		}
		switch h.Dtype {
		case dtype.Bool, dtype.Uint8:
			compare[uint8](t, path, file, raw, h)
		case dtype.Int8:
			compare[int8](t, path, file, raw, h)
		case dtype.Uint16:
			compare[uint16](t, path, file, raw, h)
		case dtype.Int16:
			compare[int16](t, path, file, raw, h)
		case dtype.Uint32:
			compare[uint32](t, path, file, raw, h)
		case dtype.Int32:
			compare[int32](t, path, file, raw, h)
		case dtype.Uint64:
			compare[uint64](t, path, file, raw, h)
		case dtype.Int64:
			compare[int64](t, path, file, raw, h)
		case dtype.Float16, dtype.Float32:
			compare[float32](t, path, file, raw, h)
		case dtype.Float64:
			compare[float64](t, path, file, raw, h)
		}
	}
}

func compare[T grid.Element](t *testing.T, path string, file, raw []byte, h npy.Header) {
	for name, l := range map[string]npy.Limits{
		"stream":      {},
		"known size":  {Bytes: int64(len(file))},
		"both limits": {Bytes: int64(len(file)), Elements: max(1, len(raw)/h.Dtype.Size())},
	} {
		g, err := npy.Read[T](bytes.NewReader(file), l)
		if err != nil {
			t.Errorf("%s, %s: %v", path, name, err)
			continue
		}
		got := bytes.Clone(dtype.Bytes(g.Data))
		if f, ok := any(g.Data).([]float32); ok && h.Dtype == dtype.Float16 {
			got = got[:len(g.Data)*2]
			dtype.EncodeFloat16(got, f)
			// A signalling NaN becomes a quiet one on the way.
			got, raw = quiet(got), quiet(raw)
		}
		if !bytes.Equal(got, raw) {
			t.Errorf("%s, %s: the elements differ", path, name)
		}
	}
}

func quiet(half []byte) []byte {
	half = bytes.Clone(half)
	for i := 0; i < len(half); i += 2 {
		if half[i+1]&0x7c == 0x7c && (half[i+1]&3 != 0 || half[i] != 0) {
			half[i+1] |= 2
		}
	}
	return half
}

func TestWritesWhatNumPyWrites(t *testing.T) {
	dir := t.TempDir()
	shapes := [][]int{{}, {0}, {1}, {7}, {3, 4}, {0, 3}, {4, 0}, {2, 3, 4}, {2, 1, 3, 2}, {130, 257}}
	for n := range 20 { // every length of header around a multiple of 64
		shape := make([]int, n+1)
		for i := range shape {
			shape[i] = 1
		}
		shapes = append(shapes, shape, append([]int{12345}, shape...))
	}
	for i, shape := range shapes {
		save[uint8](t, dir, i, shape)
		save[uint16](t, dir, i, shape)
		save[uint32](t, dir, i, shape)
		save[uint64](t, dir, i, shape)
		save[int8](t, dir, i, shape)
		save[int16](t, dir, i, shape)
		save[int32](t, dir, i, shape)
		save[int64](t, dir, i, shape)
		save[float32](t, dir, i, shape)
		save[float64](t, dir, i, shape)
	}
	out := judge.Python(t, `
		import glob, io, numpy as np, sys
		for path in glob.glob(sys.argv[1] + '/*.npy'):
			a = np.load(path)
			name, shape = path.split('/')[-1][:-4].split('_')[1:]
			assert a.dtype == np.dtype(name), path
			assert a.flags.c_contiguous, path
			assert 'x'.join(map(str, a.shape)) == shape, (path, a.shape)
			if a.size and a.ndim:
				m = np.load(path, mmap_mode='r')
				assert m.dtype == a.dtype and m.shape == a.shape and m.offset % 64 == 0 and m.tobytes() == a.tobytes(), path
			if a.size > 1:
				assert a.reshape(-1)[1] == 1, path
			b = io.BytesIO()
			np.save(b, a)
			assert b.getvalue() == open(path, 'rb').read(), (path, b.getvalue()[:200], open(path, 'rb').read()[:200])
			print(path)
	`, dir)
	if n := strings.Count(out, "\n"); n != len(shapes)*10 {
		t.Errorf("NumPy compared %d files, want %d", n, len(shapes)*10)
	}
}

func save[T grid.Element](t *testing.T, dir string, i int, shape []int) {
	g := grid.New[T](shape...)
	for i := range g.Data {
		g.Data[i] = T(i)
	}
	x := strings.Trim(strings.ReplaceAll(fmt.Sprint(shape), " ", "x"), "[]")
	path := filepath.Join(dir, fmt.Sprintf("%d_%v_%s.npy", i, dtype.Of[T](), x))
	if err := npy.WriteFile(path, g); err != nil {
		t.Fatal(err)
	}
	back, err := npy.ReadFile[T](path, 0)
	if err != nil || !grid.Equal(back, g) {
		t.Errorf("%s does not come back: %v", path, err)
	}
}

// NumPy rounds float32 to half precision as WriteFloat16 does.
func TestFloat16(t *testing.T) {
	m := grid.New[float32](300, 1000)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range m.Data {
		m.Data[i] = math.Float32frombits(r.Uint32())
		if i%3 > 0 { // most random bits are far out of range
			m.Data[i] = float32(math.Ldexp(r.Float64()-0.5, r.IntN(50)-30))
		}
	}
	at := copy(m.Data, []float32{65504, 65519.996, 65520, 65536, 1e38, 0x1p-14, 0x1p-15, 0x1p-24, 0x1p-25, 0x1.000002p-25, 0x1.8p-24,
		0, float32(math.Copysign(0, -1)), float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()), 1, -1, 0.1, 2049, 2051})
	for h := range 1 << 16 { // every half, and the point between it and the next
		low, high := dtype.FromFloat16(uint16(h)), dtype.FromFloat16(uint16(h)+1)
		m.Data[at], m.Data[at+1] = low, low+(high-low)/2
		at += 2
	}
	var file bytes.Buffer
	if err := npy.WriteFloat16(&file, m); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := npy.WriteFile(filepath.Join(dir, "f4.npy"), m); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "f2.npy"), file.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	judge.Python(t, `
		import numpy as np, sys
		f2, f4 = np.load(sys.argv[1] + '/f2.npy'), np.load(sys.argv[1] + '/f4.npy')
		assert f2.dtype == np.float16 and f2.shape == f4.shape == (300, 1000)
		with np.errstate(over='ignore'):
			want = f4.astype(np.float16)
		nan = np.isnan(f4)
		assert nan.sum() > 2000 and np.isnan(f2[nan]).all()
		bad = f2.view('u2')[~nan] != want.view('u2')[~nan]
		assert not bad.any(), (f4[~nan][bad], f2[~nan][bad], want[~nan][bad])
	`, dir)
}
