//go:build !amd64 || purego

package labeling

// Without vector instructions nothing calls these.

const haveAVX2 = false

func packAVX2(set *uint64, pixels *uint8, words int)   { panic("labeling: no AVX2") }
func followAVX2(f *int32, first, n int32) (done int32) { panic("labeling: no AVX2") }
func countAVX2(out *int32, first int32, eights int)    { panic("labeling: no AVX2") }
func rootsAVX2(f *int32, first int32, eights int) (roots int32) {
	panic("labeling: no AVX2")
}
func paintAVX2(out, ids *int32, set *uint64, b *band, eights int, startsUpTo, ones *[256][8]uint8, past bool) {
	panic("labeling: no AVX2")
}
func clearPastAVX2(out *int32, eights int) { panic("labeling: no AVX2") }
func fence()                               { panic("labeling: no AVX2") }
func aligned(p *int32) bool                { panic("labeling: no AVX2") }
