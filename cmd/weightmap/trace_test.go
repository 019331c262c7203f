package main

import (
	"syscall"
	"testing"
)

// A sysCall is one that a traced program is about to make on a file.
type sysCall struct {
	name    string // open, write, rename, …
	path    string // from the folder of the fault
	size    int    // of what a write writes
	changes bool   // something on the disk
}

// A verdict is what happens to a call; that of zeros lets it be made.
type verdict struct {
	kill   bool          // the program, with signal 9, in place of the call
	torn   bool          // and kill: after half of what it would have written
	fail   syscall.Errno // is what comes of it, and it is not made
	stays  bool          // so it is with the calls after it
	signal syscall.Signal
}

// everyChange makes a fault once at each call of the run by which something on the
// disk changes: of the k-th of them, fate is asked. After each, then looks at what
// is left in a folder which is then made anew by set.
func (f *fault) everyChange(set func(f *fault), fate func(c sysCall) verdict, then func(f *fault, r faultResult)) {
	f.every(set, func(c sysCall) bool { return c.changes }, fate, then)
}

// every is everyChange for calls of any kind.
func (f *fault) every(set func(f *fault), kind func(c sysCall) bool, fate func(c sysCall) verdict, then func(f *fault, r faultResult)) {
	f.Helper()
	step := 1
	if f.partial = testing.Short(); f.partial {
		step = 5
	}
	for k := 0; ; k += step {
		g := &fault{T: f.T, program: f.program, dir: f.TempDir(), names: f.names}
		set(g)
		n, met, stays := -1, false, false
		var at sysCall
		r := g.trace(g.command(g.args...), func(c sysCall) verdict {
			if !kind(c) {
				return verdict{}
			}
			switch n++; {
			case n == k:
				met, at = true, c
				v := fate(c)
				stays = v.stays
				return v
			case stays:
				return fate(c)
			}
			return verdict{}
		})
		if !met {
			break
		}
		then(g, r)
		f.add(g.said...)
		if f.Failed() {
			f.Fatalf("that was at call %d, %s of %s; it says, with exit code %d,\n%s", k, at.name, at.path, r.code, r.text)
		}
	}
}
