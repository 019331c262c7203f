package parallel

import "syscall"

// looks is how often somebody who waits awake looks before he yields.
const looks = 200

// yield lets another thread have the processor, if one is to run on it. Linux may wake a helper on
// the processor of its caller although another has nothing to do; there neither may wait awake
// while the other works.
func yield() {
	// No error is known, and nothing would depend on it.
	_, _, _ = syscall.RawSyscall(syscall.SYS_SCHED_YIELD, 0, 0, 0)
}
