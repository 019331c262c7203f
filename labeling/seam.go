package labeling

import (
	"cmp"
	"slices"
	"sync"
)

// seam is where two parts meet.
type seam struct {
	above, below             forest
	aboveBefore, belowBefore int32 // trees of the parts before
}

// joinParts joins the trees of the parts, of which the ids are those in one part, and finds the ids of
// all. It returns how many there are.
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
		l.follow(&l.parts[0], nil)
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
	l.follows = grow(l.follows, len(l.parts))
	for i := range l.follows {
		l.follows[i] = sync.Once{}
	}
	return l.trees.number()
}

// ids returns the ids of the runs in band b and in those that are of a part with it, by their entries. If
// there are several parts, whoever comes first to one follows its trees.
func (l *Labeler) ids(b int) forest {
	i, found := slices.BinarySearchFunc(l.parts, b, func(p part, b int) int { return cmp.Compare(p.first, b) })
	if !found {
		i--
	}
	p := &l.parts[i]
	if len(l.parts) > 1 {
		l.follows[i].Do(func() { l.follow(p, l.trees[p.before:]) })
	}
	return l.hands[p.worker].forest
}
