package labeling

import "github.com/weightmap/weightmap/grid"

// ComponentsByValue labels the connected components of equal non-zero value: 1..n
// in raster order of their first pixels, 0 where the value is 0. It returns the
// labels and n. Two components that touch have different values, so an id that is
// used for several pieces becomes several ids, and touching ids stay apart.
//
// Values are compared with ==. A NaN is equal to nothing, so each is a component
// of its own. With T int32, dst may be values itself. It panics as [Components] does.
func ComponentsByValue[T grid.Element](dst *grid.Labels, values *grid.Grid[T], c Connectivity) (*grid.Labels, int) {
	c.must(values.Shape)
	dst = grid.Like(dst, values.Shape)
	d, h, w := extent(values.Shape)
	words := (w + 63) / 64
	before := c.rowsBefore()
	reach := min(h, 2) // of rows
	if d > 1 {
		reach = h + 2
	}
	runs := make([][]run, reach) // of the rows that the current one may touch
	line := func(r int) []T { return values.Data[r*w : (r+1)*w] }

	l := byValue{turns: make([]uint64, d*h*words), forest: forest{0}}
	for r := range d * h {
		z, y := r/h, r%h
		this := &runs[r%len(runs)]
		*this = findRuns(&l, (*this)[:0], l.turns[r*words:(r+1)*words], line(r))
		mustFit(len(l.forest), values.Shape)
		for _, b := range before {
			if z+b.dz < 0 || y+b.dy < 0 || y+b.dy >= h {
				continue
			}
			o := r + b.dz*h + b.dy
			joinEqual(l.forest, runs[o%len(runs)], *this, line(o), line(r), b.reach)
		}
	}
	n := l.forest.number(1)
	paint(dst.Data, l.forest, l.turns, w, words)
	return dst, n
}

// byValue is what is known of the rows seen; see [Labeler].
type byValue struct {
	turns  []uint64
	forest forest
}

// run is a stretch of one non-zero value in a row, end excluded, and its entry in
// the forest.
type run struct {
	start, end int
	seg        int32
}

// findRuns appends the runs of a row, and its segments to the forest.
func findRuns[T grid.Element](l *byValue, runs []run, turns []uint64, line []T) []run {
	clear(turns)
	inRun := false
	for start := 0; start < len(line); {
		v := line[start]
		end := start + 1
		for end < len(line) && line[end] == v {
			end++
		}
		if v != 0 || inRun { // else a row's leading background, which is there already
			turns[start/64] |= 1 << (start % 64)
			seg := int32(0)
			if v != 0 {
				seg = int32(len(l.forest))
				runs = append(runs, run{start, end, seg})
			}
			l.forest = append(l.forest, seg)
		}
		inRun = v != 0
		start = end
	}
	if inRun {
		l.forest = append(l.forest, 0) // the background between the rows
	}
	return runs
}

// joinEqual joins runs of a with runs of b, a later row, that have the same value
// and share a column, or after reach columns more on either side would.
func joinEqual[T grid.Element](f forest, as, bs []run, lineA, lineB []T, reach int) {
	first := 0 // the first run of a that is not wholly to the left
	for _, b := range bs {
		for first < len(as) && as[first].end+reach <= b.start {
			first++
		}
		v := lineB[b.start]
		for _, a := range as[first:] {
			if a.start >= b.end+reach {
				break
			}
			if lineA[a.start] == v && !f.adopt(a.seg, b.seg) {
				f.unite(a.seg, b.seg)
			}
		}
	}
}
