//go:build !unix

package main

import "time"

// processorTime is the time since the start, for want of better.
func processorTime() time.Duration { return time.Since(started) }
