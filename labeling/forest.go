package labeling

// forest is a union-find forest over runs: each entry names a parent, a root itself.
// Parents come no later than their children, so a root is the first of its tree. Entry 0
// is nobody's.
type forest []int32

// plant makes trees of their own of the entries first ≤ i < end.
func (f forest) plant(first, end int32) {
	if n := end - first; haveAVX2 && n >= 8 {
		countAVX2(&f[first], first, int(n/8))
		first += n &^ 7
	}
	for i := first; i < end; i++ {
		f[i] = i
	}
}

// adopt puts run j, if it is a tree of its own, below the parent of run i
// of an earlier band. It reports whether the two have one parent now; if not, they
// must unite.
func (f forest) adopt(i, j int32) bool {
	x, y := f[i], f[j]
	if y == j {
		y = x
	}
	f[j] = y
	return x == y
}

// unite makes one tree of those of runs i and j. It halves paths on the way
// (Tarjan and van Leeuwen 1984) and leaves i and j below the root, since the next
// band looks there first. It is rare and stays out of the loop that adopts.
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
func (f forest) number() (n int) { return f.numberFrom(1, int32(len(f)), 0) }

// numberFrom does so for the entries first ≤ i < end, all before them having theirs, with the
// ids after n. A root that has an id already holds the negative of it.
func (f forest) numberFrom(first, end int32, n int) int {
	for i := first; i < end; i++ {
		p := f[i]
		switch {
		case p == i:
			n++
			f[i] = int32(n)
		case p < 0:
			f[i] = -p
		default:
			f[i] = f[p]
		}
	}
	return n
}

// follow gives the entries from first on the ids of their parents, all before them having
// theirs, up to the first root. It returns which that is, or end.
func (f forest) follow(first, end int32) int32 {
	if haveAVX2 {
		first += followAVX2(&f[0], first, end-first)
	}
	for i := first; i < end; i++ {
		p := f[i]
		if p == i {
			return i
		}
		f[i] = f[p]
	}
	return end
}

// roots counts the roots among the entries first ≤ i < end.
func (f forest) roots(first, end int32) (n int) {
	for i := first; i < end; i++ {
		if f[i] == i {
			n++
		}
	}
	return n
}
