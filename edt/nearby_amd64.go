//go:build !purego

package edt

import "golang.org/x/sys/cpu"

var haveNearby = cpu.X86.HasAVX2

//go:noescape
func nearestAVX2(o, f *int32, n, steps int) (all bool)

//go:noescape
func nearestIDAVX2(o, oid, f, id *int32, n, steps int) (all bool)

//go:noescape
func secondAVX2(o2, oid2, c, f1, id1, f2, id2 *int32, n, steps int) (all bool)

// The slices begin at the line's first pixel and go on for a margin behind its
// last; a margin before them is read as well.

func nearestNearby(o, f []int32, n, steps int) bool {
	return nearestAVX2(&o[0], &f[0], n, steps)
}

func nearestIDNearby(o, oid, f, id []int32, n, steps int) bool {
	return nearestIDAVX2(&o[0], &oid[0], &f[0], &id[0], n, steps)
}

func secondNearby(o2, oid2, c, f1, id1, f2, id2 []int32, n, steps int) bool {
	return secondAVX2(&o2[0], &oid2[0], &c[0], &f1[0], &id1[0], &f2[0], &id2[0], n, steps)
}
