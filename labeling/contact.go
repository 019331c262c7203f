package labeling

import "github.com/weightmap/weightmap/grid"

// Ridge separates touching objects by a one-pixel ridge of background: of any two
// pixels that touch and have different ids, the later one in raster order becomes
// 0. All other pixels keep their id. Afterwards no two ids touch at this
// connectivity. dst may be labels itself.
//
// This is what Freiburg's U-Net does before it computes weights (Falk et al. 2019,
// the ImageJ plugin, TrainingSample.java, "Adding gaps"), with connectivity 8 or
// 26: a pixel is dropped if one of the 4 (2-D) or 13 (3-D) neighbours before it
// belongs to another instance in the labels as they came. The ridge costs objects
// pixels, and an object all of whose pixels touch others vanishes.
func Ridge(dst, labels *grid.Labels, c Connectivity) *grid.Labels {
	c.must(labels.Shape)
	dst = grid.Like(dst, labels.Shape)
	copy(dst.Data, labels.Data)
	eachContact(labels, c, func(later, _ int) { dst.Data[later] = 0 })
	return dst
}

// Touching returns how many pairs of ids touch: unordered, each counted once,
// however many pixels they have in contact.
func Touching(labels *grid.Labels, c Connectivity) int {
	c.must(labels.Shape)
	type pair struct{ lower, upper int32 }
	pairs := map[pair]struct{}{}
	var last pair // contacts come in rows of the same pair
	eachContact(labels, c, func(later, earlier int) {
		a, b := labels.Data[later], labels.Data[earlier]
		if p := (pair{min(a, b), max(a, b)}); p != last {
			pairs[p] = struct{}{}
			last = p
		}
	})
	return len(pairs)
}

// eachContact calls found with the indices of every two pixels that touch and have
// different ids. It goes backwards through the later of them and looks at what
// comes before only, so found may change the later one, and labels, as it goes.
func eachContact(labels *grid.Labels, c Connectivity, found func(later, earlier int)) {
	d, h, w := extent(labels.Shape)
	rows := c.rowsBefore()
	before := make([]neighbourRow, 0, 4) // those that the grid has
	for r := d*h - 1; r >= 0; r-- {
		before = before[:0]
		for _, n := range rows {
			if z, y := r/h+n.dz, r%h+n.dy; z >= 0 && y >= 0 && y < h {
				before = append(before, n)
			}
		}
		line := labels.Data[r*w : (r+1)*w]
		for end := w; end > 0; {
			start, id := lastRun(line[:end])
			if id != 0 {
				if start > 0 && line[start-1] != 0 {
					found(r*w+start, r*w+start-1)
				}
				for _, n := range before {
					o := (r + n.dz*h + n.dy) * w
					eachAbove(labels.Data[o:o+w], id, start, end, n.reach, func(x, at int) { found(r*w+x, o+at) })
				}
			}
			end = start
		}
	}
}

// lastRun returns where the run of equal ids starts that ends the line, and their id.
func lastRun(line []int32) (start int, id int32) {
	id = line[len(line)-1]
	for i := len(line) - 2; i >= 0; i-- {
		if line[i] != id {
			return i + 1, id
		}
	}
	return 0, id
}

// eachAbove calls found for each column x of the run [start, end) and each at of
// line, at most reach away from it, that has an id other than that of the run.
func eachAbove(line []int32, id int32, start, end, reach int, found func(x, at int)) {
	lo, hi := max(start-reach, 0), min(end+reach, len(line))
	for i, other := range line[lo:hi] {
		if other != id && other != 0 {
			at := lo + i
			for x := max(at-reach, start); x < min(at+reach+1, end); x++ {
				found(x, at)
			}
		}
	}
}
