// Package transpose turns images of many rows and few columns on their side, and back. Workers may
// each turn some of the rows.
package transpose

// ToColumns puts the rows lo ≤ r < hi of src, at least one, into the columns of dst, its transpose,
// two at a time.
func ToColumns[T any](dst, src []T, rows, columns, lo, hi int) {
	for c := 0; c < columns; c += 2 {
		d := min(c+1, columns-1)
		src := src[lo*columns+c : (hi-1)*columns+d+1]
		to, and := dst[c*rows+lo:c*rows+hi], dst[d*rows+lo:d*rows+hi]
		and = and[:len(to)]
		k, next := 0, d-c
		for r := range to {
			to[r], and[r] = src[k], src[k+next]
			k += columns
		}
	}
}

// ToRows makes dst the rows lo ≤ r < hi of the transpose of src.
func ToRows[T any](dst, src []T, rows, columns, lo, hi int) {
	for c := 0; c < columns; c += 2 {
		d := min(c+1, columns-1)
		from, and := src[c*rows+lo:c*rows+hi], src[d*rows+lo:d*rows+hi]
		and = and[:len(from)]
		k, next := c, d-c
		for r, v := range from {
			dst[k], dst[k+next] = v, and[r]
			k += columns
		}
	}
}
