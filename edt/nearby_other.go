//go:build !amd64 || purego

package edt

const haveNearby = false

func nearestNearby(o, f []int32, n, steps int) bool            { return false }
func nearestIDNearby(o, oid, f, id []int32, n, steps int) bool { return false }
func secondNearby(o2, oid2, c, f1, id1, f2, id2 []int32, n, steps int) bool {
	return false
}
