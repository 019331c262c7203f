// Package parallel shares the lines, rows or slices of one grid among goroutines.
package parallel

// Task is work on the items lo ≤ i < hi, which are a block of them. The worker that does it,
// from 0 on, does nothing else meanwhile.
type Task interface{ Run(worker, lo, hi int) }

// Finisher is a task that has something to do when a worker has done blocks one after another, before
// he takes others.
type Finisher interface{ Finish(worker int) }

// Do has a team of so many workers do one task; see [Team.Do].
func Do(t Task, n, blocks, workers int) {
	team := Gather(min(workers, Blocks(n, blocks)))
	defer team.Dismiss()
	team.Do(t, n, blocks)
}

// Blocks is into how many blocks n items are divided, at least one.
func Blocks(n, blocks int) int { return max(1, min(n, blocks, maxBlocks)) }

// Edge is the first item of a block, and of the block after the last n.
func Edge(block, n, blocks int) int { return int(int64(block) * int64(n) / int64(blocks)) }

func finish(t Task, worker int) {
	if f, ok := t.(Finisher); ok {
		f.Finish(worker)
	}
}
