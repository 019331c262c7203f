package parallel_test

import (
	"sync/atomic"
	"testing"

	"github.com/weightmap/weightmap/internal/parallel"
)

// counts says how often each item was done, and in which block last.
type counts struct {
	times []atomic.Int32
	by    []int
}

func (c *counts) Run(block, lo, hi int) {
	for i := lo; i < hi; i++ {
		c.times[i].Add(1)
		c.by[i] = block
	}
}

func TestEveryItemOnceInOrder(t *testing.T) {
	for n := range 40 {
		for workers := range 50 {
			c := &counts{times: make([]atomic.Int32, n), by: make([]int, n)}
			blocks := parallel.Blocks(n, workers)
			if n%3 > 0 {
				parallel.Do(c, n, workers)
			} else {
				blocks = parallel.Blocks(n, 3*workers)
				parallel.Share(c, n, blocks, workers)
			}
			for i := range n {
				if c.times[i].Load() != 1 {
					t.Fatalf("%d workers do item %d of %d %d times", workers, i, n, c.times[i].Load())
				}
				if lo, hi := parallel.Edge(c.by[i], n, blocks), parallel.Edge(c.by[i]+1, n, blocks); i < lo || i >= hi {
					t.Fatalf("item %d of %d is in block %d, which is from %d to %d", i, n, c.by[i], lo, hi)
				}
			}
		}
	}
}

func TestOneWorkerAllocatesNothing(t *testing.T) {
	c := &counts{times: make([]atomic.Int32, 9), by: make([]int, 9)}
	if n := testing.AllocsPerRun(10, func() { parallel.Do(c, 9, 1) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
