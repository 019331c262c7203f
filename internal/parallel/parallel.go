// Package parallel shares the lines, rows or slices of one grid among goroutines.
package parallel

import "sync/atomic"

// Task is work on the items lo ≤ i < hi, which are a block of them.
type Task interface{ Run(block, lo, hi int) }

// Do divides n items into as many blocks as there are workers, has each block done by one of
// them, and returns when all are done; see [Edge] for where the blocks are. The caller
// itself is a worker; if it is the only one, nothing is allocated.
func Do(t Task, n, workers int) { Share(t, n, workers, workers) }

// Share is Do with another number of blocks. The more there are, the less it matters that
// a worker comes late.
func Share(t Task, n, blocks, workers int) {
	blocks = Blocks(n, blocks)
	if workers = min(blocks, workers); workers > 1 {
		share(t, n, blocks, workers)
		return
	}
	for b := range blocks {
		t.Run(b, Edge(b, n, blocks), Edge(b+1, n, blocks))
	}
}

// share stands alone so that what goroutines need is allocated only where there are some.
//
// To wake a sleeping processor may take as long as a small block does. So nobody has a block
// of his own: whoever is there takes the next, and a worker that comes when none is left is not
// waited for.
func share(t Task, n, blocks, workers int) {
	var taken, done atomic.Int64
	last := make(chan struct{})
	work := func() {
		for b := int(taken.Add(1)) - 1; b < blocks; b = int(taken.Add(1)) - 1 {
			t.Run(b, Edge(b, n, blocks), Edge(b+1, n, blocks))
			if done.Add(1) == int64(blocks) {
				close(last)
			}
		}
	}
	for range workers - 1 {
		go work()
	}
	work()
	for range patience {
		if done.Load() == int64(blocks) {
			return
		}
	}
	<-last
}

// patience is how often to look whether the others are done before going to sleep, which
// is for some ten microseconds.
const patience = 20_000

// Blocks is into how many blocks n items are divided, at least one.
func Blocks(n, blocks int) int { return max(1, min(n, blocks)) }

// Edge is the first item of a block, and of the block after the last n.
func Edge(block, n, blocks int) int { return block * n / blocks }
