package labeling

// forest is a union-find forest over segments of rows: each entry names a parent,
// a root itself. Parents come no later than their children, so a root is the
// first of its tree in raster order. Entry 0 and other background have parent 0.
type forest []int32

// adopt puts segment j, if it is a tree of its own, below the parent of segment i
// of an earlier row. It reports whether the two have one parent now; if not, they
// must unite.
func (f forest) adopt(i, j int32) bool {
	x, y := f[i], f[j]
	if y == j {
		y = x
	}
	f[j] = y
	return x == y
}

// unite makes one tree of those of segments i and j. It halves paths on the way
// (Tarjan and van Leeuwen 1984) and leaves i and j below the root, since the next
// row looks there first. It is rare and stays out of the loop that adopts.
//
//go:noinline
func (f forest) unite(i, j int32) {
	a, b := f[i], f[j]
	for f[a] != a {
		f[a] = f[f[a]]
		a = f[a]
	}
	for f[b] != b {
		f[b] = f[f[b]]
		b = f[b]
	}
	root := min(a, b)
	f[max(a, b)] = root
	f[i], f[j] = root, root
}

// number replaces parents by ids, 1..n in the order of the roots, and returns n.
// It looks at every step-th entry from 1 on: the others must be background.
func (f forest) number(step int) (n int) {
	for i := 1; i < len(f); i += step {
		p := int(f[i])
		id := f[p]
		if p == i {
			n++
			id = int32(n)
		}
		f[i] = id
	}
	return n
}
