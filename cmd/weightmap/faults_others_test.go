package main

import (
	"os"
	"regexp"
	"strings"
)

var otherFaults = []faultRow{
	{"a mask is removed at any moment of the run, and comes back", func(f *fault) {
		f.meddled(func(f *fault) { f.ok(os.Remove(f.path("data/b.png"))) })
	}},
	{"a mask is cut short at any moment, and written anew", func(f *fault) {
		f.meddled(func(f *fault) { f.ok(os.Truncate(f.path("data/b.png"), 40)) })
	}},
	{"a mask is replaced by another at any moment", func(f *fault) {
		f.replaced(func(f *fault) {
			f.mask("new.png", 5)
			f.ok(os.Rename(f.path("new.png"), f.path("data/b.png")))
		})
	}},
	{"a mask is written anew in place, with a time in the past, at any moment", func(f *fault) {
		f.replaced(func(f *fault) { f.mask("data/b.png", 6) })
	}},
	{"an output is removed at any moment", func(f *fault) {
		f.meddled(func(f *fault) { _ = os.Remove(f.path("data/b.weights.npy")) })
	}},
	{"an output is replaced by something else at any moment", func(f *fault) {
		replace := func(f *fault) {
			f.write("x", "something else")
			f.ok(os.Rename(f.path("x"), f.path("data/b.weights.npy")))
		}
		f.everyMoment(func(f *fault) { f.masks() }, replace, func(f *fault, r faultResult) {
			f.aboutB(r)
			if f.read("data/b.weights.npy") == "something else" {
				f.ok(os.Remove(f.path("data/b.weights.npy")))
			} else if r.code != exitOK {
				f.Errorf("it is lost, and yet\n%s", r.text)
			}
			f.mends()
		})
	}},
	{"the folder of outputs is removed at any moment", func(f *fault) {
		f.everyMoment(func(f *fault) { f.masks("--out", "out/a") }, func(f *fault) { f.ok(os.RemoveAll(f.path("out"))) },
			func(f *fault, r faultResult) {
				for _, line := range f.complaints(r) {
					if !fileAndCause(line, "no such file or directory") && !strings.Contains(line, "no such file or directory") {
						f.Errorf("it says: %s", line)
					}
				}
				f.mends()
			})
		f.add("weightmap: FILE: no such file or directory", "exit code 1 or 3", "(or nothing, where all was done)")
	}},
	{"a second run begins at any moment of the first", func(f *fault) {
		refused := regexp.MustCompile(`^weightmap: data: another run is at work here( \(process \d+ on [^)]*\))?$`)
		var second faultResult
		f.everyMoment(func(f *fault) { f.masks() }, func(f *fault) { second = f.run(f.args...) },
			func(f *fault, r faultResult) {
				// Whoever comes second is sent away, or finds nothing to do.
				one, two := r, second
				if one.code != exitOK {
					one, two = two, one
				}
				lines := f.complaints(two)
				if one.code != exitOK || two.code != exitOK && (two.code != exitError || len(lines) != 1 || !refused.MatchString(lines[0])) {
					f.Errorf("the first ends with %d\n%s\nand the second with %d\n%s", r.code, r.text, second.code, second.text)
				}
				f.sound(false)
				f.mends()
			})
		f.add("weightmap: data: another run is at work here (process N on HOST)", "exit code 1", "(to one of them; the other goes on)")
	}},
	{"`verify` begins at any moment of a run", func(f *fault) {
		var verify faultResult
		f.everyMoment(func(f *fault) { f.masks() }, func(f *fault) { verify = f.run("verify", "data") },
			func(f *fault, r faultResult) {
				at := strings.Contains(verify.text, "at work here") || strings.Contains(verify.text, "a run wrote here")
				if r.code != exitOK || strings.Contains(verify.text+verify.out, "damaged") || verify.code == exitError && !at && !strings.Contains(verify.text, "no manifest tells of it") {
					f.Errorf("the run ends with %d\n%s\nand verify with %d\n%s", r.code, r.text, verify.code, verify.text)
				}
				f.sound(false)
				f.mends()
			})
		f.add("(that a run is at work, or what is there; the run goes on)")
	}},
}

// everyMoment does something once at each call of a run by which something changes,
// or by which it looks at the mask b.
func (f *fault) everyMoment(set, do func(f *fault), then func(f *fault, r faultResult)) {
	f.Helper()
	var now *fault
	f.every(func(g *fault) { set(g); now = g }, func(c sysCall) bool { return c.changes || c.path == "data/b.png" },
		func(sysCall) verdict { do(now); return verdict{} }, then)
}

// meddled has another program do something to the mask b or its output at any moment
// of a run, and put the mask back after it.
func (f *fault) meddled(meddle func(f *fault)) {
	f.Helper()
	f.everyMoment(func(f *fault) { f.masks() }, meddle, func(f *fault, r faultResult) {
		f.aboutB(r)
		f.mask("data/b.png", 1)
		f.mends()
	})
}

// replaced is meddled for a mask that stays another. Whatever the moment, there is
// what a run makes of the old or of the new one, and the manifest says of which.
func (f *fault) replaced(replace func(f *fault)) {
	f.Helper()
	f.everyMoment(func(f *fault) { f.masks() }, replace, func(f *fault, r faultResult) {
		f.aboutB(r)
		now := &fault{T: f.T, program: f.program, dir: f.TempDir(), args: f.args}
		for _, name := range []string{"data/a.png", "data/b.png", "data/c.png"} {
			now.write(name, f.read(name))
		}
		now.peace = now.atPeace()
		got := f.tree()
		if output, ok := got["data/b.weights.npy"]; ok {
			of := f
			if output == now.peace["data/b.weights.npy"] {
				of = now
			}
			if claim := lineOf(got, "b"); output != of.peace["data/b.weights.npy"] || claim != "" && claim != lineOf(of.peace, "b") {
				f.Errorf("the output is of neither mask, or the manifest says something else: %s", claim)
			}
		}
		f.mendsTo(now.peace)
	})
}

// lineOf is the manifest's line on an item.
func lineOf(tree map[string]string, item string) string {
	for line := range strings.Lines(tree["data/weightmap.jsonl"]) {
		if strings.HasPrefix(line, `{"item":"`+item+`"`) {
			return line
		}
	}
	return ""
}

// aboutB makes sure that a run complains of nothing but the mask b, if at all.
func (f *fault) aboutB(r faultResult) {
	f.Helper()
	if r.code != exitOK && r.code != exitSomeFailed {
		f.Errorf("exit code %d", r.code)
	}
	for _, line := range f.complaints(r) {
		if !strings.Contains(line, "data/b.") {
			f.Errorf("it says: %s", line)
		}
		f.add(line)
	}
	f.add("exit code 0 or 3")
}
