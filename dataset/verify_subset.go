package dataset

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Subset says how many of the items are taken, and which. The choice depends on
// nothing but the seed and the names of the items: the same items give the same, on
// any computer, and the items of a smaller subset are among those of a larger one.
// The zero Subset takes none.
type Subset struct {
	All     bool
	Items   int     // that many, or all if there are fewer
	Percent float64 // of the items, rounded up
	Part    int     // of Of parts, from 1; together they are all items, each once
	Of      int
	Seed    uint64 // another one takes others
}

// ParseSubset reads all, a number of items, a percentage as in 10% or 2.5%, or a part
// as in 1/7.
func ParseSubset(s string) (Subset, error) {
	wrong := fmt.Errorf("%q is none of all, a number of items like 20, a percentage like 10%%, a part like 1/7", s)
	if s == "all" {
		return Subset{All: true}, nil
	}
	if number, ok := strings.CutSuffix(s, "%"); ok {
		p, err := strconv.ParseFloat(number, 64)
		if err != nil || !(p > 0 && p <= 100) {
			return Subset{}, wrong
		}
		return Subset{Percent: p}, nil
	}
	if part, of, ok := strings.Cut(s, "/"); ok {
		n, err1 := strconv.Atoi(part)
		t, err2 := strconv.Atoi(of)
		if err1 != nil || err2 != nil || n < 1 || n > t {
			return Subset{}, wrong
		}
		return Subset{Part: n, Of: t}, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return Subset{}, wrong
	}
	return Subset{Items: n}, nil
}

// rank is the place of an item among others, which are taken from the lowest on.
func (s Subset) rank(k manifestKey) uint64 {
	h := sha256.New()
	_ = binary.Write(h, binary.LittleEndian, s.Seed)
	_, _ = io.WriteString(h, k.item+"\x00"+k.suffix)
	return binary.LittleEndian.Uint64(h.Sum(nil))
}

// choose returns the numbers of the items that are taken, in their order.
func (s Subset) choose(items []manifestKey) []int {
	n := len(items)
	switch {
	case s.All || s.Of > 0:
	case s.Percent > 0:
		n = int(math.Ceil(float64(n) * s.Percent / 100))
	default:
		n = min(n, s.Items)
	}
	ranks := make([]uint64, len(items))
	order := make([]int, len(items))
	for i, k := range items {
		ranks[i], order[i] = s.rank(k), i
	}
	if s.Of > 0 {
		return slices.DeleteFunc(order, func(i int) bool { return ranks[i]%uint64(s.Of) != uint64(s.Part-1) })
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(ranks[i], ranks[j]) })
	order = order[:n]
	slices.Sort(order)
	return order
}
