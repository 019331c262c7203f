package main

import (
	"os"
	"strings"
	"time"
)

const year = 365 * 24 * time.Hour

var clockFaults = []faultRow{
	{"the clock is a year behind in the second run", func(f *fault) { f.clock(0, -year) }},
	{"the clock is a year ahead in the first run", func(f *fault) { f.clock(year, 0) }},
	{"the clock is of 1969 in the first run, and ten years ahead in the second", func(f *fault) {
		f.clock(-time.Since(time.Unix(0, 0))-year, 10*year)
	}},
	{"the masks are of the future", func(f *fault) {
		f.masks()
		then := time.Now().Add(30 * year)
		for _, name := range []string{"a", "b", "c"} {
			f.ok(os.Chtimes(f.path("data/"+name+".png"), then, then))
		}
		f.says(f.run(f.args...))
		f.sound(false)
		f.mends()
	}},
	{"a mask is replaced by one that is years older", func(f *fault) {
		f.replacedMask(func() {
			f.mask("data/b.png", 4)
			then := time.Now().Add(-20 * year)
			f.ok(os.Chtimes(f.path("data/b.png"), then, then))
		})
	}},
	{"a mask is changed, its size is not, and its time is set back", func(f *fault) {
		f.mask("data/d.npy", 3)
		f.replacedMask(func() {
			before, err := os.Stat(f.path("data/d.npy"))
			f.ok(err)
			f.mask("data/d.npy", 4)
			f.ok(os.Chtimes(f.path("data/d.npy"), before.ModTime(), before.ModTime()))
			if now, err := os.Stat(f.path("data/d.npy")); err != nil || now.Size() != before.Size() || !now.ModTime().Equal(before.ModTime()) {
				f.Fatal("that cannot be done here")
			}
		})
	}},
}

// clock makes the first run with the clock put forward by one time, and after a mask
// was changed a second with another.
func (f *fault) clock(first, second time.Duration) {
	f.Helper()
	f.masks("--save", "weights,labels")
	now := f.peace
	asked := func(sysCall) verdict { return verdict{} }
	f.says(f.traceAt(f.command(f.args...), first, asked))
	f.sound(false)
	f.ok(os.Remove(f.path("data/a.labels.npy")))
	if r := f.traceAt(f.command(f.args...), second, asked); r.code != exitOK || !strings.Contains(r.text, "3 items: 1 made, 2 up to date") {
		f.Errorf("the second run: exit code %d\n%s", r.code, r.text)
	}
	f.mendsTo(now)
	f.mask("data/b.png", 4)
	f.replacedMaskIsMade(func() faultResult { return f.traceAt(f.command(f.args...), second, asked) })
}

// replacedMask makes all, has a mask replaced, and makes it anew.
func (f *fault) replacedMask(replace func()) {
	f.Helper()
	f.made()
	replace()
	f.replacedMaskIsMade(func() faultResult { return f.run(f.args...) })
}

func (f *fault) replacedMaskIsMade(run func() faultResult) {
	f.Helper()
	now := &fault{T: f.T, program: f.program, dir: f.TempDir(), args: f.args}
	for name, content := range f.tree() {
		if strings.HasSuffix(name, ".png") || name == "data/d.npy" {
			now.write(name, content)
		}
	}
	f.says(run())
	f.mendsTo(now.atPeace())
}
