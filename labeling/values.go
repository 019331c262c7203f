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
	before := c.rowsBefore()
	line := func(r int) []T { return values.Data[r*w : (r+1)*w] }

	runs := make([]run, 1)        // of all rows; none for entry 0 of the forest
	rows := make([]int, 1, d*h+1) // where those of each row begin, and end
	rows[0] = 1
	f := forest{0}
	for r := range d * h {
		runs = appendRuns(runs, line(r))
		mustFit(len(runs))
		rows = append(rows, len(runs))
		for i := rows[r]; i < rows[r+1]; i++ {
			f = append(f, int32(i))
		}
		z, y := r/h, r%h
		for _, b := range before {
			if z+b.dz < 0 || y+b.dy < 0 || y+b.dy >= h {
				continue
			}
			o := r + b.dz*h + b.dy
			joinEqual(f, runs, rows[o:][:2], rows[r:][:2], line(o), line(r), b.reach)
		}
	}
	n := f.number()
	for r := range d * h {
		out := dst.Data[r*w : (r+1)*w]
		clear(out)
		for i := rows[r]; i < rows[r+1]; i++ {
			fill(out[runs[i].start:runs[i].end], f[i])
		}
	}
	return dst, n
}

// run is a stretch of one non-zero value in a row, end excluded.
type run struct{ start, end int }

// appendRuns appends the runs of a row.
func appendRuns[T grid.Element](runs []run, line []T) []run {
	for start := 0; start < len(line); {
		v := line[start]
		end := start + 1
		for end < len(line) && line[end] == v {
			end++
		}
		if v != 0 {
			runs = append(runs, run{start, end})
		}
		start = end
	}
	return runs
}

// joinEqual joins runs of row a with runs of row b, a later one, that have the same value
// and share a column, or after reach columns more on either side would.
func joinEqual[T grid.Element](f forest, runs []run, a, b []int, lineA, lineB []T, reach int) {
	first := a[0] // the first run of a that is not wholly to the left
	for j := b[0]; j < b[1]; j++ {
		this := runs[j]
		for first < a[1] && runs[first].end+reach <= this.start {
			first++
		}
		v := lineB[this.start]
		for i := first; i < a[1] && runs[i].start < this.end+reach; i++ {
			if lineA[runs[i].start] == v && !f.adopt(int32(i), int32(j)) {
				f.unite(int32(i), int32(j))
			}
		}
	}
}
