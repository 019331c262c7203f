package npy_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/dtype"
	"github.com/weightmap/weightmap/internal/npy"
)

// file is an NPY file of version 1.0 with that header.
func file(header string, data ...byte) []byte {
	b := append([]byte("\x93NUMPY\x01\x00"), 0, 0)
	binary.LittleEndian.PutUint16(b[8:], uint16(len(header)))
	return append(append(b, header...), data...)
}

func TestHeadersAsOthersWriteThem(t *testing.T) {
	want := grid.From([]int32{1, 2}, 2)
	for _, header := range []string{
		"{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }",
		"{'shape':(2,),'descr':'<u1','fortran_order':False}",
		`{"shape": (2,), "descr": "|u1", "fortran_order": False}` + "\n",
		"{'descr': '|u1', 'fortran_order': True, 'shape': (2L,), }  \n",
		"  { 'descr' :\t'=u1' , 'fortran_order' : False , 'shape' : ( 2 , ) , } ",
	} {
		g, err := npy.Read[int32](bytes.NewReader(file(header, 1, 2)), npy.Limits{})
		if err != nil || !grid.Equal(g, want) {
			t.Errorf("%s: %v, %v", header, g, err)
		}
	}
}

func TestBadHeaders(t *testing.T) {
	for header, want := range map[string]string{
		"":   `no "{"`,
		"{":  "no plain string",
		"{}": "lacks",
		"{'descr': '<f4', 'fortran_order': False}":                                             `lacks "shape"`,
		"{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'x': 1}":                      `unknown key "x"`,
		"{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,)}":              "twice",
		"{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} x":                            "after its end",
		"{'descr': '<f4' 'fortran_order': False, 'shape': (2,)}":                               "no comma",
		"{'descr': '<f4', 'fortran_order': 0, 'shape': (2,)}":                                  "True or False",
		"{'descr': '<f4', 'fortran_order': False, 'shape': 2}":                                 `no "("`,
		"{'descr': '<f4', 'fortran_order': False, 'shape': (2)}":                               "no tuple",
		"{'descr': '<f4', 'fortran_order': False, 'shape': (2 3)}":                             "no tuple",
		"{'descr': '<f4', 'fortran_order': False, 'shape': (2,3 4)}":                           "no comma",
		"{'descr': '<f4', 'fortran_order': False, 'shape': (,)}":                               "axis length",
		"{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}":                             "an axis of negative length",
		"{'descr': '<f4', 'fortran_order': False, 'shape': (2.0,)}":                            "no tuple",
		"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}":           "beyond",
		"{'descr': '<f4', 'fortran_order': False, 'shape': (2,":                                "axis length",
		"{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}":          "more elements",
		"{'descr': '<f8', 'fortran_order': False, 'shape': (2305843009213693952,)}":            "more elements",
		"{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 0, 9)}":       "more elements",
		"{'descr': '|O', 'fortran_order': False, 'shape': ()}":                                 "allow_pickle=True",
		"{'descr': [('x', '<f4'), ('y', '<f4')], 'fortran_order': False, 'shape': (2,)}":       "named fields",
		"{'descr': '<c8', 'fortran_order': False, 'shape': (2,)}":                              `"<c8"`,
		"{'descr': '<U4', 'fortran_order': False, 'shape': (2,)}":                              `"<U4"`,
		"{'descr': '<f16', 'fortran_order': False, 'shape': (2,)}":                             `"<f16"`,
		"{'descr': '|u2', 'fortran_order': False, 'shape': (2,)}":                              "byte order",
		"{'descr': '', 'fortran_order': False, 'shape': (2,)}":                                 `""`,
		"{'descr': '<<f4', 'fortran_order': False, 'shape': (2,)}":                             `"<<f4"`,
		"{'descr': '<f\\x34', 'fortran_order': False, 'shape': (2,)}":                          "plain string",
		"{'descr': '<f4', 'fortran_order': False, 'shape': (2,)" + strings.Repeat(" ", 60_000): "no comma or brace",
	} {
		for _, l := range []npy.Limits{{}, {Bytes: int64(len(file(header)))}, {Elements: math.MaxInt32}} {
			_, err := npy.Read[float32](bytes.NewReader(file(header)), l)
			if err == nil || !strings.Contains(err.Error(), want) || len(err.Error()) > 400 {
				t.Errorf("%.80s: error %v, want one with %q", header, err, want)
			}
		}
	}
}

