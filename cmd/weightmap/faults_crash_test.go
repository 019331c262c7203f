package main

import (
	"os"
	"strings"
	"syscall"
)

var crashFaults = []faultRow{
	{"`kill -9` at any write", func(f *fault) {
		f.killed(func(f *fault) { f.masks("--save", "weights,labels") }, verdict{kill: true})
	}},
	{"`kill -9` in the middle of any write", func(f *fault) {
		f.killed(func(f *fault) { f.masks() }, verdict{kill: true, torn: true})
	}},
	{"`kill -9` at any write of a run that replaces the outputs of another", func(f *fault) {
		f.killed(func(f *fault) {
			f.masks("--sigma", "4")
			f.run(f.args...)
			f.older = f.tree()
			f.masks("--sigma", "5")
		}, verdict{kill: true})
	}},
	{"`kill -9` at any write of a run that puts the manifests of several writers in order", func(f *fault) {
		f.killed(func(f *fault) {
			f.masks()
			f.run(f.args...)
			for i, line := range strings.SplitAfter(f.read("data/weightmap.jsonl"), "\n")[:3] {
				f.write("data/weightmap."+string(rune('1'+i))+".jsonl", line)
			}
			f.ok(os.Remove(f.path("data/weightmap.jsonl")))
			f.runs(f.args...)
			f.older = f.tree()
			for name := range f.older {
				if strings.HasSuffix(name, ".jsonl") { // which are put together
					delete(f.older, name)
				}
			}
		}, verdict{kill: true})
	}},
	{"an interrupt (ctrl-C) at any write", func(f *fault) {
		f.everyChange(func(f *fault) { f.masks() }, func(sysCall) verdict { return verdict{signal: syscall.SIGINT} },
			func(f *fault, r faultResult) {
				if r.code != exitOK {
					f.says(r)
				}
				f.sound(false)
				f.mends()
			})
	}},
}

// killed kills a run at any write.
func (f *fault) killed(set func(f *fault), v verdict) {
	f.Helper()
	f.everyChange(set, func(c sysCall) verdict {
		if v.torn && c.name != "write" {
			return verdict{kill: true}
		}
		return v
	}, func(f *fault, r faultResult) {
		if r.code != -1 || r.text != "" && strings.Contains(r.text, "weightmap:") {
			f.Errorf("killed, it ends with exit code %d and says\n%s", r.code, r.text)
		}
		f.sound(true)
		f.mends()
	})
	f.add("(nothing)")
}
