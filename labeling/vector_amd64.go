//go:build !purego

package labeling

import "golang.org/x/sys/cpu"

var haveAVX2 = cpu.X86.HasAVX2 && cpu.X86.HasPOPCNT

// packAVX2 turns 64 pixels at a time to bits.
//
//go:noescape
func packAVX2(set *uint64, pixels *uint8, words int)

// followAVX2 follows eight parents at a time, of up to n entries, as long as all eight are parents
// that come before the eight. It returns of how many.
//
//go:noescape
func followAVX2(f *int32, first, n int32) (done int32)

// rootsAVX2 counts, of entries from first on, those that are roots. f is where they begin.
//
//go:noescape
func rootsAVX2(f *int32, first int32, eights int) (roots int32)

// paintAVX2 writes eight labels at a time, past the cache if so, where out must be a multiple of
// 32 bytes. It reads up to beyond ids after the last.
//
//go:noescape
func paintAVX2(out, ids *int32, set *uint64, b *band, eights int, startsUpTo, ones *[256][8]uint8, past bool)

// clearPastAVX2 writes eight zeros at a time past the cache; out must be a multiple of 32 bytes.
//
//go:noescape
func clearPastAVX2(out *int32, eights int)

// fence waits for what was written past the cache.
func fence()

// aligned reports whether a pointer is a multiple of 32 bytes.
func aligned(p *int32) bool

// countAVX2 writes first, first+1 and so on, eight at a time.
//
//go:noescape
func countAVX2(out *int32, first int32, eights int)
