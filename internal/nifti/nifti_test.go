package nifti_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/weightmap/weightmap/internal/nifti"
)

// file makes a volume of uint8 in that version and byte order.
func file(version int, order binary.ByteOrder, dims []int, data ...byte) []byte {
	if version == 1 {
		b := make([]byte, 352)
		order.PutUint32(b, 348)
		for i, d := range append([]int{len(dims)}, dims...) {
			order.PutUint16(b[40+2*i:], uint16(d))
			order.PutUint32(b[76+4*i:], math.Float32bits(float32(i)/2))
		}
		order.PutUint16(b[70:], 2)
		order.PutUint32(b[108:], math.Float32bits(352))
		copy(b[344:], "n+1\x00")
		return append(b, data...)
	}
	b := make([]byte, 544)
	order.PutUint32(b, 540)
	copy(b[4:], "n+2\x00\r\n\x1a\n")
	order.PutUint16(b[12:], 2)
	for i, d := range append([]int{len(dims)}, dims...) {
		order.PutUint64(b[16+8*i:], uint64(d))
		order.PutUint64(b[104+8*i:], math.Float64bits(float64(i)/2))
	}
	order.PutUint64(b[168:], 544)
	return append(b, data...)
}

func Example() {
	r := bytes.NewReader(file(1, binary.LittleEndian, []int{3, 2}, 1, 2, 3, 4, 5, 6))
	h, err := nifti.ReadHeader(r)
	if err != nil {
		fmt.Println(err)
		return
	}
	g, err := nifti.ReadData[int32](r, h, nifti.Limits{})
	fmt.Println(g.Shape, g.Data, h.Dtype, h.Spacing, err)
	// Output: [2 3] [1 2 3 4 5 6] uint8 [1 0.5] <nil>
}

func read(content []byte, l nifti.Limits) (string, error) {
	r := bytes.NewReader(content)
	h, err := nifti.ReadHeader(r)
	if err != nil {
		return "", err
	}
	g, err := nifti.ReadData[int32](r, h, l)
	if err != nil {
		return "", err
	}
	return fmt.Sprint(g.Shape, g.Data), nil
}

func TestVersionsAndOrders(t *testing.T) {
	for version := 1; version <= 2; version++ {
		for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			whole := file(version, order, []int{2, 1, 2}, 5, 6, 7, 8)
			if !nifti.Magic(whole[:348]) {
				t.Errorf("NIfTI-%d %v is not recognised", version, order)
			}
			got, err := read(whole, nifti.Limits{Bytes: int64(len(whole)), Elements: 4})
			if err != nil || got != "[2 1 2] [5 6 7 8]" {
				t.Errorf("NIfTI-%d %v: %s, %v", version, order, got, err)
			}
			for n := range whole {
				if _, err := read(whole[:n], nifti.Limits{}); err == nil {
					t.Fatalf("NIfTI-%d %v: %d of %d bytes are read without an error", version, order, n, len(whole))
				}
			}
			if _, err := read(whole, nifti.Limits{Elements: 3}); err == nil {
				t.Error("the limit of elements does not hold")
			}
			if _, err := read(whole, nifti.Limits{Most: int64(len(whole)) - 1}); err == nil {
				t.Error("the limit of bytes does not hold")
			}
		}
	}
}

func TestExtensionsAndScaling(t *testing.T) {
	b := file(1, binary.LittleEndian, []int{2, 1}, append(make([]byte, 16), 5, 6)...)
	binary.LittleEndian.PutUint32(b[108:], math.Float32bits(352+16))
	if got, err := read(b, nifti.Limits{}); err != nil || got != "[1 2] [5 6]" {
		t.Errorf("%s, %v", got, err)
	}
	for _, c := range []struct {
		slope, intercept float32
		want             string
	}{{2, 1, "[1 2] [11 13]"}, {0, 7, "[1 2] [5 6]"}, {float32(math.NaN()), 7, "[1 2] [5 6]"}, {1, float32(math.NaN()), "[1 2] [5 6]"}, {0.25, 0, "slope 0.25"}} {
		binary.LittleEndian.PutUint32(b[112:], math.Float32bits(c.slope))
		binary.LittleEndian.PutUint32(b[116:], math.Float32bits(c.intercept))
		got, err := read(b, nifti.Limits{})
		if got != c.want && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("slope %v, intercept %v: %s, %v", c.slope, c.intercept, got, err)
		}
	}
}

func TestBadHeaders(t *testing.T) {
	for want, change := range map[string]func(b []byte){
		"no NIfTI file":    func(b []byte) { b[345] = 'x' },
		"pair of files":    func(b []byte) { copy(b[344:], "ni1") },
		"of type 32":       func(b []byte) { b[70] = 32 },
		"of 0 axes":        func(b []byte) { b[40] = 0 },
		"of 8 axes":        func(b []byte) { b[40] = 8 },
		"of length -1":     func(b []byte) { b[42], b[43] = 255, 255 },
		"at byte 100":      func(b []byte) { binary.LittleEndian.PutUint32(b[108:], math.Float32bits(100)) },
		"at byte NaN":      func(b []byte) { binary.LittleEndian.PutUint32(b[108:], math.Float32bits(float32(math.NaN()))) },
		"at byte 1.00000":  func(b []byte) { binary.LittleEndian.PutUint32(b[108:], math.Float32bits(1e30)) },
		"at byte 352.5":    func(b []byte) { binary.LittleEndian.PutUint32(b[108:], math.Float32bits(352.5)) },
		"ends before its ": func(b []byte) { b[42] = 200 },
	} {
		b := file(1, binary.LittleEndian, []int{2, 1}, 5, 6)
		change(b)
		if got, err := read(b, nifti.Limits{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, not %s, %v", want, got, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	for version := 1; version <= 2; version++ {
		f.Add(file(version, binary.LittleEndian, []int{2, 3}, 1, 2, 3, 4, 5, 6))
		f.Add(file(version, binary.BigEndian, []int{2, 3, 1, 1}, 1, 2, 3, 4, 5, 6))
		f.Add(file(version, binary.BigEndian, []int{32767, 32767, 32767}, 1, 2))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := read(b, nifti.Limits{Elements: 1 << 16})
		c, err2 := read(b, nifti.Limits{Elements: 1 << 16, Bytes: int64(max(1, len(b)))})
		if a != c || (err == nil) != (err2 == nil) {
			t.Fatalf("as a stream %s, %v; with its size known %s, %v", a, err, c, err2)
		}
	})
}
