package parallel

import "sync/atomic"

// share is the blocks that a worker is to do next in a step, lo ≤ b < hi. He takes them from the
// front, others from the back. Who is late sees another step, and takes nothing.
// All that he needs is in one cache line, which is what it takes to meet.
type share struct {
	state     atomic.Uint64 // step, lo and hi, see stateOf
	task      Task
	n, blocks int
	done      atomic.Int64 // blocks that he has done
	taken     atomic.Bool  // by a helper
	_         [12]byte
}

const (
	blockBits = 24
	maxBlocks = 1<<blockBits - 1
	dismissed = 1<<(64-2*blockBits) - 1 // the step after all others
)

func stateOf(step, lo, hi int) uint64 {
	return uint64(step)<<(2*blockBits) | uint64(lo)<<blockBits | uint64(hi)
}

func (s *share) set(step, lo, hi int) { s.state.Store(stateOf(step, lo, hi)) }

// step is the one that the share is of.
func (s *share) step() int { return int(s.state.Load() >> (2 * blockBits)) }

// left is what is left of a step, and the state that says so.
func (s *share) left(step int) (state uint64, lo, hi int) {
	state = s.state.Load()
	if int(state>>(2*blockBits)) != step {
		return state, 0, 0
	}
	return state, int(state >> blockBits & maxBlocks), int(state & maxBlocks)
}

// next takes the first block of a step.
func (s *share) next(step int) (b int, ok bool) {
	for {
		state, lo, hi := s.left(step)
		if lo == hi {
			return 0, false
		}
		if s.state.CompareAndSwap(state, stateOf(step, lo+1, hi)) {
			return lo, true
		}
	}
}

// half takes the later half of the blocks of a step, at least one.
func (s *share) half(step int) (lo, hi int, ok bool) {
	for {
		state, lo, hi := s.left(step)
		if lo == hi {
			return 0, 0, false
		}
		mid := (lo + hi) / 2
		if s.state.CompareAndSwap(state, stateOf(step, lo, mid)) {
			return mid, hi, true
		}
	}
}
