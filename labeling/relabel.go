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
	for i, n := 0, len(ids.Data); i < n; {
		id, from := ids.Data[i], i
		number := seen.number(id)
		if int(number) == len(pixels) {
			pixels = append(pixels, 0)
		}
		for ; i < n && ids.Data[i] == id; i++ {
			dst.Data[i] = number
		}
		pixels[number] += i - from
	}

	order := seen.ascending()
	label := make([]int32, len(pixels)) // by number; what is dropped stays 0
	kept := make([]T, 0, len(order))
	for _, k := range order {
		if pixels[k] >= minPixels {
			kept = append(kept, seen.ids[k])
			label[k] = int32(len(kept))
		}
	}
	same := true // as when ids come in ascending order, and often they do
	for k, l := range label {
		same = same && int(l) == k
	}
	if !same {
		for i, k := range dst.Data {
			dst.Data[i] = label[k]
		}
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

func (r *register[T]) number(id T) int32 {
	if r.ids == nil {
		r.ids, r.small, r.large = []T{0}, []int32{0}, map[T]int32{}
	}
	k := int(id) // another number if the id is a fraction or huge
	isSmall := 0 <= k && k <= maxSmall && T(k) == id
	switch {
	case id == 0:
		return 0
	case id != id:
		panic("labeling: NaN is no id")
	case isSmall && k < len(r.small) && r.small[k] != 0:
		return r.small[k]
	case !isSmall:
		if n, ok := r.large[id]; ok {
			return n
		}
	}
	n := int32(len(r.ids))
	r.ids = append(r.ids, id)
	if isSmall {
		for len(r.small) <= k {
			r.small = append(r.small, 0)
		}
		r.small[k] = n
	} else {
		r.large[id] = n
	}
	return n
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
