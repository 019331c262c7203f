package losses

import (
	"cmp"
	"math"
	"slices"
)

// sorter puts pixels in descending order of their errors; those of equal error keep the
// order of their indices, so that the result is the same everywhere and always. It is
// a radix sort of float32 keys, at a few nanoseconds a pixel.
type sorter struct {
	items, spare []item
	ranks        []ranked
	counts       [radixPasses][radixSize]uint32
}

const (
	radixBits   = 11
	radixSize   = 1 << radixBits
	radixPasses = 3
)

// item is one pixel: above, 32 bits that ascend as its error descends; below, its index.
type item uint64

// newItem makes an item of the error's key and an index below 2^32.
func newItem(key float32, index int) item {
	// Positive floats ascend as their bits do, negative ones descend.
	b := math.Float32bits(key)
	b ^= uint32(int32(b)>>31) | 1<<31
	return item(^b)<<32 | item(uint32(index))
}

func (t item) index() int { return int(uint32(t)) }

// key returns what newItem was given.
func (t item) key() float32 {
	b := ^uint32(t >> 32)
	b ^= uint32(int32(^b)>>31) | 1<<31
	return math.Float32frombits(b)
}

// start returns an empty list with room for n items.
func (s *sorter) start(n int) []item {
	s.items = resize(s.items, n)
	s.spare = resize(s.spare, n)
	return s.items[:0]
}

// sort sorts items, which start gave, and returns them.
func (s *sorter) sort(items []item) []item {
	clear(s.counts[:])
	for _, t := range items {
		k := t >> 32
		s.counts[0][k%radixSize]++
		s.counts[1][k>>radixBits%radixSize]++
		s.counts[2][k>>(2*radixBits)%radixSize]++
	}
	src, dst := items, s.spare[:len(items)]
	for pass := range radixPasses {
		counts := &s.counts[pass]
		shift := 32 + radixBits*pass
		if len(items) == 0 || int(counts[src[0]>>shift%radixSize]) == len(items) {
			continue // all have the same digit
		}
		sum := uint32(0)
		for i, n := range counts {
			counts[i] = sum
			sum += n
		}
		for _, t := range src {
			c := &counts[t>>shift%radixSize]
			dst[*c] = t
			*c++
		}
		src, dst = dst, src
	}
	return src
}

// ranked is an item with its error at full precision.
type ranked struct {
	item
	error float64
}

// refine sorts the runs of items whose keys are equal by their errors, of which the keys
// were the roundings.
func (s *sorter) refine(items []item, errorOf func(index int) float64) {
	for i := 0; i < len(items); {
		j := i + 1
		for j < len(items) && items[j]>>32 == items[i]>>32 {
			j++
		}
		if j-i > 1 && items[i].key() != 0 { // what is rounded to 0 has no gradient either
			s.ranks = s.ranks[:0]
			for _, t := range items[i:j] {
				s.ranks = append(s.ranks, ranked{t, errorOf(t.index())})
			}
			slices.SortStableFunc(s.ranks, func(a, b ranked) int { return cmp.Compare(b.error, a.error) })
			for k, t := range s.ranks {
				items[i+k] = t.item
			}
		}
		i = j
	}
}
