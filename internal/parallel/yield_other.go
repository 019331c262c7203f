//go:build !linux

package parallel

import "runtime"

// looks is how often somebody who waits awake looks before he yields.
const looks = 1000

// yield lets another goroutine run.
func yield() { runtime.Gosched() }
