package labeling

import "math/bits"

type painting Labeler

// Run writes the labels of bands that have runs.
func (l *painting) Run(_, lo, hi int) {
	k := &l.call
	first, end := lo*k.unit, hi*k.unit
	ids, out := (*Labeler)(l).ids(first), (*Labeler)(l).out(first, end)
	for b := first; b < end; b++ {
		for r := k.firstRow(b); r < k.firstRow(b+1); r++ {
			if l.runs[b] > 0 {
				paint(out, k.w, ids, (*Labeler)(l).row(r), (*Labeler)(l).band(b), k.past)
			}
			out = out[k.w:]
		}
	}
	if k.past {
		fence()
	}
}

// out is where the labels of bands first ≤ b < end go.
func (l *Labeler) out(first, end int) []int32 {
	k := &l.call
	return k.labels[k.firstRow(first)*k.w : k.firstRow(end)*k.w]
}

// clear writes the labels of bands first ≤ b < end, which have no runs.
func (l *Labeler) clear(first, end int) {
	if out := l.out(first, end); l.call.past && len(out) > 0 {
		clearPastAVX2(&out[0], len(out)/8)
	} else {
		clear(out)
	}
}

// beyond is how many entries after the last of a forest may be read.
const beyond = 8

// paint writes the labels of a row of w pixels: where one is set, the id of the last run that
// starts no later. What comes after them in out may be set to 0. With past they are written
// past the cache.
func paint(out []int32, w int, ids []int32, set []uint64, b []band, past bool) {
	if !haveAVX2 {
		paintRuns(out[:w], w, ids, set, b)
		return
	}
	done := (w + 7) &^ 7
	if done > len(out) {
		done -= 8
	}
	if done > 0 {
		paintAVX2(&out[0], &ids[0], &set[0], &b[0], done/8, &startsUpTo, &ones, past)
	}
	if done < w {
		i, x := done/64, done%64
		runs := bits.OnesCount64(b[i].start & (1<<x - 1))
		paintEach(out[done:w], ids[int(b[i].run)+runs:], set[i]>>x, b[i].start>>x)
	}
}

// startsUpTo has for each byte, whose bits say where runs start, how many start no later than
// each bit; ones has all ones for each bit of a byte that is 1.
var startsUpTo, ones = eights()

func eights() (startsUpTo, ones [256][8]uint8) {
	for v := range 256 {
		n := uint8(0)
		for x := range 8 {
			bit := uint8(v >> x & 1)
			n += bit
			startsUpTo[v][x], ones[v][x] = n, -bit
		}
	}
	return startsUpTo, ones
}

// large is the number of labels from which on they do not stay in the cache, so that to write them
// there first would only cost more. Tests change it.
var large = 1 << 23

const (
	// chunk is how many labels are written at a time. Whatever goes beyond the end
	// of a run is overwritten by what comes next: a branch that guesses the
	// run's length wrong costs more than the stores.
	chunk = 16
	// crowded is the number of turns in a word from which on one pixel after
	// another is faster than runs.
	crowded = 12
)

// paintRuns does so run by run.
func paintRuns(out []int32, w int, ids []int32, set []uint64, b []band) {
	at, id := 0, int32(0) // all before at is written, and id is what comes there
	before := uint64(0)   // the last pixel of the word before
	for i := range b {
		s := set[i]
		turns := s ^ (s<<1 | before)
		before = s >> 63
		if bits.OnesCount64(turns) >= crowded && 64*i+64 <= w {
			fill(out[at:64*i], id)
			at = 64*i + 64
			paintEach(out[64*i:at], ids[b[i].run:], s, b[i].start)
			id = ids[b[i].run+int32(bits.OnesCount64(b[i].start))] & -int32(before)
			continue
		}
		for ; turns != 0; turns &= turns - 1 {
			x := bits.TrailingZeros64(turns)
			to := 64*i + x
			if to-at > 4*chunk || to+chunk > len(out) {
				fill(out[at:to], id)
				at = to
			}
			for ; at < to; at += chunk {
				q := (*[chunk]int32)(out[at:])
				put8((*[8]int32)(q[:8]), id)
				put8((*[8]int32)(q[8:]), id)
			}
			at = to
			id = ids[b[i].run+int32(bits.OnesCount64(b[i].start&upTo(turns)))] & -int32(s>>x&1)
		}
	}
	if at < w {
		fill(out[at:w], id)
	}
}

// paintEach writes up to 64 labels one by one; ids has first that of the last run before them.
func paintEach(out, ids []int32, set, start uint64) {
	run := 0
	for ; len(out) >= 4; out = out[4:] {
		a := run + int(start&1)
		b := a + int(start>>1&1)
		c := b + int(start>>2&1)
		run = c + int(start>>3&1)
		q := (*[4]int32)(out)
		q[0], q[1] = ids[a]&-int32(set&1), ids[b]&-int32(set>>1&1)
		q[2], q[3] = ids[c]&-int32(set>>2&1), ids[run]&-int32(set>>3&1)
		set, start = set>>4, start>>4
	}
	for x := range out {
		run += int(start & 1)
		out[x] = ids[run] & -int32(set&1)
		set, start = set>>1, start>>1
	}
}

// fill sets all of out to id.
func fill(out []int32, id int32) {
	if id == 0 {
		clear(out)
		return
	}
	for len(out) >= 8 {
		put8((*[8]int32)(out), id)
		out = out[8:]
	}
	for i := range out {
		out[i] = id
	}
}

// put8 writes an id eight times.
func put8(q *[8]int32, id int32) {
	v := uint64(uint32(id))<<32 | uint64(uint32(id))
	a, b := int32(v), int32(v>>32) // adjacent halves are stored at once
	q[0], q[1], q[2], q[3], q[4], q[5], q[6], q[7] = a, b, a, b, a, b, a, b
}
