// Package parallel shares the lines, rows or slices of one grid among goroutines.
package parallel

// Task is work on the items lo ≤ i < hi, which are a block of them.
type Task interface{ Run(block, lo, hi int) }

// Do divides n items into as many blocks as there are workers, has each block done by one of
// them, and returns when all are done; see [Edge] for where the blocks are. The caller
// itself is a worker; if it is the only one, nothing is allocated.
func Do(t Task, n, workers int) {
	if workers = Blocks(n, workers); workers == 1 {
		t.Run(0, 0, n)
		return
	}
	var c Crew
	c.Share(t, n, workers, workers)
	c.Dismiss()
}

// Blocks is into how many blocks n items are divided, at least one.
func Blocks(n, blocks int) int { return max(1, min(n, blocks)) }

// Edge is the first item of a block, and of the block after the last n.
func Edge(block, n, blocks int) int { return block * n / blocks }
