package parallel_test

import (
	"math"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weightmap/weightmap/internal/parallel"
)

// counts says how often each item was done, in which block last, and by whom.
type counts struct {
	times  []atomic.Int32
	lo, hi []int
	by     []int
}

func newCounts(n int) *counts {
	return &counts{times: make([]atomic.Int32, n), lo: make([]int, n), hi: make([]int, n), by: make([]int, n)}
}

func (c *counts) Run(worker, lo, hi int) {
	for i := lo; i < hi; i++ {
		c.times[i].Add(1)
		c.lo[i], c.hi[i], c.by[i] = lo, hi, worker
	}
}

// TestMain has there be more workers than most machines have processors.
func TestMain(m *testing.M) {
	runtime.GOMAXPROCS(max(6, runtime.GOMAXPROCS(0)))
	os.Exit(m.Run())
}

func TestEveryItemOnceInOrder(t *testing.T) {
	for n := range 40 {
		for workers := range 50 {
			c := newCounts(n)
			blocks := parallel.Blocks(n, (1+n%3)*workers)
			parallel.Do(c, n, blocks, workers)
			for b := range blocks {
				lo, hi := parallel.Edge(b, n, blocks), parallel.Edge(b+1, n, blocks)
				for i := lo; i < hi; i++ {
					if c.times[i].Load() != 1 {
						t.Fatalf("%d workers do item %d of %d %d times", workers, i, n, c.times[i].Load())
					}
					if c.lo[i] != lo || c.hi[i] != hi {
						t.Fatalf("item %d of %d is in a block from %d to %d, not from %d to %d", i, n, c.lo[i], c.hi[i], lo, hi)
					}
					if w := c.by[i]; w < 0 || w >= max(1, workers) {
						t.Fatalf("item %d of %d is done by worker %d of %d", i, n, w, workers)
					}
				}
			}
		}
	}
}

