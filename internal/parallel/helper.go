package parallel

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// A helper does one job after another. It waits for the next awake, for to wake a sleeping
// processor may take as long as a small job does.
type helper struct {
	next atomic.Pointer[job]
}

// awake is how long a helper waits before it goes home: about as long as it takes to call
// another, so that in the worst case waiting costs twice what was needed.
const awake = 200 * time.Microsecond

// idle holds the helpers that wait, and counts all there are.
var idle struct {
	sync.Mutex
	helpers []*helper
	all     int
}

// call gives the job to a helper that waits, or to a new one.
func call(j *job) {
	idle.Lock()
	defer idle.Unlock()
	last := len(idle.helpers) - 1
	if last < 0 {
		idle.all++
		go new(helper).help(j)
		return
	}
	idle.helpers[last].next.Store(j)
	idle.helpers = idle.helpers[:last]
}

func (h *helper) help(j *job) {
	for ; j != nil; j = h.wait() {
		j.work(int(j.helpers.Add(1)))
	}
}

// wait returns the next job, or nil if there is none for long. Nobody waits who would do so in place
// of somebody who works.
func (h *helper) wait() *job {
	idle.Lock()
	if idle.all >= runtime.GOMAXPROCS(0) {
		idle.all--
		idle.Unlock()
		return nil
	}
	idle.helpers = append(idle.helpers, h)
	idle.Unlock()
	for start := time.Now(); time.Since(start) < awake; {
		for range 1000 {
			if j := h.next.Load(); j != nil {
				h.next.Store(nil)
				return j
			}
		}
	}
	idle.Lock()
	defer idle.Unlock()
	for i, other := range idle.helpers {
		if other == h {
			idle.helpers = append(idle.helpers[:i], idle.helpers[i+1:]...)
			idle.all--
			return nil
		}
	}
	return h.next.Swap(nil) // called at the last moment
}
