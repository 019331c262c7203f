package labeling

import (
	"math"
	"slices"
)

// hand is what one worker has labelled.
type hand struct {
	forest  forest // an entry for each run: its parent, and in the end its id
	parts   []part
	open    bool     // the last part has no ids yet
	tooMany bool     // runs
	_       [64]byte // no two in a cache line
}

// part is bands that one worker has labelled one after another, by themselves.
type part struct {
	first, end int // bands
	worker     int
	trees      int
	before     int // trees of the parts before
}

// clearedAtOnce is of how many labels zeros are written, which go to memory while the next rows are
// packed.
const clearedAtOnce = 1 << 12

type labelling Labeler

// Run labels bands: it finds what touches, and writes where nothing is. With those that the worker has
// labelled just before them they are one part.
func (l *labelling) Run(worker, lo, hi int) {
	k, h := &l.call, &l.hands[worker]
	first, end := lo*k.unit, hi*k.unit
	if !h.open {
		h.open = true
		h.parts = append(h.parts, part{first: first, worker: worker})
		h.grow(1)
		h.forest[len(h.forest)-1] = 0 // nobody's: what is before the first run
	}
	p := &h.parts[len(h.parts)-1]
	p.end = end
	empty := first // bands from here on have no runs
	for b := first; b < end; b++ {
		if h.tooMany = h.tooMany || !fits(len(h.forest)+k.w/2+1); h.tooMany {
			return
		}
		entry := int32(len(h.forest))
		l.runs[b] = (*Labeler)(l).pack(b, entry-1)
		if l.runs[b] == 0 {
			if (b+1-empty)*k.rowsIn*k.w >= clearedAtOnce {
				(*Labeler)(l).clear(empty, b+1)
				empty = b + 1
			}
			continue
		}
		(*Labeler)(l).clear(empty, b)
		empty = b + 1
		h.grow(int(l.runs[b]))
		h.forest.plant(entry, entry+l.runs[b])
		(*Labeler)(l).join(h.forest, nil, b, p.first)
	}
	(*Labeler)(l).clear(empty, end)
	if k.past {
		fence()
	}
}

// Finish gives the trees of a worker's part ids, 1..n in raster order of the first pixels.
func (l *labelling) Finish(worker int) {
	h := &l.hands[worker]
	h.open = false
	if !h.tooMany && !l.call.lying {
		p := &h.parts[len(h.parts)-1]
		p.trees = (*Labeler)(l).number(p)
	}
}

// entries are those of the runs in bands first ≤ b < end, which are of one part: the first, and the one
// after the last.
func (l *Labeler) entries(first, end int) (i, j int32) {
	if first == end {
		return 0, 0
	}
	last := end - 1
	return l.band(first)[0].run + 1, l.band(last)[0].run + l.runs[last] + 1
}

// follow gives the runs of a part the ids of their trees, or if there is a table what it has for those.
func (l *Labeler) follow(p *part, table []int32) {
	first, end := l.entries(p.first, p.end)
	l.hands[p.worker].forest.follow(first, end, table)
}

// grow makes room for so many entries, and for what is read after them.
func (h *hand) grow(n int) {
	h.forest = slices.Grow(h.forest, n+beyond)[:len(h.forest)+n]
}

// mostEntries is how many a forest may have, so that all can be indexed. Tests change it.
var mostEntries = math.MaxInt32 - beyond

// fits reports whether a forest may have n entries.
func fits(n int) bool { return n <= mostEntries }

// mustFit panics if one may not.
func mustFit(n int) {
	if !fits(n) {
		panic("labeling: the runs are more than 32 bits can count")
	}
}

// mustFit panics if the entries of all workers are too many for one forest.
func (l *Labeler) mustFit() {
	runs := 0
	for w := range l.hands {
		h := &l.hands[w]
		runs += len(h.forest)
		if h.tooMany {
			runs = mostEntries + 1
		}
		mustFit(runs)
	}
}
