package parallel

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A helper is in one team after another. It waits for the next awake, for to wake a sleeping
// processor may take as long as a small job does.
type helper struct {
	next atomic.Pointer[Team]
}

// awake is how long a helper waits before it goes home: about as long as it takes to call
// another, so that in the worst case waiting costs twice what was needed.
const awake = 200 * time.Microsecond

// crew is all helpers. There are no more than processors besides the caller's.
var crew struct {
	sync.Mutex
	all     int
	waiting []*helper
	asked   []*Team // for a helper, while none waited
	done    []*Team // to be used again
}

// call asks a helper to come to the team: one that waits, a new one, or whoever is the next to be
// let go.
func call(t *Team) {
	crew.Lock()
	defer crew.Unlock()
	if last := len(crew.waiting) - 1; last >= 0 {
		crew.waiting[last].next.Store(t)
		crew.waiting = crew.waiting[:last]
	} else if crew.all < runtime.GOMAXPROCS(0)-1 {
		crew.all++
		go new(helper).help(t)
	} else {
		crew.asked = append(crew.asked, t)
	}
}

// recall asks no more for helpers that have not come to the team. It returns how many.
func recall(t *Team) int {
	crew.Lock()
	defer crew.Unlock()
	asked := len(crew.asked)
	crew.asked = slices.DeleteFunc(crew.asked, func(other *Team) bool { return other == t })
	return asked - len(crew.asked)
}

func (h *helper) help(t *Team) {
	for ; t != nil; t = h.wait() {
		t.help()
	}
}

// wait returns the next team, or nil if there is none for long.
func (h *helper) wait() *Team {
	crew.Lock()
	if len(crew.asked) > 0 {
		t := crew.asked[0]
		crew.asked = slices.Delete(crew.asked, 0, 1)
		crew.Unlock()
		return t
	}
	crew.waiting = append(crew.waiting, h)
	crew.Unlock()
	for start := time.Now(); time.Since(start) < awake; yield() {
		for range looks {
			if t := h.next.Load(); t != nil {
				h.next.Store(nil)
				return t
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
