//go:build !amd64 || purego

package edt

// Without vector instructions nothing calls these.

const haveAVX2 = false

func nearestAVX2(o, f *int32, n, steps int) bool                              { panic("edt: no AVX2") }
func lowestAVX2(f *int32, d, n int) int                                       { panic("edt: no AVX2") }
func farAVX2(o, at, f *int32, d, n, blocks, first int)                        { panic("edt: no AVX2") }
func nearestFloatAVX2(o, f *float64, n, steps int, w float64) bool            { panic("edt: no AVX2") }
func nearestIDAVX2(o, oid, f, id *int32, n, steps int, limit, inf int32) bool { panic("edt: no AVX2") }
func secondAVX2(o2, oid2, o1, c, f1, id1, f2, id2 *int32, n, steps int, lowest, highest, limit, inf int32) bool {
	panic("edt: no AVX2")
}
func forwardNearestAVX2(f, before *int32, mask *uint8, flip int32, n int)   { panic("edt: no AVX2") }
func backwardNearestAVX2(next, known *int32, n int)                         { panic("edt: no AVX2") }
func forwardTwoAVX2(f1, id1, f2, id2, g1, c1, g2, c2, labels *int32, n int) { panic("edt: no AVX2") }
func backwardTwoAVX2(f1, id1, f2, id2, g1, c1, g2, c2 *int32, n int, steps int32) {
	panic("edt: no AVX2")
}
func squaresAVX2(dst, steps *int32, reach, inf int32, n int)   { panic("edt: no AVX2") }
func rootsAVX2(dst *float32, squares *int32, inf int32, n int) { panic("edt: no AVX2") }
func lookForSitesAVX2(f *int32, mask *uint8, away, planes int, flip, outside int32) bool {
	panic("edt: no AVX2")
}
func lookForTwoAVX2(f1, id1, f2, id2, labels *int32, away, planes, n int, done int32) bool {
	panic("edt: no AVX2")
}
func extendNearestAVX2(f, part *int32, steps int32, n int) { panic("edt: no AVX2") }
