// Package parallel shares the lines, rows or slices of one grid among goroutines.
package parallel

import "sync"

// Task is work on the items lo ≤ i < hi, done by one of several workers.
type Task interface{ Run(worker, lo, hi int) }

// Do has each worker do one block of n items, and returns when all are done; see
// [Edge] for where the blocks are. The caller itself is worker 0; if it is the only
// one, nothing is allocated.
func Do(t Task, n, workers int) {
	if workers = Blocks(n, workers); workers > 1 {
		do(t, n, workers)
		return
	}
	t.Run(0, 0, n)
}

// do stands alone so that what goroutines need is allocated only where there are some.
func do(t Task, n, workers int) {
	var wg sync.WaitGroup
	for w := 1; w < workers; w++ {
		wg.Go(func() { t.Run(w, Edge(w, n, workers), Edge(w+1, n, workers)) })
	}
	t.Run(0, 0, Edge(1, n, workers))
	wg.Wait()
}

// Blocks is into how many blocks n items are divided, at least one.
func Blocks(n, workers int) int { return max(1, min(n, workers)) }

// Edge is the first item of a block, and of the block after the last n.
func Edge(block, n, blocks int) int { return block * n / blocks }
