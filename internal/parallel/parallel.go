// Package parallel shares the lines, rows or slices of one grid among goroutines.
package parallel

import "sync"

// Task is work on the items lo ≤ i < hi, done by one of several workers.
type Task interface{ Run(worker, lo, hi int) }

// Do splits n items into one contiguous block a worker; see [Block]. It returns when
// all are done. A single worker is the caller itself, and nothing is allocated.
func Do(t Task, n, workers int) {
	if workers = min(workers, n); workers <= 1 {
		t.Run(0, 0, n)
		return
	}
	do(t, n, workers)
}

// do stands alone so that what goroutines need is allocated only where there are some.
func do(t Task, n, workers int) {
	var wg sync.WaitGroup
	for w := 1; w < workers; w++ {
		wg.Go(func() { t.Run(w, Block(w, n, workers), Block(w+1, n, workers)) })
	}
	t.Run(0, 0, Block(1, n, workers))
	wg.Wait()
}

// Block is the first item of a worker's block of n items; that of the worker after the
// last is n.
func Block(worker, n, workers int) int { return worker * n / workers }
