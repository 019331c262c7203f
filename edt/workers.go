package edt

import "sync"

// task is work on the items lo ≤ i < hi, done by one of several workers.
type task interface{ run(worker, lo, hi int) }

// share splits n items into one contiguous block a worker.
func share(t task, n, workers int) {
	if workers = min(workers, n); workers <= 1 {
		t.run(0, 0, n)
		return
	}
	inParallel(t, n, workers)
}

func inParallel(t task, n, workers int) {
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() { t.run(w, w*n/workers, (w+1)*n/workers) })
	}
	wg.Wait()
}
