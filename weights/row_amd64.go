//go:build !purego

package weights

import "golang.org/x/sys/cpu"

var haveAVX2 = cpu.X86.HasAVX2

//go:noescape
func gapsAVX2(w, d1, d2 *float32, labels *int32, n int, b *float64, e *float64)
