package parallel

import (
	"runtime"
	"sync/atomic"
)

// A Crew does one task after another. Its helpers wait for the next task awake, for to wake a
// sleeping processor may take as long as a small task does. The zero Crew is ready to use.
type Crew struct {
	newest  atomic.Pointer[job] // nil if there is none to be done
	helpers atomic.Int64
}

// Share is [Do] with another number of blocks: the more there are, the less it matters
// that a worker comes late.
func (c *Crew) Share(t Task, n, blocks, workers int) {
	if blocks = Blocks(n, blocks); min(blocks, workers) > 1 {
		c.share(t, n, blocks, workers)
		return
	}
	for b := range blocks {
		t.Run(b, Edge(b, n, blocks), Edge(b+1, n, blocks))
	}
}

// share stands alone so that what helpers need is allocated only where there are some.
func (c *Crew) share(t Task, n, blocks, workers int) {
	j := &job{task: t, n: n, blocks: blocks, last: make(chan struct{})}
	workers = min(workers, blocks, runtime.GOMAXPROCS(0))
	c.newest.Store(j)
	for c.helpers.Load() < int64(workers-1) {
		c.helpers.Add(1)
		go c.help(j)
	}
	j.work()
	j.wait()
}

// Dismiss sends the helpers home.
func (c *Crew) Dismiss() { c.newest.Store(nil) }

func (c *Crew) help(j *job) {
	for j != nil {
		j.work()
		j = c.after(j)
	}
	c.helpers.Add(-1)
}

// after waits for the job after one, which is nil if there is none for long.
func (c *Crew) after(j *job) *job {
	for range 20 * patience {
		if next := c.newest.Load(); next != j {
			return next
		}
	}
	return nil
}

// job is one task. Nobody has a block of his own: whoever is there takes the next, and a
// helper that comes when none is left is not waited for.
type job struct {
	task        Task
	n, blocks   int
	taken, done atomic.Int64
	last        chan struct{} // closed when all is done
}

func (j *job) work() {
	for b := int(j.taken.Add(1)) - 1; b < j.blocks; b = int(j.taken.Add(1)) - 1 {
		j.task.Run(b, Edge(b, j.n, j.blocks), Edge(b+1, j.n, j.blocks))
		if j.done.Add(1) == int64(j.blocks) {
			close(j.last)
		}
	}
}

// wait returns when all is done.
func (j *job) wait() {
	for range patience {
		if j.done.Load() == int64(j.blocks) {
			return
		}
	}
	<-j.last
}

// patience is how often to look before going to sleep, which is for some ten microseconds.
const patience = 20_000
