//go:build !purego

package losses

import (
	"math"

	"golang.org/x/sys/cpu"
)

var haveAVX2 = cpu.X86.HasAVX2

// lanes holds the constants of vector_amd64.s, four times each, in the order of the
// names there.
var lanes = makeLanes(1, 2, 0.5, beyond, -beyond, math.Float64frombits(1<<63-1), math.Log2E, shift, math.Ln2,
	e1, e2, e3, e4, e5, e6, e7, e8, l1, l2, l3, l4, l5, l6, math.Copysign(0, -1), gradUnit)

type laneTable [25][4]float64

func makeLanes(values ...float64) (t laneTable) {
	for i, v := range values {
		t[i] = [4]float64{v, v, v, v}
	}
	return t
}

// expNegativeVector does the first elements of x, four at a time, and returns how many.
func expNegativeVector(dst, x []float64) int {
	n := len(x) &^ 3
	if n == 0 || !haveAVX2 {
		return 0
	}
	_ = dst[n-1]
	expNegativeAVX2(&dst[0], &x[0], n, &lanes)
	return n
}

// sigmoidVector does the first pixels of x, four at a time, and returns how many.
func sigmoidVector(q, r []float64, x []float32) int {
	n := len(x) &^ 3
	if n == 0 || !haveAVX2 {
		return 0
	}
	_, _ = q[n-1], r[n-1]
	sigmoidAVX2(&q[0], &r[0], &x[0], n, &lanes)
	return n
}

// logSigmoidVector does the first pixels of x, four at a time, and returns how many.
func logSigmoidVector(lq, lr, q, r []float64, x []float32) int {
	n := len(x) &^ 3
	if n == 0 || !haveAVX2 {
		return 0
	}
	_, _, _, _ = lq[n-1], lr[n-1], q[n-1], r[n-1]
	logSigmoidAVX2(&lq[0], &lr[0], &q[0], &r[0], &x[0], n, &lanes)
	return n
}

// addAreasVector does the first pixels of p, four at a time, and returns how many.
func addAreasVector(a *areaLanes, g []float32, q, r, w []float64, p []float32) int {
	n := len(p) &^ 3
	if n == 0 || !haveAVX2 {
		return 0
	}
	_, _, _, _ = g[n-1], q[n-1], r[n-1], w[n-1]
	addAreasAVX2(a, &g[0], &q[0], &r[0], &w[0], &p[0], n, &lanes)
	return n
}

//go:noescape
func expNegativeAVX2(dst, x *float64, n int, k *laneTable)

//go:noescape
func sigmoidAVX2(q, r *float64, x *float32, n int, k *laneTable)

//go:noescape
func logSigmoidAVX2(lq, lr, q, r *float64, x *float32, n int, k *laneTable)

//go:noescape
func addAreasAVX2(a *areaLanes, grad *float32, q, r, w *float64, p *float32, n int, k *laneTable)
