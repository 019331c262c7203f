//go:build !purego

package labeling

import "golang.org/x/sys/cpu"

var haveAVX2 = cpu.X86.HasAVX2 && cpu.X86.HasPOPCNT

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
func paintAVX2(out, ids *int32, set *uint64, b *band, eights int, startsUpTo, ones *[256][8]uint8)
