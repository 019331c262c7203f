package dataset

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
)

// budget is the memory that the items of a run may take together. An item that needs
// more than is left waits, and those that come later wait behind it, so that a large
// one has its turn, alone if need be. A nil budget has no end.
type budget struct {
	size  int64 // bytes
	limit int64 // of the process, of which size is what items may take
	kept  int64 // bytes besides size for masks that are kept in memory

	mu    sync.Mutex
	left  int64
	queue []*claimant
}

// claimant is who waits for memory.
type claimant struct {
	need   int64
	served chan struct{} // closed when it is theirs
}

const (
	// program is what the process takes before it has an item: its code, the runtime,
	// the stacks and buffers of its goroutines.
	program = 32 << 20

	// anItem is what is known of an item in the end.
	anItem = 1 << 10

	// spare is the part of the limit, one in so many, for what estimates leave out and
	// for what is dropped and not yet collected.
	spare = 16
)

// newBudget divides what the process may have. What is in memory already counts, and
// what will be known of so many items.
func newBudget(limit int64, items int) (*budget, error) {
	if limit == 0 {
		return nil, nil
	}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b := &budget{limit: limit, size: limit - limit/spare - program - int64(m.HeapAlloc) - anItem*int64(items)}
	b.kept = max(0, min(maxKept, b.size/8))
	b.size -= b.kept
	b.left = b.size
	if b.size <= 0 {
		return nil, optionError("", "max-memory is %s, and without any mask there is need of %s", memoryText(limit), memoryText(b.enough(0)))
	}
	return b, nil
}

// enough is a limit with which an item of that need could be done.
func (b *budget) enough(need int64) int64 {
	beside := b.limit - b.limit/spare - b.size - b.kept // whatever the limit
	kept := min(maxKept, need/7+1)
	return (need+kept+beside)/(spare-1)*spare + spare
}

// take takes n bytes if they are there and nobody waits for them.
func (b *budget) take(n int64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.queue) > 0 || n > b.left {
		return false
	}
	b.left -= n
	return true
}

// wait takes n bytes, which are not more than there are in all, as soon as they are
// there; the error is that of the context.
func (b *budget) wait(ctx context.Context, n int64) error {
	c := &claimant{n, make(chan struct{})}
	b.mu.Lock()
	b.queue = append(b.queue, c)
	b.serve()
	b.mu.Unlock()
	select {
	case <-c.served:
		return nil
	case <-ctx.Done():
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if i := slices.Index(b.queue, c); i >= 0 {
		b.queue = slices.Delete(b.queue, i, i+1)
	} else {
		b.left += n
	}
	b.serve()
	return ctx.Err()
}

// giveBack ends the use of n bytes.
func (b *budget) giveBack(n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left += n
	b.serve()
}

// serve gives the first in the queue what they wait for, while there is enough.
func (b *budget) serve() {
	for len(b.queue) > 0 && b.queue[0].need <= b.left {
		b.left -= b.queue[0].need
		close(b.queue[0].served)
		b.queue = b.queue[1:]
	}
}

// isWanted reports whether somebody waits.
func (b *budget) isWanted() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.queue) > 0
}

// admit waits until the worker may take so much memory for its next item. What it had
// for the last one it still has, and with it what it uses again, unless it must wait:
// nobody waits and has.
func (w *worker) admit(ctx context.Context, need int64) error {
	b := w.budget
	switch {
	case b == nil || need <= w.held:
		return nil
	case need > b.size:
		return fmt.Errorf("takes about %s of memory, and --max-memory %s leaves %s for a mask: --max-memory %s is enough",
			memoryText(need), memoryText(b.limit), memoryText(b.size), memoryText(b.enough(need)))
	case b.take(need - w.held):
		w.held = need
		return nil
	}
	w.endTurn()
	w.drop()
	if err := b.wait(ctx, need); err != nil {
		return err
	}
	w.held = need
	return nil
}

// drop gives all memory of the worker back.
func (w *worker) drop() {
	if w.budget == nil {
		return
	}
	held := w.held
	*w = worker{budget: w.budget, turns: w.turns, hasTurn: w.hasTurn}
	w.budget.giveBack(held)
}

// memoryText is a size as options have it, in MiB, rounded up.
func memoryText(n int64) string { return fmt.Sprintf("%dMiB", (n+1<<20-1)>>20) }
