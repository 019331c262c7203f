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
	n = f.numberRoots(1, end, 0)
	f.follow(1, end, nil)
	return n
}

// numberRoots gives the ids after n to the roots among the entries first ≤ i < end that have none. It
// returns the last.
func (f forest) numberRoots(first, end int32, n int) (last int) {
	const stretch = 512 // most have no roots
	for first < end {
		stop := first + min(stretch, end-first)
		last := n + f.roots(first, stop)
		for i := first; n < last; i++ {
			if f[i] == i {
				n++
				f[i] = -int32(n)
			}
		}
		first = stop
	}
	return n
}

// roots counts the roots among the entries first ≤ i < end.
func (f forest) roots(first, end int32) (n int) {
	if eights := (end - first) / 8; haveAVX2 && eights > 0 {
		n = int(rootsAVX2(&f[first], first, int(eights)))
		first += 8 * eights
	}
	for i := first; i < end; i++ {
		if f[i] == i {
			n++
		}
	}
	return n
}

// id returns that of a run whose root has one. It shortens the way there.
func (f forest) id(i int32) int32 {
	for f[i] >= 0 {
		parent := f[i]
		if f[parent] >= 0 {
			f[i] = f[parent]
		}
		i = parent
	}
	return -f[i]
}

// follow gives the entries first ≤ i < end the ids of their roots, which are among them or known; if
// there is a table, what it has for those ids.
func (f forest) follow(first, end int32, table []int32) {
	for i := first; i < end; {
		if haveAVX2 {
			i += followAVX2(&f[0], i, end-i)
		}
		for stop := min(i+8, end); i < stop; i++ {
			if p := f[i]; p >= 0 {
				f[i] = f[p]
			} else if table != nil {
				f[i] = table[-p]
			} else {
				f[i] = -p
			}
		}
	}
}
