package parallel_test

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"

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
	var crew parallel.Crew
	defer crew.Dismiss()
	for n := range 40 {
		for workers := range 50 {
			c := &counts{times: make([]atomic.Int32, n), by: make([]int, n)}
			blocks := parallel.Blocks(n, workers)
			if n%3 > 0 {
				parallel.Do(c, n, workers)
			} else {
				blocks = parallel.Blocks(n, 3*workers)
				crew.Share(c, n, blocks, workers)
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

// Tasks one after another see what those before them have done, whoever did it; and in the end
// nobody stays.
func TestCrew(t *testing.T) {
	before := runtime.NumGoroutine()
	var crew parallel.Crew
	for round := range 300 {
		s := &sums{of: make([]int, 100)}
		for range 20 {
			crew.Share(s, len(s.of), 1+round%50, 1+round%5)
		}
		for i, v := range s.of {
			if v != 20 {
				t.Fatalf("item %d was done %d times of 20", i, v)
			}
		}
		if round%3 == 0 {
			crew.Dismiss()
		}
	}
	crew.Dismiss()
	for deadline := time.Now().Add(time.Minute); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
	}
}

// sums counts without atomics: only a task that waits for the one before gets them right.
type sums struct{ of []int }

func (s *sums) Run(_, lo, hi int) {
	for i := lo; i < hi; i++ {
		s.of[i]++
	}
}
