package labeling

import "math/bits"

// beyond is how many entries after the last of a forest may be read.
const beyond = 8

// paint writes the labels of a row of w pixels: where one is set, the id of the last run that
// starts no later. What comes after them in out may be overwritten.
func paint(out []int32, w int, ids []int32, set []uint64, b []band) {
	done := 0
	if haveAVX2 {
		if done = (w + 7) &^ 7; done > len(out) {
			done -= 8
		}
		if done > 0 {
			paintAVX2(&out[0], &ids[0], &set[0], &b[0], done/8)
		}
	}
	for done < w {
		i, x := done/64, done%64
		n := min(64-x, w-done)
		left := b[i].start & (1<<x - 1)
		paintWord(out[done:done+n], ids[b[i].run+int32(bits.OnesCount64(left)):], set[i]>>x, b[i].start>>x)
		done += n
	}
}

// crowded is the number of runs in a word from which on one pixel after another is faster
// than runs.
const crowded = 6

// paintWord writes up to 64 labels; ids has first that of the last run before them.
func paintWord(out, ids []int32, set, start uint64) {
	switch {
	case set == 0:
		clear(out)
		return
	case bits.OnesCount64(set&^(set<<1)) >= crowded || len(out) < 8:
		for x := range out {
			ids = ids[start&1:]
			out[x] = ids[0] & -int32(set&1)
			set, start = set>>1, start>>1
		}
		return
	}
	for len(out) > 0 {
		n := min(bits.TrailingZeros64(set), len(out))
		clear(out[:n])
		out, set, start = out[n:], set>>n, start>>n
		if len(out) == 0 {
			return
		}
		ids = ids[start&1:]
		n = min(bits.TrailingZeros64(^set|start&^1), len(out))
		fill(out[:n], ids[0])
		out, set, start = out[n:], set>>n, start>>n
	}
}

// fill sets all of out to id.
func fill(out []int32, id int32) {
	for len(out) >= 8 {
		q := (*[8]int32)(out)
		q[0], q[1], q[2], q[3], q[4], q[5], q[6], q[7] = id, id, id, id, id, id, id, id
		out = out[8:]
	}
	for i := range out {
		out[i] = id
	}
}
