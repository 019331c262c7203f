package losses

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// logits of every size, those where something changes among them.
func testLogits() []float32 {
	rng := rand.New(rand.NewPCG(3, 4))
	x := []float32{0, float32(math.Copysign(0, -1)), 1, -1, 1e-30, -1e-30, 700, -700, math.Nextafter32(700, 1000), 701, -701,
		745, -745, 1000, -1000, math.MaxFloat32, -math.MaxFloat32, float32(math.Inf(1)), float32(math.Inf(-1))}
	for range 100_000 {
		x = append(x, float32(rng.NormFloat64()*math.Exp(rng.NormFloat64()*2)))
	}
	for range 1000 {
		x = append(x, float32(rng.Float64()*1500-750))
	}
	return x
}

func testNumbers() (x []float64) {
	for _, v := range testLogits() {
		x = append(x, math.Abs(float64(v)))
	}
	return x
}

func TestSigmoidAgainstMath(t *testing.T) {
	x := testLogits()
	n := len(x)
	q, r, lq, lr := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	q2, r2 := make([]float64, n), make([]float64, n)
	sigmoid(q, r, x)
	logSigmoid(lq, lr, q2, r2, x)
	for i, v := range x {
		x := float64(v)
		e := math.Exp(-math.Abs(x))
		big, small := 1/(1+e), e/(1+e)
		wantQ, wantR := big, small
		wantLQ, wantLR := math.Log1p(e), math.Log1p(e)+math.Abs(x)
		if x < 0 {
			wantQ, wantR, wantLQ, wantLR = small, big, wantLR, wantLQ
		}
		for _, c := range []struct {
			name      string
			got, want float64
		}{{"q", q[i], wantQ}, {"1−q", r[i], wantR}, {"q", q2[i], wantQ}, {"1−q", r2[i], wantR}, {"−log q", lq[i], wantLQ}, {"−log(1−q)", lr[i], wantLR}} {
			if math.Abs(c.got-c.want) > 5e-12*c.want+1e-300 && c.got != c.want {
				t.Fatalf("%s of %v is %v, want %v", c.name, v, c.got, c.want)
			}
		}
	}
}

func TestExpNegativeAgainstMath(t *testing.T) {
	for _, v := range testNumbers() {
		x := []float64{v}
		expNegative(x, x)
		if want := math.Exp(-v); math.Abs(x[0]-want) > 2e-12*want+1e-300 {
			t.Fatalf("e^−%v is %v, want %v", v, x[0], want)
		}
	}
}

func TestLog1pAgainstMath(t *testing.T) {
	for _, x := range append(testNumbers(), 1, math.Nextafter(1, 0), math.Nextafter(1, 2), 3, math.Nextafter(3, 0)) {
		if x > 1e15 {
			continue // there are never so many classes
		}
		got := []float64{0}
		log1p(got, []float64{x})
		if want := math.Log1p(x); math.Abs(got[0]-want) > 5e-12*want {
			t.Fatalf("log(1+%v) is %v, want %v", x, got[0], want)
		}
	}
}

// The vector code is another way to the same bits.
func TestVectorIsScalarBitForBit(t *testing.T) {
	x := testLogits()
	n := len(x)
	a, b := make([][]float64, 4), make([][]float64, 4)
	for i := range a {
		a[i], b[i] = make([]float64, n), make([]float64, n)
	}
	check := func(name string) {
		t.Helper()
		for k := range a {
			for i := range a[k] {
				if math.Float64bits(a[k][i]) != math.Float64bits(b[k][i]) {
					t.Fatalf("%s: result %d of %v is %v as a vector, %v as a scalar", name, k, x[i], a[k][i], b[k][i])
				}
			}
		}
	}
	for _, m := range []int{n, 1, 2, 3, 4, 5, 7, 8, 11} {
		sigmoid(a[0][:m], a[1][:m], x[:m])
		sigmoidScalar(b[0][:m], b[1][:m], x[:m])
		check("sigmoid")
		logSigmoid(a[0][:m], a[1][:m], a[2][:m], a[3][:m], x[:m])
		logSigmoidScalar(b[0][:m], b[1][:m], b[2][:m], b[3][:m], x[:m])
		check("logSigmoid")
		y := make([]float64, m)
		for i := range y {
			y[i] = math.Abs(float64(x[i])) * 1.1
		}
		expNegative(a[0][:m], y)
		expNegativeScalar(b[0][:m], y)
		check("expNegative")
	}
}

func TestAreasVectorIsScalarBitForBit(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for m := range 40 {
		q, r, w, p := make([]float64, m), make([]float64, m), make([]float64, m), make([]float32, m)
		for i := range m {
			q[i], r[i], w[i], p[i] = rng.Float64(), rng.Float64(), 10*rng.Float64(), rng.Float32()
			if rng.IntN(4) == 0 {
				w[i] = 0
				p[i] = float32(math.NaN())
				q[i] = math.NaN()
			}
		}
		var a, b areaLanes
		g, h := make([]float32, m), make([]float32, m)
		addAreas(&a, g, q, r, w, p)
		addAreasScalar(&b, h, q, r, w, p)
		if a != b || !slices.Equal(g, h) {
			t.Fatalf("%d pixels: %v %v as vectors, %v %v as scalars", m, a, g, b, h)
		}
	}
}

func TestNaNLogitsStayNaN(t *testing.T) {
	nan := float32(math.NaN())
	x := []float32{nan, nan, nan, nan, nan, nan, nan}
	n := len(x)
	lq, lr, q, r := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	all := func(what ...[]float64) {
		for k, s := range what {
			for i, v := range s {
				if !math.IsNaN(v) {
					t.Errorf("result %d of logit %d is %v", k, i, v)
				}
			}
		}
	}
	sigmoid(q, r, x)
	all(q, r)
	logSigmoid(lq, lr, q, r, x)
	all(lq, lr, q, r)
}
