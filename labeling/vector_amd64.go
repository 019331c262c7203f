//go:build !purego

package labeling

import "golang.org/x/sys/cpu"

var haveAVX2 = cpu.X86.HasAVX2 && cpu.X86.HasPOPCNT

// startsUpTo has for each byte, whose bits say where runs start, how many start no later than
// each bit; ones has all ones for each bit of a byte that is 1.
var startsUpTo, ones = eights()

func eights() (starts, sets [256][8]uint8) {
	for v := range 256 {
		n := uint8(0)
		for x := range 8 {
			bit := uint8(v >> x & 1)
			n += bit
			starts[v][x], sets[v][x] = n, -bit
		}
	}
	return starts, sets
}

// packAVX2 turns 64 pixels at a time to bits.
//
//go:noescape
func packAVX2(set *uint64, pixels *uint8, words int)

// followAVX2 follows eight parents at a time, of up to n entries, as long as all eight come before
// the eight. It returns of how many.
//
//go:noescape
func followAVX2(f *int32, first, n int32) (done int32)

// paintAVX2 writes eight labels at a time. It reads up to beyond ids after the last.
//
//go:noescape
func paintAVX2(out, ids *int32, set *uint64, b *band, eights int)
