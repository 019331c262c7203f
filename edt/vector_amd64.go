//go:build !purego

package edt

import "golang.org/x/sys/cpu"

var haveAVX2 = cpu.X86.HasAVX2

//go:noescape
func nearestAVX2(o, f *int32, n, steps int) (all bool)

//go:noescape
func lowestAVX2(f *int32, d, n int) (v int)

//go:noescape
func farAVX2(o, at, f *int32, d, n, blocks, first int)

//go:noescape
func nearestFloatAVX2(o, f *float64, n, steps int, w float64) (all bool)

//go:noescape
func nearestIDAVX2(o, oid, f, id *int32, n, steps int, limit, inf int32) (all bool)

//go:noescape
func secondAVX2(o2, oid2, o1, c, f1, id1, f2, id2 *int32, n, steps int, lowest, highest, limit, inf int32) (all bool)

//go:noescape
func forwardNearestAVX2(f, before *int32, mask *uint8, flip int32, n int)

// lookForSitesAVX2 gives 64 columns the steps to the first site of up to 254 planes of a mask, of
// which away leads from one to the next, or outside where there is none. Sites are zeros if flip is
// 0, all else if it is −1. It reports whether all columns have one.
//
//go:noescape
func lookForSitesAVX2(f *int32, mask *uint8, away, planes int, flip, outside int32) (all bool)

//go:noescape
func extendNearestAVX2(f, part *int32, steps int32, n int)

//go:noescape
func backwardNearestAVX2(next, known *int32, n int)

//go:noescape
func forwardTwoAVX2(f1, id1, f2, id2, g1, c1, g2, c2, labels *int32, n int)

// lookForTwoAVX2 adds to what columns know of the two nearest distinct objects, and the steps to
// them, what is in some more planes of labels, of which away leads from one to the next and done is
// the steps to the first. It reports whether all columns know of both.
//
//go:noescape
func lookForTwoAVX2(f1, id1, f2, id2, labels *int32, away, planes, n int, done int32) (all bool)

//go:noescape
func backwardTwoAVX2(f1, id1, f2, id2, g1, c1, g2, c2 *int32, n int, steps int32)

//go:noescape
func squaresAVX2(dst, steps *int32, reach, inf int32, n int)

//go:noescape
func rootsAVX2(dst *float32, squares *int32, inf int32, n int)
