package parallel

import (
	"runtime"
	"slices"
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

// crew is all helpers. There are no more than processors besides the caller's.
var crew struct {
	sync.Mutex
	all     int
	waiting []*helper
	asked   []*job // for a helper, while none waited
	done    []*job // to be used again
}

// call asks a helper to do the job: one that waits, a new one, or whoever is the next to have done
// his.
func call(j *job) {
	crew.Lock()
	defer crew.Unlock()
	if last := len(crew.waiting) - 1; last >= 0 {
		crew.waiting[last].next.Store(j)
		crew.waiting = crew.waiting[:last]
	} else if crew.all < runtime.GOMAXPROCS(0)-1 {
		crew.all++
		go new(helper).help(j)
	} else {
		crew.asked = append(crew.asked, j)
	}
}

// recall asks no more for helpers that have not come to the job. It returns how many.
func recall(j *job) int {
	crew.Lock()
	defer crew.Unlock()
	asked := len(crew.asked)
	crew.asked = slices.DeleteFunc(crew.asked, func(other *job) bool { return other == j })
	return asked - len(crew.asked)
}

func (h *helper) help(j *job) {
	for ; j != nil; j = h.wait() {
		j.work(int(j.helpers.Add(1)))
		j.leave(1)
	}
}

// wait returns the next job, or nil if there is none for long.
func (h *helper) wait() *job {
	crew.Lock()
	if len(crew.asked) > 0 {
		j := crew.asked[0]
		crew.asked = slices.Delete(crew.asked, 0, 1)
		crew.Unlock()
		return j
	}
	crew.waiting = append(crew.waiting, h)
	crew.Unlock()
	for start := time.Now(); time.Since(start) < awake; yield() {
		for range looks {
			if j := h.next.Load(); j != nil {
				h.next.Store(nil)
				return j
			}
		}
	}
	crew.Lock()
	defer crew.Unlock()
	if i := slices.Index(crew.waiting, h); i >= 0 {
		crew.waiting = slices.Delete(crew.waiting, i, i+1)
		crew.all--
		return nil
	}
	return h.next.Swap(nil) // called at the last moment
}
