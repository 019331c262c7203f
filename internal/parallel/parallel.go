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
// comes late. The caller itself is worker 0. Nothing is allocated, but for a helper that has to be
// called.
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

// share does so with helpers.
func share(t Task, n, blocks, workers int) {
	j := newJob()
	j.task, j.n, j.blocks = t, n, blocks
	j.taken.Store(0)
	j.done.Store(0)
	j.helpers.Store(0)
	j.hands.Store(int64(workers))
	for w := 1; w < workers; w++ {
		call(j)
	}
	j.work(0)
	j.wait()
	j.leave(1 + recall(j))
}

// job is one task. A helper that comes when no block is left is not waited for.
type job struct {
	task        Task
	n, blocks   int
	taken, done atomic.Int64
	helpers     atomic.Int64
	hands       atomic.Int64  // who may still look at it
	last        chan struct{} // gets one when all is done
}

func (j *job) work(worker int) {
	for b := int(j.taken.Add(1)) - 1; b < j.blocks; b = int(j.taken.Add(1)) - 1 {
		j.task.Run(worker, Edge(b, j.n, j.blocks), Edge(b+1, j.n, j.blocks))
		if j.done.Add(1) == int64(j.blocks) {
			j.last <- struct{}{}
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

// leave lets so many go. When the last has left the job may be used again.
func (j *job) leave(hands int) {
	if j.hands.Add(-int64(hands)) == 0 {
		j.task = nil
		select { // nobody may have waited for it
		case <-j.last:
		default:
		}
		crew.Lock()
		crew.done = append(crew.done, j)
		crew.Unlock()
	}
}

// newJob returns one that nobody looks at any more, so that no call allocates its own.
func newJob() *job {
	crew.Lock()
	defer crew.Unlock()
	last := len(crew.done) - 1
	if last < 0 {
		return &job{last: make(chan struct{}, 1)}
	}
	j := crew.done[last]
	crew.done = crew.done[:last]
	return j
}
