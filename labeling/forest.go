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

// A tree is numbered in two steps: its root gets the negative of its id, and then all get the id.

// number replaces parents by ids, 1..n in the order of the roots, and returns n.
func (f forest) number() (n int) {
	end := int32(len(f))
	roots, _ := f.roots(1, end, 0)
	f.numberRoots(1, 0, int(roots))
	f.follow(1, end)
	return int(roots)
}

// numberRoots gives the ids after n, up to last, to the roots from the entry first on that have
// none. There must be so many.
func (f forest) numberRoots(first int32, n, last int) {
	for i := first; n < last; i++ {
		if f[i] == i {
			n++
			f[i] = -int32(n)
		}
	}
}

// roots counts the roots among the entries first ≤ i < end, and those whose parents are before
// least.
func (f forest) roots(first, end, least int32) (roots, outside int32) {
	if n := (end - first) &^ 7; haveAVX2 && n > 0 {
		roots, outside = rootsAVX2(&f[first], first, int(n/8), least)
		first += n
	}
	for i := first; i < end; i++ {
		if p := f[i]; p == i {
			roots++
		} else if p < least {
			outside++
		}
	}
	return roots, outside
}

// follow gives the entries first ≤ i < end the ids of their roots, which are among them or known.
func (f forest) follow(first, end int32) {
	for i := first; i < end; {
		if haveAVX2 {
			i += followAVX2(&f[0], i, end-i)
		}
		for stop := min(i+8, end); i < stop; i++ {
			if p := f[i]; p < 0 {
				f[i] = -p
			} else {
				f[i] = f[p]
			}
		}
	}
}

// settle gives an entry, and all on the way to its root, which has an id, the negative of that id.
func (f forest) settle(i int32) {
	root := f[i]
	for root >= 0 {
		root = f[root]
	}
	for f[i] >= 0 {
		parent := f[i]
		f[i] = root
		i = parent
	}
}
