package labeling_test

import (
	"testing"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/labeling"
)

// FuzzComponents compares both functions with flood fill. The bytes say the shape
// and the pixels; see decode.
func FuzzComponents(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0, 0, 0, 200, 0x05, 0xfd, 0x02, 0x41})
	f.Add([]byte{1, 0, 40, 70, 1, 2, 3, 0, 1, 0, 2, 0, 3, 0, 3, 3, 1})
	f.Add([]byte{1, 0, 7, 64, 0xfd, 0, 1, 0})
	f.Add([]byte{2, 3, 4, 129, 1, 0, 2, 0x10, 0x21, 0xf0, 5})
	f.Add([]byte{2, 9, 9, 3, 1, 0, 0, 1, 0, 1, 2})
	f.Fuzz(func(t *testing.T, data []byte) {
		values := decode(data)
		ndim := len(values.Shape)
		var l labeling.Labeler
		for _, c := range connectivities(ndim) {
			want, n := flood(values, c)
			if got, k := labeling.ComponentsByValue(nil, values, c); k != n || !grid.Equal(got, want) {
				t.Fatalf("by value at %d: %d components in %s, want %d:\n got %v\nwant %v", c, k, show(values), n, got.Data, want.Data)
			}
			want, n = flood(binary(values), c)
			for range 2 { // with fresh scratch space, and with used
				if got, k := l.Components(nil, values, c); k != n || !grid.Equal(got, want) {
					t.Fatalf("at %d: %d components in %s, want %d:\n got %v\nwant %v", c, k, show(values), n, got.Data, want.Data)
				}
			}
		}
	})
}

// decode turns any bytes to a small grid: the number of axes, three lengths, and
// then runs of pixels, a value of two bits and a length of six, over and over.
func decode(data []byte) *grid.Mask {
	next := func(most int) int {
		if len(data) == 0 {
			return 1
		}
		b := data[0]
		data = data[1:]
		return int(b) % (most + 1)
	}
	axes, d, h, w := next(2), next(9), next(40), next(255)
	g := grid.New[uint8]([]int{d, h, w}[2-axes:]...)
	if len(g.Data) > 1<<13 {
		g = grid.New[uint8]([]int{d % 4, h % 8, w}[2-axes:]...)
	}
	if len(data) == 0 {
		return g
	}
	for i, k := 0, 0; i < len(g.Data); k++ {
		b := data[k%len(data)]
		for n := b >> 2; i < len(g.Data); n-- {
			g.Data[i] = b & 3
			i++
			if n == 0 {
				break
			}
		}
	}
	return g
}
