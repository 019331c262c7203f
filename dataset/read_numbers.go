package dataset

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/dtype"
)

// fromNumbers makes an image of an array whose elements are of type t. It is given
// the ways to read it as the types an id may take, and tries the widest last.
func fromNumbers(t dtype.Type,
	asInt32 func() (*grid.Labels, error),
	asInt64 func() (*grid.Grid[int64], error),
	asUint64 func() (*grid.Grid[uint64], error),
) (*Image, error) {
	im := &Image{Dtype: t.String()}
	labels, err := asInt32()
	if tooWide(err) {
		im.Values, im.Original, err = renumbered(asInt64())
	} else {
		im.Values = labels
	}
	if tooWide(err) && t == dtype.Uint64 {
		im.Values, im.Original, err = renumbered(asUint64())
	}
	if tooWide(err) {
		return nil, fmt.Errorf("%w, and object ids are whole numbers", err)
	}
	if err != nil {
		return nil, err
	}
	return im, nil
}

func tooWide(err error) bool {
	var value *dtype.ValueError
	return errors.As(err, &value)
}

// renumbered gives the non-zero ids the numbers 1..n in ascending order and lists
// the ids in that order. It hands an error on.
func renumbered[T int64 | uint64](ids *grid.Grid[T], err error) (*grid.Labels, []int64, error) {
	if err != nil {
		return nil, nil, err
	}
	number := map[T]int32{0: 0}
	var distinct []T
	for i, v := range ids.Data {
		if i > 0 && v == ids.Data[i-1] {
			continue
		}
		if _, ok := number[v]; !ok {
			number[v] = 0
			distinct = append(distinct, v)
		}
	}
	if len(distinct) > math.MaxInt32 {
		return nil, nil, fmt.Errorf("has %d different ids, which is more than can be told apart", len(distinct))
	}
	slices.Sort(distinct)
	original := make([]int64, len(distinct))
	for k, v := range distinct {
		number[v] = int32(k + 1)
		original[k] = int64(v)
	}
	labels := grid.New[int32](ids.Shape...)
	for i, v := range ids.Data {
		if i > 0 && v == ids.Data[i-1] {
			labels.Data[i] = labels.Data[i-1]
			continue
		}
		labels.Data[i] = number[v]
	}
	return labels, original, nil
}
