// Package parallel shares the lines, rows or slices of one grid among goroutines.
package parallel

import (
	"runtime"
	"slices"
	"sync/atomic"
)

// Task is work on the items lo ≤ i < hi, which are a block of them. The worker that does it,
// from 0 on, does nothing else meanwhile.
type Task interface{ Run(worker, lo, hi int) }

// Do divides n items into blocks, has them done by so many workers at most, and returns
// when all are done; see [Edge] for where the blocks are. Each worker begins with those of his own
// share, one after another, which are the same for every task on n items, so that he finds in his
// cache what he did before. (Of three workers and more only the caller is sure to: helpers are
// numbered as they come.) Then he takes half of what another has left. So the more blocks there are,
// the less it matters that a worker comes late. The caller itself is worker 0. Nothing is allocated,
// but for a helper that has to be called.
func Do(t Task, n, blocks, workers int) {
	blocks = Blocks(n, blocks)
	if workers = min(workers, blocks, runtime.GOMAXPROCS(0)); workers > 1 {
		divide(t, n, blocks, workers)
		return
	}
	for b := range blocks {
		t.Run(0, Edge(b, n, blocks), Edge(b+1, n, blocks))
	}
}

// Blocks is into how many blocks n items are divided, at least one.
func Blocks(n, blocks int) int { return max(1, min(n, blocks)) }

// Edge is the first item of a block, and of the block after the last n.
func Edge(block, n, blocks int) int { return int(int64(block) * int64(n) / int64(blocks)) }

// divide does so with helpers.
func divide(t Task, n, blocks, workers int) {
	j := newJob()
	j.task, j.n, j.blocks = t, n, blocks
	j.shares = slices.Grow(j.shares[:0], workers)[:workers]
	for w := range j.shares {
		j.shares[w].set(Edge(w, blocks, workers), Edge(w+1, blocks, workers))
	}
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
	task      Task
	n, blocks int
	shares    []share // of each worker
	done      atomic.Int64
	helpers   atomic.Int64
	hands     atomic.Int64  // who may still look at it
	last      chan struct{} // gets one when all is done
}

func (j *job) work(worker int) {
	own := &j.shares[worker]
	for {
		b, ok := own.next()
		if !ok {
			if !j.steal(own) {
				return
			}
			continue
		}
		j.task.Run(worker, Edge(b, j.n, j.blocks), Edge(b+1, j.n, j.blocks))
		if j.done.Add(1) == int64(j.blocks) {
			j.last <- struct{}{}
		}
	}
}

// steal fills an empty share with half of what another has left. It reports whether there was any.
func (j *job) steal(own *share) bool {
	for w := range j.shares {
		if lo, hi, ok := j.shares[w].half(); ok {
			own.set(lo, hi)
			return true
		}
	}
	return false
}

// wait returns when all is done.
func (j *job) wait() {
	for range 50 { // it takes some ten microseconds to go to sleep and wake
		for range looks {
			if j.done.Load() == int64(j.blocks) {
				return
			}
		}
		yield()
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
