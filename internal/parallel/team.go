package parallel

import (
	"runtime"
	"slices"
	"sync/atomic"
	"time"
)

// Team is a caller and helpers that do one task after another, each a step. Between steps the helpers
// stay awake for a while: to meet who waits takes a tenth of the time that it takes to call him. Nil
// is the caller alone.
type Team struct {
	step   int
	blocks int
	shares []share // of each worker

	present atomic.Int64  // helpers that have been called and not gone
	hands   atomic.Int64  // who may still look at it
	asleep  atomic.Bool   // the caller
	wake    chan struct{} // gets one when another share is done
}

// Gather returns a team of so many workers at most, and no more than there are processors. The caller
// must dismiss it.
func Gather(workers int) *Team {
	if workers = min(workers, runtime.GOMAXPROCS(0)); workers <= 1 {
		return nil
	}
	t := newTeam()
	t.step = 0
	t.shares = slices.Grow(t.shares[:0], workers)[:workers]
	for w := range t.shares {
		t.shares[w].set(0, 0, 0)
		t.shares[w].taken.Store(false)
	}
	t.present.Store(0)
	t.hands.Store(1)
	return t
}

// Workers is how many there are.
func (t *Team) Workers() int {
	if t == nil {
		return 1
	}
	return len(t.shares)
}

// Do divides n items into blocks, has them done, and returns when all are done; see [Edge] for where
// the blocks are. Each worker begins with those of his own share, one after another, which are the
// same for every task on n items, so that he finds in his cache what he did before. (Of three workers
// and more only the caller is sure to: helpers are numbered as they come.) Then he takes half of what
// another has left. So the more blocks there are, the less it matters that a worker comes late. The
// caller itself is worker 0. Nothing is allocated, but for a helper that has to be called.
func (t *Team) Do(task Task, n, blocks int) {
	blocks = Blocks(n, blocks)
	if t == nil || blocks == 1 || t.step == dismissed-1 {
		for b := range blocks {
			task.Run(0, Edge(b, n, blocks), Edge(b+1, n, blocks))
		}
		finish(task, 0)
		return
	}
	t.blocks = blocks
	t.step++
	for w := range t.shares {
		s := &t.shares[w]
		s.task, s.n, s.blocks = task, n, blocks
		s.done.Store(0)
		s.set(t.step, Edge(w, blocks, len(t.shares)), Edge(w+1, blocks, len(t.shares)))
	}
	for t.present.Load() < int64(len(t.shares)-1) {
		t.present.Add(1)
		t.hands.Add(1)
		call(t)
	}
	t.work(0, t.step)
	t.wait()
}

// Dismiss lets the helpers go. The team must not be used any more.
func (t *Team) Dismiss() {
	if t == nil {
		return
	}
	for w := range t.shares {
		t.shares[w].set(dismissed, 0, 0)
	}
	t.leave(1 + recall(t))
}

// work does blocks of a step until none is left. Who has one in his hand knows that the step is not
// over, and only he may look at the task.
func (t *Team) work(worker, step int) {
	own, done := &t.shares[worker], 0
	for {
		before := done
		for b, ok := own.next(step); ok; b, ok = own.next(step) {
			own.task.Run(worker, Edge(b, own.n, own.blocks), Edge(b+1, own.n, own.blocks))
			done++
		}
		if done > before {
			finish(own.task, worker)
		}
		if !t.steal(own, step) {
			break
		}
	}
	if done == 0 {
		return
	}
	own.done.Add(int64(done))
	if t.asleep.Load() {
		select { // it is enough to wake him once
		case t.wake <- struct{}{}:
		default:
		}
	}
}

// steal fills an empty share with half of what another has left. It reports whether there was any.
func (t *Team) steal(own *share, step int) bool {
	for w := range t.shares {
		if lo, hi, ok := t.shares[w].half(step); ok {
			own.set(step, lo, hi)
			return true
		}
	}
	return false
}

// wait returns when all blocks are done.
func (t *Team) wait() {
	for range 50 { // it takes some ten microseconds to go to sleep and wake
		for range looks {
			if t.over() {
				return
			}
		}
		yield()
	}
	t.asleep.Store(true)
	for !t.over() {
		<-t.wake
	}
	t.asleep.Store(false)
}

// over reports whether all blocks are done.
func (t *Team) over() bool {
	left := int64(t.blocks)
	for w := range t.shares {
		left -= t.shares[w].done.Load()
	}
	return left == 0
}

// help does what there is to do until the team is dismissed, or there is nothing for long.
func (t *Team) help() {
	worker := 1
	for !t.shares[worker].taken.CompareAndSwap(false, true) {
		worker = worker%(len(t.shares)-1) + 1
	}
	for step := t.after(0, worker); step != dismissed; step = t.after(step, worker) {
		t.work(worker, step)
	}
	t.shares[worker].taken.Store(false)
	t.present.Add(-1)
	t.leave(1)
}

// after returns the step after another, or dismissed if there is none for long.
func (t *Team) after(step, worker int) int {
	for start := time.Now(); time.Since(start) < awake; yield() {
		for range looks {
			if next := t.shares[worker].step(); next != step {
				return next
			}
		}
	}
	return dismissed
}

// leave lets so many go. When the last has left the team may be used again.
func (t *Team) leave(hands int) {
	if t.hands.Add(-int64(hands)) == 0 {
		for w := range t.shares {
			t.shares[w].task = nil
		}
		select { // he may have been awake again
		case <-t.wake:
		default:
		}
		crew.Lock()
		crew.done = append(crew.done, t)
		crew.Unlock()
	}
}

// newTeam returns one that nobody looks at any more, so that no call allocates its own.
func newTeam() *Team {
	crew.Lock()
	defer crew.Unlock()
	last := len(crew.done) - 1
	if last < 0 {
		return &Team{wake: make(chan struct{}, 1)}
	}
	t := crew.done[last]
	crew.done = crew.done[:last]
	return t
}
