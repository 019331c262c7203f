// Package parallel shares the lines, rows or slices of one grid among goroutines.
package parallel

import (
	"runtime"
	"sync/atomic"
)

// Task is work on the items lo ≤ i < hi, which are a block of them. The worker that does it,
// from 0 on, does nothing else meanwhile.
type Task interface{ Run(worker, lo, hi int) }

// Do divides n items into blocks, has them done by so many workers at most, and returns
// when all are done; see [Edge] for where the blocks are. Nobody has a block of his own:
// whoever is there takes the next, so the more there are, the less it matters that a worker
// comes late. The caller itself is worker 0; if it is the only one, nothing is allocated.
func Do(t Task, n, blocks, workers int) {
	blocks = Blocks(n, blocks)
	if workers = min(workers, blocks, runtime.GOMAXPROCS(0)); workers > 1 {
		share(t, n, blocks, workers)
		return
	}
	for b := range blocks {
		t.Run(0, Edge(b, n, blocks), Edge(b+1, n, blocks))
	}
}

// Blocks is into how many blocks n items are divided, at least one.
func Blocks(n, blocks int) int { return max(1, min(n, blocks)) }

// Edge is the first item of a block, and of the block after the last n.
func Edge(block, n, blocks int) int { return block * n / blocks }

// share stands alone so that what helpers need is allocated only where there are some.
func share(t Task, n, blocks, workers int) {
	j := &job{task: t, n: n, blocks: blocks, last: make(chan struct{})}
	for w := 1; w < workers; w++ {
		call(j)
	}
	j.work(0)
	j.wait()
}

// job is one task. A helper that comes when no block is left is not waited for.
type job struct {
	task        Task
	n, blocks   int
	taken, done atomic.Int64
	helpers     atomic.Int64
	last        chan struct{} // closed when all is done
}

func (j *job) work(worker int) {
	for b := int(j.taken.Add(1)) - 1; b < j.blocks; b = int(j.taken.Add(1)) - 1 {
		j.task.Run(worker, Edge(b, j.n, j.blocks), Edge(b+1, j.n, j.blocks))
		if j.done.Add(1) == int64(j.blocks) {
			close(j.last)
		}
	}
}

// wait returns when all is done.
func (j *job) wait() {
	for range 20_000 { // it takes some ten microseconds to go to sleep and wake
		if j.done.Load() == int64(j.blocks) {
			return
		}
	}
	<-j.last
}
