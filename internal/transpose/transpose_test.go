package transpose_test

import (
	"slices"
	"testing"

	"github.com/weightmap/weightmap/internal/transpose"
)

// Turned in pieces, every pixel is where its row and column are swapped; and back again.
func TestThereAndBack(t *testing.T) {
	for columns := 1; columns < 9; columns++ {
		for rows := 1; rows < 20; rows++ {
			image := make([]int, rows*columns)
			for i := range image {
				image[i] = i + 1
			}
			turned, back := make([]int, len(image)), make([]int, len(image))
			for lo := 0; lo < rows; lo += 7 {
				transpose.ToColumns(turned, image, rows, columns, lo, min(lo+7, rows))
			}
			for i, v := range turned {
				if y, x := i%rows, i/rows; v != image[y*columns+x] {
					t.Fatalf("%d×%d: row %d, column %d has %d", rows, columns, y, x, v)
				}
			}
			for lo := 0; lo < rows; lo += 5 {
				hi := min(lo+5, rows)
				transpose.ToRows(back[lo*columns:hi*columns], turned, rows, columns, lo, hi)
			}
			if !slices.Equal(image, back) {
				t.Fatalf("%d×%d: %v comes back as %v", rows, columns, image, back)
			}
		}
	}
}
