package render

import (
	"bytes"
	"image/png"
	"math"
	"math/big"
	"os"
	"path/filepath"
	"testing"

	"github.com/weightmap/weightmap/grid"
)

// Every gray level is the rounded fraction, computed exactly.
func TestRawIsExact(t *testing.T) {
	values := []float32{-1, 0, 0.1, 0.5, 1, 1.5, 2.25, 3, 9.99, 10, 11, float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN())}
	for i := range 500 {
		values = append(values, float32(i)/49.9)
	}
	m := grid.From(values, 1, len(values))
	const lo, hi = 0.5, 10.0
	a, b := Raw8(m, lo, hi), Raw16(m, lo, hi)
	for i, v := range values {
		if got, want := int(a.GrayAt(i, 0).Y), level(v, lo, hi, 255); got != want {
			t.Errorf("%v is %d of 255, want %d", v, got, want)
		}
		if got, want := int(b.Gray16At(i, 0).Y), level(v, lo, hi, 65535); got != want {
			t.Errorf("%v is %d of 65535, want %d", v, got, want)
		}
	}
}

// level is white·(v−lo)/(hi−lo), rounded, in rational arithmetic.
func level(v float32, lo, hi float64, white int64) int {
	switch f := float64(v); {
	case math.IsNaN(f), f <= lo:
		return 0
	case f >= hi:
		return int(white)
	}
	rat := func(f float64) *big.Rat { return new(big.Rat).SetFloat64(f) }
	q := new(big.Rat).Sub(rat(float64(v)), rat(lo))
	q.Quo(q, new(big.Rat).Sub(rat(hi), rat(lo)))
	q.Mul(q, new(big.Rat).SetInt64(white))
	q.Add(q, big.NewRat(1, 2))
	n := new(big.Int).Div(q.Num(), q.Denom())
	return int(n.Int64())
}

func TestRawWithoutARange(t *testing.T) {
	m := grid.From([]float32{3, 3, 3}, 1, 3)
	for _, hi := range []float64{3, 2, math.NaN()} {
		for _, y := range Raw8(m, 3, hi).Pix {
			if y != 0 {
				t.Errorf("range 3 to %v: gray %d, want 0", hi, y)
			}
		}
	}
}

func TestTextsAreInTheFile(t *testing.T) {
	m := grid.From([]float32{0, 1}, 1, 2)
	var b bytes.Buffer
	texts := []Text{{Software, "weightmap 1"}, {"Range", "0 is 0, 255 is 1"}}
	if err := WritePNG(&b, Raw8(m, 0, 1), texts); err != nil {
		t.Fatal(err)
	}
	// The decoder checks the sums of all chunks.
	img, err := png.Decode(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if r, _, _, _ := img.At(1, 0).RGBA(); r != 0xffff {
		t.Errorf("white is %x", r)
	}
	if !bytes.Contains(b.Bytes(), []byte("tEXtRange\x000 is 0, 255 is 1")) {
		t.Error("the range is not in the file")
	}
	path := filepath.Join(t.TempDir(), "a.png")
	if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	if !DrawnBy("weightmap", path) || DrawnBy("other", path) || DrawnBy("weightmap", path+".not") {
		t.Error("who drew it is not told right")
	}
	if err := os.WriteFile(path, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if DrawnBy("weightmap", path) {
		t.Error("nobody drew an empty file")
	}
}
