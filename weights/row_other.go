//go:build !amd64 || purego

package weights

const haveAVX2 = false

func gapsAVX2(w, d1, d2 *float32, labels *int32, n int, b *float64, e *float64) {
	panic("weights: no AVX2")
}
