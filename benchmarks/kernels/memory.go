package main

import (
	"errors"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"time"
)

// measure returns how much a first call allocates where the place of the results
// exists already, none of it given back meanwhile, and how often a call allocates
// once there is scratch memory.
func measure(run func(*input, *place, *scratch, int), in *input, to *place, workers int) answer {
	run(in, to, new(scratch), workers)
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	var before, after runtime.MemStats
	s := new(scratch)
	runtime.ReadMemStats(&before)
	run(in, to, s, workers)
	runtime.ReadMemStats(&after)
	a := answer{Scratch: after.TotalAlloc - before.TotalAlloc, Allocations: math.Inf(1)}
	for range 5 { // the least, for the runtime allocates now and then by itself
		runtime.ReadMemStats(&before)
		run(in, to, s, workers)
		runtime.ReadMemStats(&after)
		a.Allocations = min(a.Allocations, float64(after.Mallocs-before.Mallocs))
	}
	return a
}

// profile repeats f for so long and writes where the time went.
func profile(file string, seconds float64, f func()) error {
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(out); err != nil {
		return errors.Join(err, out.Close())
	}
	for start := time.Now(); time.Since(start).Seconds() < seconds; {
		f()
	}
	pprof.StopCPUProfile()
	return out.Close()
}
