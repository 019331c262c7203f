package main

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
)

var diskFaults = []faultRow{
	{"the disk is full: 32 kB, and the outputs need more", func(f *fault) {
		f.masks("--save", "weights,d1,d2,labels,target", "--out", "out")
		mount := f.mount("out", "-t", "tmpfs", "-o", "size=32k", "none")
		f.says(f.run(f.args...))
		f.sound(false)
		mount("-o", "remount,size=4m")
		f.mends()
	}},
	{"the disk is full from any write on", func(f *fault) {
		f.everyChange(func(f *fault) { f.masks("--out", "out") }, fullDisk, func(f *fault, r faultResult) { f.failedWrite(r, "no space left on device") })
	}},
	{"any one write fails with an I/O error", func(f *fault) {
		broken := func(sysCall) verdict { return verdict{fail: syscall.EIO} }
		f.everyChange(func(f *fault) { f.masks("--out", "out") }, broken, func(f *fault, r faultResult) { f.failedWrite(r, "input/output error") })
	}},
	{"any one write over an earlier run's outputs fails with an I/O error", func(f *fault) {
		broken := func(sysCall) verdict { return verdict{fail: syscall.EIO} }
		f.everyChange(func(f *fault) {
			f.masks("--sigma", "4")
			f.run(f.args...)
			f.older = f.tree()
			f.masks("--sigma", "5")
		}, broken, func(f *fault, r faultResult) { f.failedWrite(r, "input/output error") })
	}},
	{"a mask cannot be read: any one read fails with an I/O error", func(f *fault) {
		f.every(func(f *fault) { f.masks() }, func(c sysCall) bool { return c.name == "read" && c.path == "data/b.png" },
			func(sysCall) verdict { return verdict{fail: syscall.EIO} },
			func(f *fault, r faultResult) {
				if r.code != exitSomeFailed || !strings.Contains(r.text, "data/b.png: input/output error") || strings.Contains(r.text, "a.png") {
					f.Errorf("exit code %d", r.code)
				}
				f.add("weightmap: data/b.png: input/output error", "exit code 3")
				f.sound(false)
				f.mends()
			})
	}},
	{"files may not be larger than 2 kB (`ulimit -f`), and the second output is", func(f *fault) {
		f.mask("data/a.png", 1)
		f.ok(drawMask(f.path("data/b.png"), []string{strings.Repeat("1..2", 1000)}))
		f.runs("precompute", "data", "--instances", "ids", "--balance", "none", "--jobs", "1")
		if runtime.GOOS == "windows" {
			f.Skip("there is no such limit")
		}
		cmd := f.command()
		shell := exec.Command("sh", append([]string{"-c", `ulimit -f 4 && exec "$0" "$@"`, f.program}, f.args...)...)
		shell.Dir, shell.Stdout, shell.Stderr = cmd.Dir, cmd.Stdout, cmd.Stderr
		f.says(f.finish(shell))
		f.sound(false)
		f.mends()
	}},
	{"the folder may only be read", func(f *fault) {
		f.masks()
		f.noWriting("data")
		f.says(f.nobody(f.args...))
		f.sound(false)
		f.ok(os.Chmod(f.path("data"), 0o755))
		f.mends()
	}},
	{"the folder may only be read, and all is up to date", func(f *fault) {
		f.masks()
		f.run(f.args...)
		f.older = f.tree()
		f.noWriting("data")
		f.says(f.nobody(f.args...))
		f.sound(false)
		f.ok(os.Chmod(f.path("data"), 0o755))
		f.mends()
	}},
	{"the file system may only be read", func(f *fault) {
		f.masks()
		mount := f.mount("data", "--bind", f.path("data"))
		mount("-o", "remount,bind,ro")
		f.says(f.run(f.args...))
		f.sound(false)
		mount("-o", "remount,bind,rw")
		f.mends()
	}},
	{"one of the folders that outputs go to may only be read", func(f *fault) {
		f.mask("data/a/x.png", 1)
		f.mask("data/b/x.png", 2)
		f.runs("precompute", "data", "--instances", "ids", "--balance", "none", "--jobs", "1")
		f.noWriting("data/a")
		f.ok(os.Chmod(f.path("data"), 0o777))
		f.ok(os.Chmod(f.path("data/b"), 0o777))
		f.says(f.nobody(f.args...))
		f.sound(false)
		f.ok(os.Chmod(f.path("data/a"), 0o755))
		f.mends()
	}},
}

// fullDisk lets nothing be written from a call on.
func fullDisk(c sysCall) verdict {
	if c.name == "remove" || c.name == "rename" { // which need no room
		return verdict{}
	}
	return verdict{fail: syscall.ENOSPC, stays: true}
}

// failedWrite is what comes of a write that failed, or of all writes from there on: an
// error that names the file, unless all was done without.
func (f *fault) failedWrite(r faultResult, cause string) {
	f.Helper()
	complaints := f.complaints(r)
	switch {
	case r.code == exitOK && len(complaints) == 0:
		f.allDone()
	case r.code != exitSomeFailed && r.code != exitError:
		f.Errorf("exit code %d", r.code)
	default:
		if len(complaints) == 0 {
			f.Error("it does not say what failed")
		}
		for _, line := range complaints {
			if !fileAndCause(line, cause) {
				f.Errorf("it does not name the file and the cause: %s", line)
			}
		}
	}
	f.add("weightmap: FILE: "+cause, "exit code 1 or 3", "(or nothing, where all could be done without)")
	f.sound(false)
	f.mends()
}

// allDone makes sure that a run that says so made all.
func (f *fault) allDone() {
	f.Helper()
	got := f.tree()
	for name, content := range f.peace {
		if got[name] != content {
			f.Errorf("all is said to be done, and %s is not", name)
		}
	}
}

// fileAndCause reports whether a line is about a file of the data set.
func fileAndCause(line, cause string) bool {
	file, rest, ok := strings.Cut(strings.TrimPrefix(line, "weightmap: "), ": ")
	for _, op := range []string{"open ", "write ", "mkdir ", "remove ", "read "} {
		file = strings.TrimPrefix(file, op)
	}
	return ok && rest == cause && (strings.HasPrefix(file, "data") || strings.HasPrefix(file, "out")) && !strings.Contains(file, ".tmp")
}

// mount mounts something on a folder, which it makes, for the time of the test, and
// returns how to change that.
func (f *fault) mount(name string, args ...string) func(args ...string) {
	f.Helper()
	f.ok(os.MkdirAll(f.path(name), 0o777))
	if os.Getuid() != 0 || runtime.GOOS != "linux" {
		f.Skip("only root can mount, and on Linux")
	}
	mount := func(args ...string) error {
		out, err := exec.Command("mount", append(args, f.path(name))...).CombinedOutput()
		if err != nil {
			f.Logf("mount: %s", out)
		}
		return err
	}
	if err := mount(args...); err != nil {
		f.Skip("nothing can be mounted here: ", err)
	}
	f.Cleanup(func() {
		if out, err := exec.Command("umount", f.path(name)).CombinedOutput(); err != nil {
			f.Errorf("umount: %v\n%s", err, out)
		}
	})
	return func(args ...string) {
		f.Helper()
		f.ok(mount(args...))
	}
}