func TestOneWorkerAllocatesNothing(t *testing.T) {
	c := newCounts(9)
	if n := testing.AllocsPerRun(10, func() { parallel.Do(c, 9, 4, 1) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// What a slow worker has left is done by others: here a helper that comes does not get on before all
// else is done.
func TestSlowWorker(t *testing.T) {
	for round := range 100 {
		s := &slow{n: 2 + round%60}
		parallel.Do(s, s.n, s.n, 2+round%3)
		if done := s.done.Load(); int(done) != s.n {
			t.Fatalf("%d of %d items were done", done, s.n)
		}
	}
}

// slow has the first helper that comes wait for all items but his.
type slow struct {
	n    int
	came atomic.Bool
	done atomic.Int32
}

func (s *slow) Run(worker, lo, hi int) {
	if worker > 0 && s.came.CompareAndSwap(false, true) {
		for int(s.done.Load()) < s.n-(hi-lo) {
			runtime.Gosched()
		}
	}
	s.done.Add(int32(hi - lo))
}

// Tasks one after another see what those before them have done, whoever did it; and in the end
// nobody stays.
func TestHelpers(t *testing.T) {
	before := runtime.NumGoroutine()
	for round := range 300 {
		s := &sums{of: make([]int, 100)}
		for range 20 {
			parallel.Do(s, len(s.of), 1+round%50, 1+round%5)
		}
		for i, v := range s.of {
			if v != 20 {
				t.Fatalf("item %d was done %d times of 20", i, v)
			}
		}
		if round%30 == 0 {
			time.Sleep(time.Millisecond) // until they go home
		}
	}
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

// In a loop nothing is allocated for several workers either, but for a helper now and then that had
// gone home.
func TestLoopAllocatesNothing(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	s := &sums{of: make([]int, 100)}
	fewest := uint64(math.MaxUint64)
	const calls = 1000
	for range 10 {
		var before, after runtime.MemStats
		parallel.Do(s, len(s.of), 8, 2)
		runtime.ReadMemStats(&before)
		for range calls {
			parallel.Do(s, len(s.of), 8, 2)
		}
		runtime.ReadMemStats(&after)
		fewest = min(fewest, after.Mallocs-before.Mallocs)
	}
	if fewest > calls/20 {
		t.Errorf("%d allocations in %d calls", fewest, calls)
	}
}

// A team does one step after another, more than it can number, and every item once: who comes late to a
// step takes nothing of the next one's.
func TestSteps(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, workers := range []int{2, 3, 5} {
		runtime.GOMAXPROCS(workers)
		team := parallel.Gather(workers)
		s := &sums{of: make([]int, 40)}
		steps := 1 << 17
		if testing.Short() {
			steps = 1 << 13
		}
		for step := range steps {
			team.Do(s, len(s.of), 1+step%len(s.of))
			if step%1000 == 0 {
				time.Sleep(time.Millisecond) // helpers go home
			}
		}
		team.Dismiss()
		for i, v := range s.of {
			if v != steps {
				t.Fatalf("%d workers did item %d %d times in %d steps", workers, i, v, steps)
			}
		}
	}
}

// A worker finishes what he has done one after another before he takes others, and all of it.
func TestFinish(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, workers := range []int{1, 2, 3, 7} {
		runtime.GOMAXPROCS(workers)
		team := parallel.Gather(workers)
		for round := range 300 {
			f := &finishing{open: make([][2]int, workers), done: make([]bool, 1+round%50)}
			team.Do(f, len(f.done), 1+round%20)
			for i, done := range f.done {
				if !done {
					t.Fatalf("%d workers: item %d of %d was not finished", workers, i, len(f.done))
				}
			}
			if f.gaps.Load() > 0 {
				t.Fatalf("%d workers: items between those that were done were not", workers)
			}
		}
		team.Dismiss()
	}
}

// finishing takes down who is between what ends, and marks it in the end.
type finishing struct {
	open [][2]int
	done []bool
	gaps atomic.Int32
}

func (f *finishing) Run(worker, lo, hi int) {
	open := &f.open[worker]
	if open[0] == open[1] {
		open[0] = lo
	} else if open[1] != lo {
		f.gaps.Add(1)
	}
	open[1] = hi
	if lo%7 == 0 {
		runtime.Gosched() // so that others take some
	}
}

func (f *finishing) Finish(worker int) {
	open := &f.open[worker]
	for i := open[0]; i < open[1]; i++ {
		f.done[i] = true
	}
	*open = [2]int{}
}

// Many at a time have their tasks done, each by itself, whoever helps.
func TestManyCallers(t *testing.T) {
	var group sync.WaitGroup
	for caller := range 8 {
		group.Go(func() {
			for round := range 300 {
				s := &sums{of: make([]int, 50)}
				for range 5 {
					parallel.Do(s, len(s.of), 1+(caller+round)%20, 1+round%5)
				}
				for i, v := range s.of {
					if v != 5 {
						t.Errorf("item %d was done %d times of 5", i, v)
						return
					}
				}
			}
		})
	}
	group.Wait()
}

// Helpers that have gone home come again when they are called.
func TestHelpersComeAgain(t *testing.T) {
	for range 3 * runtime.GOMAXPROCS(0) {
		time.Sleep(time.Millisecond) // until all are home
		m := new(meeting)
		parallel.Do(m, 2, 2, 2)
		if m.alone {
			t.Fatal("no helper came in ten seconds")
		}
	}
}

// meeting has the caller wait for somebody else.
type meeting struct {
	came  atomic.Bool
	alone bool
}

func (m *meeting) Run(worker, _, _ int) {
	if worker > 0 {
		m.came.Store(true)
		return
	}
	for start := time.Now(); !m.came.Load() && !m.alone; runtime.Gosched() {
		m.alone = time.Since(start) > 10*time.Second
	}
}

// Some of the time all sleep: a caller while others work, helpers between steps and at home. Nothing is
// lost, and nobody stays.
func TestSleepers(t *testing.T) {
	before := runtime.NumGoroutine()
	var group sync.WaitGroup
	for caller := range 4 {
		group.Go(func() {
			for round := range 40 {
				team := parallel.Gather(2 + (caller+round)%4)
				s := &sleepy{sums: sums{of: make([]int, 12)}}
				for step := range 6 {
					s.pause = time.Duration((caller+round+step)%4) * 70 * time.Microsecond
					team.Do(s, len(s.of), 1+(round+step)%12)
					time.Sleep(time.Duration((round+step)%3) * 150 * time.Microsecond)
				}
				team.Dismiss()
				for i, v := range s.of {
					if v != 6 {
						t.Errorf("item %d was done %d times of 6", i, v)
						return
					}
				}
			}
		})
	}
	group.Wait()
	for deadline := time.Now().Add(time.Minute); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
	}
}

// sleepy takes its time.
type sleepy struct {
	sums
	pause time.Duration
}

func (s *sleepy) Run(worker, lo, hi int) {
	if (lo+worker)%3 == 0 {
		time.Sleep(s.pause)
	}
	s.sums.Run(worker, lo, hi)
}