func TestTruncatedAnywhere(t *testing.T) {
	var whole bytes.Buffer
	if err := npy.Write(&whole, grid.New[uint16](3, 5)); err != nil {
		t.Fatal(err)
	}
	for n := range whole.Len() {
		part := whole.Bytes()[:n]
		for _, l := range []npy.Limits{{}, {Bytes: int64(max(n, 1))}} {
			if _, err := npy.Read[uint16](bytes.NewReader(part), l); err == nil {
				t.Fatalf("%d of %d bytes are read without an error", n, whole.Len())
			}
		}
	}
}

func TestReadErrorsAreKept(t *testing.T) {
	var whole bytes.Buffer
	if err := npy.Write(&whole, grid.New[uint16](3, 5)); err != nil {
		t.Fatal(err)
	}
	reason := errors.New("reason")
	for n := range whole.Len() {
		r := io.MultiReader(bytes.NewReader(whole.Bytes()[:n]), failing{reason})
		if _, err := npy.Read[uint16](r, npy.Limits{}); !errors.Is(err, reason) {
			t.Fatalf("after %d bytes: %v", n, err)
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// What a header declares takes no memory.
func TestHugeHeadersTakeNoMemory(t *testing.T) {
	bombs := [][]byte{
		file("{'descr': '<f8', 'fortran_order': False, 'shape': (100000, 100000)}", make([]byte, 1000)...),
		file("{'descr': '<f8', 'fortran_order': True, 'shape': (100000, 100000)}", make([]byte, 1000)...),
		file("{'descr': '|u1', 'fortran_order': False, 'shape': (1000000000000,)}"),
		append([]byte("\x93NUMPY\x02\x00\xff\xff\xff\xff"), make([]byte, 100)...),
		append([]byte("\x93NUMPY\x03\x00\xff\xff\xff\x7f"), make([]byte, 100)...),
	}
	for i, b := range bombs {
		for _, l := range []npy.Limits{{}, {Bytes: int64(len(b))}, {Elements: math.MaxInt32}} {
			took := memory(func() {
				if _, err := npy.Read[int32](bytes.NewReader(b), l); err == nil {
					t.Errorf("bomb %d is read with %+v", i, l)
				}
			})
			if took > 1<<20 {
				t.Errorf("bomb %d with %+v takes %d bytes", i, l, took)
			}
		}
	}
	// As much as exists is read, and not much more is taken.
	b := file("{'descr': '|u1', 'fortran_order': False, 'shape': (100000, 100000)}", make([]byte, 1<<20)...)
	if took := memory(func() { npy.Read[uint8](bytes.NewReader(b), npy.Limits{}) }); took > 6<<20 {
		t.Errorf("a stream of 1 MiB takes %d bytes", took)
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

func TestValuesThatDoNotFit(t *testing.T) {
	var b bytes.Buffer
	data := make([]float64, 100_000)
	data[99_999] = 0.5
	if err := npy.Write(&b, grid.From(data, 1000, 100)); err != nil {
		t.Fatal(err)
	}
	_, err := npy.Read[int32](&b, npy.Limits{})
	var v *dtype.ValueError
	if !errors.As(err, &v) || v.Index != 99_999 || v.Value != "0.5" || v.Want != dtype.Int32 {
		t.Errorf("the error is %v", err)
	}
}

func TestLimitOfElements(t *testing.T) {
	var b bytes.Buffer
	if err := npy.Write(&b, grid.New[uint8](3, 5)); err != nil {
		t.Fatal(err)
	}
	for n, ok := range map[int]bool{0: true, 14: false, 15: true} {
		if _, err := npy.Read[uint8](bytes.NewReader(b.Bytes()), npy.Limits{Elements: n}); (err == nil) != ok {
			t.Errorf("at most %d elements: %v", n, err)
		}
	}
}

func TestFileErrorsNameThePath(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.npy")
	if err := os.WriteFile(bad, []byte("not an array"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{bad, dir, filepath.Join(dir, "missing.npy")} {
		if _, err := npy.ReadFile[uint8](path, 0); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %v", path, err)
		}
	}
	path := filepath.Join(dir, "missing", "a.npy")
	if err := npy.WriteFile(path, grid.New[uint8](1)); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("%s: error %v", path, err)
	}
}

// A seed a kind of file; the fuzzer finds the rest.
func FuzzRead(f *testing.F) {
	for _, descr := range []string{"|b1", "|u1", "<u2", ">i4", "<i8", ">u8", "<f2", ">f4", "<f8", "|O", "<c8"} {
		for _, shape := range []string{"()", "(3,)", "(2, 3)", "(0, 3)", "(2, 1, 2)", "(100000, 100000)"} {
			for _, order := range []string{"False", "True"} {
				header := fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': %s, }", descr, order, shape)
				f.Add(file(header, bytes.Repeat([]byte{1, 0, 3, 0, 0, 0, 0, 0}, 6)...))
			}
		}
	}
	f.Add([]byte("\x93NUMPY\x02\x00\x40\x00\x00\x00{'descr': [('é', '<f4')], 'fortran_order': False, 'shape': (2L,)}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if h, err := npy.ReadHeader(bytes.NewReader(b)); err == nil && (h.Offset > len(b) || h.Dtype == dtype.Invalid) {
			t.Fatalf("header %+v of %d bytes", h, len(b))
		}
		g, err := npy.Read[float64](bytes.NewReader(b), npy.Limits{Elements: 1 << 20})
		known, err2 := npy.Read[float64](bytes.NewReader(b), npy.Limits{Elements: 1 << 20, Bytes: int64(max(1, len(b)))})
		if (err == nil) != (err2 == nil) {
			t.Fatalf("as a stream: %v; with its size known: %v", err, err2)
		}
		if err != nil {
			return
		}
		// What was read and written comes back as it is, bit for bit.
		var file bytes.Buffer
		if err := npy.Write(&file, g); err != nil {
			t.Fatal(err)
		}
		back, err := npy.Read[float64](&file, npy.Limits{})
		if err != nil || fmt.Sprint(back.Shape) != fmt.Sprint(g.Shape) || fmt.Sprint(known.Shape) != fmt.Sprint(g.Shape) {
			t.Fatalf("%v comes back as %v, %v", g.Shape, back, err)
		}
		for i, v := range g.Data {
			if math.Float64bits(back.Data[i]) != math.Float64bits(v) || math.Float64bits(known.Data[i]) != math.Float64bits(v) {
				t.Fatalf("element %d: %v, %v, %v", i, v, back.Data[i], known.Data[i])
			}
		}
	})
}

func BenchmarkWrite(b *testing.B) {
	for _, n := range []int{256, 1024} {
		g := grid.New[float32](n, n)
		for i := range g.Data {
			g.Data[i] = float32(i)
		}
		b.Run(fmt.Sprintf("dtype=float32/size=%d", n), func(b *testing.B) {
			b.SetBytes(int64(4 * n * n))
			b.ReportAllocs()
			for b.Loop() {
				npy.Write(io.Discard, g)
			}
		})
		b.Run(fmt.Sprintf("dtype=float16/size=%d", n), func(b *testing.B) {
			b.SetBytes(int64(2 * n * n))
			for b.Loop() {
				npy.WriteFloat16(io.Discard, g)
			}
		})
	}
}

func BenchmarkRead(b *testing.B) {
	g := grid.New[uint16](1024, 1024)
	var file bytes.Buffer
	npy.Write(&file, g)
	b.SetBytes(int64(file.Len()))
	b.ReportAllocs()
	for b.Loop() {
		npy.Read[int32](bytes.NewReader(file.Bytes()), npy.Limits{Bytes: int64(file.Len())})
	}
}
