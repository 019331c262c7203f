package parallel

import "sync/atomic"

// share is the blocks that a worker is to do next, lo ≤ b < hi. He takes them from the front, others
// from the back.
type share struct {
	ends atomic.Uint64 // lo, and hi in the upper half
	_    [56]byte      // no two in a cache line
}

func ends(lo, hi int) uint64 { return uint64(hi)<<32 | uint64(lo) }

func (s *share) set(lo, hi int) { s.ends.Store(ends(lo, hi)) }

// next takes the first.
func (s *share) next() (b int, ok bool) {
	for {
		old := s.ends.Load()
		lo, hi := int(uint32(old)), int(old>>32)
		if lo == hi {
			return 0, false
		}
		if s.ends.CompareAndSwap(old, ends(lo+1, hi)) {
			return lo, true
		}
	}
}

// half takes the later half, at least one.
func (s *share) half() (lo, hi int, ok bool) {
	for {
		old := s.ends.Load()
		lo, hi := int(uint32(old)), int(old>>32)
		if lo == hi {
			return 0, 0, false
		}
		mid := (lo + hi) / 2
		if s.ends.CompareAndSwap(old, ends(lo, mid)) {
			return mid, hi, true
		}
	}
}
