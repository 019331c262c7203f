package labeling

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/weightmap/weightmap/grid"
)

// Relabel turns any ids to 1..n in ascending order of id; 0 stays 0. It returns
// the labels and the ids they stand for: original[k-1] is the id of label k, and
// n is len(original). [Restore] is the way back.
//
// With T int32, dst may be ids itself. A NaN is no id: it panics.
func Relabel[T grid.Element](dst *grid.Labels, ids *grid.Grid[T]) (labels *grid.Labels, original []T) {
	return renumber(dst, ids, 0)
}

// Restore is the inverse of [Relabel]: label k becomes original[k-1] and 0 stays
// 0. It panics on a label that has no original. With T int32, dst may be labels itself.
func Restore[T grid.Element](dst *grid.Grid[T], labels *grid.Labels, original []T) *grid.Grid[T] {
	dst = grid.Like(dst, labels.Shape)
	for i, k := range labels.Data {
		switch {
		case k == 0:
			dst.Data[i] = 0
		case k < 0 || int(k) > len(original):
			panic(fmt.Sprintf("labeling: label %d in shape %v has no original among %d", k, labels.Shape, len(original)))
		default:
			dst.Data[i] = original[k-1]
		}
	}
	return dst
}

// RemoveSmall drops the objects of fewer than minPixels pixels and renumbers the
// others 1..n in ascending order of the old id. It returns the labels and n. An
// object is all pixels of one id, in however many pieces. dst may be labels itself.
func RemoveSmall(dst, labels *grid.Labels, minPixels int) (*grid.Labels, int) {
	dst, kept := renumber(dst, labels, minPixels)
	return dst, len(kept)
}

// renumber gives 1..n to the ids of at least minPixels pixels, in ascending order,
// and 0 to the others. It returns the labels and the ids that were kept.
func renumber[T grid.Element](dst *grid.Labels, ids *grid.Grid[T], minPixels int) (*grid.Labels, []T) {
	dst = grid.Like(dst, ids.Shape)
	var seen register[T]
	pixels := []int{0} // by number of the register
	count := func(id T, n int) {
		k := seen.number(id)
		if int(k) == len(pixels) {
			pixels = append(pixels, 0)
		}
		pixels[k] += n
	}
	run, start := T(0), 0
	for i, id := range ids.Data {
		if id != run {
			count(run, i-start)
			run, start = id, i
		}
	}
	count(run, len(ids.Data)-start)

	kept := make([]T, 0, len(pixels))
	same := true // as where somebody has numbered the objects before
	for _, k := range seen.ascending() {
		id, label := seen.ids[k], int32(0)
		if pixels[k] >= minPixels {
			kept = append(kept, id)
			label = int32(len(kept))
		}
		same = same && T(label) == id
		seen.set(id, label)
	}
	if labels, ok := any(ids.Data).([]int32); ok && same {
		copy(dst.Data, labels)
		return dst, kept
	}
	run, label := T(0), int32(0)
	for i, id := range ids.Data {
		if k, ok := seen.place(id); ok {
			dst.Data[i] = seen.small[k]
			continue
		}
		if id != run {
			run, label = id, seen.large[id]
		}
		dst.Data[i] = label
	}
	return dst, kept
}

// register numbers ids 1, 2, 3 … in the order they are first asked for; 0 has 0.
type register[T grid.Element] struct {
	ids   []T         // by number
	small []int32     // the number by id, for ids up to maxSmall
	large map[T]int32 // the number by id, for all others
}

// maxSmall bounds the table that is faster than a map: ids seldom go further.
const maxSmall = 1 << 18

// place returns where in the table the number of an id is, if it is there.
func (r *register[T]) place(id T) (k int, ok bool) {
	k = int(id) // another number if the id is a fraction or huge
	return k, uint(k) < uint(len(r.small)) && T(k) == id
}

func (r *register[T]) number(id T) int32 {
	if r.ids == nil {
		r.ids, r.small, r.large = []T{0}, []int32{0}, map[T]int32{}
	}
	if k, ok := r.place(id); ok && (k == 0 || r.small[k] != 0) {
		return r.small[k]
	}
	if n, ok := r.large[id]; ok {
		return n
	}
	if id != id {
		panic("labeling: NaN is no id")
	}
	n := int32(len(r.ids))
	r.ids = append(r.ids, id)
	if k := int(id); 0 <= k && k <= maxSmall && T(k) == id {
		for len(r.small) <= k {
			r.small = append(r.small, 0)
		}
	}
	r.set(id, n)
	return n
}

// set gives an id that was asked for another number.
func (r *register[T]) set(id T, n int32) {
	if k, ok := r.place(id); ok {
		r.small[k] = n
	} else {
		r.large[id] = n
	}
}

// ascending returns all numbers but 0 in ascending order of their ids.
func (r *register[T]) ascending() []int32 {
	order := make([]int32, 0, len(r.ids))
	for k := 1; k < len(r.ids); k++ {
		order = append(order, int32(k))
	}
	slices.SortFunc(order, func(a, b int32) int { return cmp.Compare(r.ids[a], r.ids[b]) })
	return order
}
