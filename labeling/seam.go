package labeling

import (
	"cmp"
	"slices"
)

// seam is where two parts meet.
type seam struct {
	above, below             forest // the ids of runs in their parts
	aboveBefore, belowBefore int32  // trees of the parts before
}

// joinParts joins the trees of the parts. It returns how many there are.
func (l *Labeler) joinParts() int {
	k := &l.call
	l.parts = l.parts[:0]
	for w := range l.hands {
		l.parts = append(l.parts, l.hands[w].parts...)
	}
	slices.SortFunc(l.parts, func(p, q part) int { return cmp.Compare(p.first, q.first) })
	trees := 0
	for i := range l.parts {
		l.parts[i].before = trees
		trees += l.parts[i].trees
	}
	if len(l.parts) == 1 {
		return trees
	}
	l.trees = grow(l.trees, trees+1)
	l.trees.plant(0, int32(trees+1))
	for i, below := range l.parts[1:] {
		above := l.parts[i]
		s := &seam{l.hands[above.worker].forest, l.hands[below.worker].forest, int32(above.before), int32(below.before)}
		for b := below.first; b < below.first+k.unit; b++ {
			l.join(l.trees, s, b, below.first)
		}
	}
	return l.trees.number()
}

// ids returns those of the runs by their entries. It makes those of some bands, which are of one part,
// ids of the whole.
func (l *Labeler) ids(first, end int) forest {
	i, found := slices.BinarySearchFunc(l.parts, first, func(p part, b int) int { return cmp.Compare(p.first, b) })
	if !found {
		i--
	}
	p := &l.parts[i]
	f := l.hands[p.worker].forest
	if len(l.parts) > 1 {
		entry, end := l.band(first)[0].run+1, l.band(end - 1)[0].run+l.runs[end-1]+1
		f[entry:end].lookUp(l.trees[p.before:])
	}
	return f
}
