package labeling

import "math/bits"

// paint writes the labels of rows of w pixels: ids has one for each segment between
// turns, from the background before the first run on.
func paint(data, ids []int32, turns []uint64, w, words int) {
	at, seg := 0, 0 // all before at is written; seg is the segment that starts there
	for x := 0; x < len(data); x += w {
		at, seg = paintRow(data, ids, turns[:words], x, x+w, at, seg)
		turns = turns[words:]
	}
	clear(data[at:])
}

const (
	// chunk is how many labels are written at a time. Whatever goes beyond the end
	// of a segment is overwritten by the next one: a branch that guesses the
	// segment's length wrong costs more than the stores.
	chunk = 16
	// crowded is the number of turns in a word from which on one pixel after
	// another is faster than segments.
	crowded = 12
)

// paintRow writes the segments that end in the row data[x:end] and returns where
// the first that does not, a background one, starts.
func paintRow(data, ids []int32, turns []uint64, x, end, at, seg int) (int, int) {
	id := ids[seg]
	for _, t := range turns {
		switch {
		case t == 0:
		case bits.OnesCount64(t) >= crowded && x+64 <= end:
			fill(data[at:x], id)
			seg = paintWord((*[64]int32)(data[x:]), ids, t, seg)
			at, id = x+64, ids[seg]
		default:
			for ; t != 0; t &= t - 1 {
				to := x + bits.TrailingZeros64(t)
				if to-at > 4*chunk || to+chunk > len(data) {
					fill(data[at:to], id)
					at = to
				}
				v := twice(id)
				for ; at < to; at += chunk {
					q := (*[chunk]int32)(data[at:])
					put8((*[8]int32)(q[:8]), v)
					put8((*[8]int32)(q[8:]), v)
				}
				at = to
				seg++
				id = ids[seg]
			}
		}
		x += 64
	}
	if id != 0 {
		fill(data[at:end], id)
		at = end
		seg++
	}
	return at, seg
}

// paintWord writes 64 labels and returns the segment of the last.
func paintWord(out *[64]int32, ids []int32, t uint64, seg int) int {
	for x := 0; x < len(out); x += 4 {
		a := seg + int(t&1)
		b := a + int(t>>1&1)
		c := b + int(t>>2&1)
		seg = c + int(t>>3&1)
		t >>= 4
		q := (*[4]int32)(out[x:])
		q[0], q[1], q[2], q[3] = ids[a], ids[b], ids[c], ids[seg]
	}
	return seg
}

// fill sets all of out to id.
func fill(out []int32, id int32) {
	if id == 0 {
		clear(out)
		return
	}
	v := twice(id)
	for len(out) >= chunk {
		q := (*[chunk]int32)(out)
		put8((*[8]int32)(q[:8]), v)
		put8((*[8]int32)(q[8:]), v)
		out = out[chunk:]
	}
	for i := range out {
		out[i] = id
	}
}

// put8 writes the two labels v holds four times.
func put8(q *[8]int32, v uint64) {
	a, b := int32(v), int32(v>>32) // adjacent halves are stored at once
	q[0], q[1], q[2], q[3], q[4], q[5], q[6], q[7] = a, b, a, b, a, b, a, b
}

// twice returns the id in both halves.
func twice(id int32) uint64 { return uint64(uint32(id))<<32 | uint64(uint32(id)) }
