//go:build !unix

package clock

import "time"

// Processor is the time since the start, for want of better.
func Processor() time.Duration { return time.Since(started) }
