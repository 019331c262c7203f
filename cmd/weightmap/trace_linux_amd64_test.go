package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// The system calls of amd64 that the program makes on files.
var traced = map[uint64]string{
	0: "read", 1: "write", 17: "read", 18: "write", 20: "write", 5: "stat", 262: "stat", 257: "open", 74: "sync", 75: "sync",
	77: "truncate", 82: "rename", 264: "rename", 316: "rename", 87: "remove", 84: "remove", 263: "remove",
	83: "mkdir", 258: "mkdir", 90: "chmod", 91: "chmod", 268: "chmod", 326: "write", 285: "write",
}

const (
	clockGettime  = 228
	auxVDSO       = 33 // AT_SYSINFO_EHDR: where the clock is read without a system call
	auxIgnore     = 1
	traceSysGood  = 0x80
	traceExitKill = 0x100000 // PTRACE_O_EXITKILL
)

// trace runs the program, and asks about every system call on a file below the
// folder f before it is made. It returns how the run ended, with the code −1 for one
// that was killed.
func (f *fault) trace(cmd *exec.Cmd, ask func(c sysCall) verdict) faultResult {
	return f.traceAt(cmd, 0, ask)
}

// traceAt is trace with the wall clock put forward.
func (f *fault) traceAt(cmd *exec.Cmd, ahead time.Duration, ask func(c sysCall) verdict) faultResult {
	f.Helper()
	runtime.LockOSThread() // which alone may ask about the program
	defer runtime.UnlockOSThread()
	r, err := (&tracer{dir: f.dir, ahead: ahead, ask: ask}).run(cmd)
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOSYS) {
		f.Skip("programs cannot be traced here: ", err)
	}
	f.ok(err)
	return r
}

type tracer struct {
	dir   string
	ahead time.Duration
	ask   func(c sysCall) verdict
}

// tracedThread is a thread within a system call.
type tracedThread struct {
	inside  bool
	verdict verdict
	clock   uintptr // of the time to be changed
}

func (tr *tracer) run(cmd *exec.Cmd) (r faultResult, err error) {
	stdout, stderr := cmd.Stdout.(*bytes.Buffer), cmd.Stderr.(*bytes.Buffer)
	files := make([]*os.File, 2)
	for i := range files {
		if files[i], err = os.CreateTemp("", "weightmap-test-"); err != nil {
			return r, err
		}
		defer os.Remove(files[i].Name())
		defer files[i].Close()
	}
	cmd.Stdout, cmd.Stderr = files[0], files[1]
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1", "GODEBUG=asyncpreemptoff=1", "GOGC=off")
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true, Setpgid: true}
	if err := cmd.Start(); err != nil {
		return r, err
	}
	if r.code, err = tr.follow(cmd.Process.Pid); err != nil {
		return r, err
	}
	_ = cmd.Process.Release()
	for i, b := range []*bytes.Buffer{stdout, stderr} {
		text, err := os.ReadFile(files[i].Name())
		if err != nil {
			return r, err
		}
		b.Write(text)
	}
	r.out, r.text = stdout.String(), stderr.String()
	return r, nil
}

// follow leads the process from its first stop to its end.
func (tr *tracer) follow(pid int) (code int, err error) {
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(pid, &status, 0, nil); err != nil {
		return 0, err
	}
	defer func() {
		if err != nil {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}()
	if err := syscall.PtraceSetOptions(pid, syscall.PTRACE_O_TRACESYSGOOD|syscall.PTRACE_O_TRACECLONE|traceExitKill); err != nil {
		return 0, err
	}
	if tr.ahead != 0 {
		if err := hideVDSO(pid); err != nil {
			return 0, err
		}
	}
	if err := syscall.PtraceSyscall(pid, 0); err != nil {
		return 0, err
	}
	threads := map[int]*tracedThread{}
	for {
		tid, err := syscall.Wait4(-pid, &status, syscall.WALL, nil)
		switch {
		case errors.Is(err, syscall.EINTR):
			continue
		case err != nil:
			return 0, err
		case status.Exited() || status.Signaled():
			if tid == pid {
				return status.ExitStatus(), nil
			}
			delete(threads, tid)
			continue
		}
		th := threads[tid]
		signal := 0
		switch {
		case status.StopSignal() == syscall.SIGTRAP|traceSysGood:
			if th == nil {
				th = &tracedThread{}
				threads[tid] = th
			}
			if err := tr.stop(pid, tid, th); err != nil && !errors.Is(err, syscall.ESRCH) {
				return 0, err
			}
		case status.StopSignal() == syscall.SIGTRAP: // a new thread
		case status.StopSignal() == syscall.SIGSTOP && th == nil: // its first stop
			threads[tid] = &tracedThread{}
		default:
			signal = int(status.StopSignal())
		}
		// A thread that was killed has no more to do.
		if err := syscall.PtraceSyscall(tid, signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return 0, err
		}
	}
}

// stop is before or after a system call.
func (tr *tracer) stop(pid, tid int, th *tracedThread) error {
	var regs syscall.PtraceRegs
	if err := syscall.PtraceGetRegs(tid, &regs); err != nil {
		return err
	}
	if th.inside = !th.inside; !th.inside {
		v, clock := th.verdict, th.clock
		th.verdict, th.clock = verdict{}, 0
		switch {
		case v.kill:
			return syscall.Kill(pid, syscall.SIGKILL)
		case v.fail != 0:
			regs.Rax = -uint64(v.fail)
			return syscall.PtraceSetRegs(tid, &regs)
		case clock != 0 && regs.Rax == 0:
			return addTime(tid, clock, tr.ahead)
		}
		return nil
	}
	if tr.ahead != 0 && regs.Orig_rax == clockGettime && regs.Rdi == 0 {
		th.clock = uintptr(regs.Rsi)
	}
	c := sysCall{name: traced[regs.Orig_rax], size: int(regs.Rdx)}
	c.path = tr.pathOf(tid, c.name, &regs)
	if c.name == "" || c.path == "" {
		return nil
	}
	c.changes = c.name != "read" && c.name != "stat"
	if c.name == "open" {
		c.changes = regs.Rdx&(syscall.O_CREAT|syscall.O_TRUNC) != 0
	}
	switch v := tr.ask(c); {
	case v.kill && v.torn:
		regs.Rdx /= 2
		th.verdict = v
		return syscall.PtraceSetRegs(tid, &regs)
	case v.kill: // it is not made
		return syscall.Kill(pid, syscall.SIGKILL)
	case v.fail != 0:
		th.verdict = v
		regs.Orig_rax = ^uint64(0)
		return syscall.PtraceSetRegs(tid, &regs)
	case v.signal != 0:
		return syscall.Kill(pid, v.signal)
	}
	return nil
}

// pathOf is the path that a call is about, from the folder of the tracer, or "".
func (tr *tracer) pathOf(tid int, name string, regs *syscall.PtraceRegs) string {
	path := ""
	switch {
	case name == "":
		return ""
	case regs.Orig_rax == 5 || name == "read" || name == "write" || name == "sync" || name == "truncate" || regs.Orig_rax == 91:
		path, _ = os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", tid, regs.Rdi))
	default:
		at := regs.Rdi
		if regs.Orig_rax >= 257 {
			at = regs.Rsi // after the folder that it is relative to
		}
		text := make([]byte, 4096)
		mem, err := os.Open(fmt.Sprintf("/proc/%d/mem", tid))
		if err != nil {
			return ""
		}
		defer mem.Close()
		n, _ := mem.ReadAt(text, int64(at))
		text, _, _ = bytes.Cut(text[:n], []byte{0})
		if path = string(text); !filepath.IsAbs(path) {
			path = filepath.Join(tr.dir, path)
		}
	}
	rel, below := strings.CutPrefix(path, tr.dir+"/")
	if !below {
		return ""
	}
	return rel
}

// hideVDSO makes a program that was just loaded ask the kernel for the time.
func hideVDSO(pid int) error {
	var regs syscall.PtraceRegs
	if err := syscall.PtraceGetRegs(pid, &regs); err != nil {
		return err
	}
	word := func(at uintptr) (v uint64, err error) {
		_, err = syscall.PtracePeekData(pid, at, (*[8]byte)(unsafe.Pointer(&v))[:])
		return v, err
	}
	// Above the arguments and the environment, each with a zero at its end.
	at := uintptr(regs.Rsp) + 8
	for range 2 {
		for v := uint64(1); v != 0; at += 8 {
			var err error
			if v, err = word(at); err != nil {
				return err
			}
		}
	}
	for ; ; at += 16 {
		switch kind, err := word(at); {
		case err != nil:
			return err
		case kind == 0:
			return errors.New("the program has no other clock")
		case kind == auxVDSO:
			_, err := syscall.PtracePokeData(pid, at, []byte{auxIgnore, 0, 0, 0, 0, 0, 0, 0})
			return err
		}
	}
}

// addTime changes a time in the memory of a program.
func addTime(tid int, at uintptr, d time.Duration) error {
	var v int64
	b := (*[8]byte)(unsafe.Pointer(&v))[:]
	if _, err := syscall.PtracePeekData(tid, at, b); err != nil {
		return err
	}
	v += int64(d / time.Second)
	_, err := syscall.PtracePokeData(tid, at, b)
	return err
}

// The tracer meets each call of a run on a file that it changes, and what it
// decides happens: without that the faults made by it would show nothing.
func TestTracer(t *testing.T) {
	f := &fault{T: t, program: buildProgram(t), dir: t.TempDir()}
	f.masks()
	names := map[string]int{}
	r := f.trace(f.command(f.args...), func(c sysCall) verdict {
		if c.changes {
			names[c.name]++
		}
		return verdict{}
	})
	f.sound(false)
	if r.code != exitOK || names["open"] < 5 || names["write"] < 9 || names["sync"] < 6 || names["rename"] < 3 || names["remove"] < 1 {
		t.Errorf("exit code %d after %v\n%s", r.code, names, r.text)
	}
	for name := range f.peace {
		if strings.HasSuffix(name, ".npy") {
			f.ok(os.Remove(f.path(name)))
		}
	}
	r = f.trace(f.command(f.args...), func(c sysCall) verdict {
		if c.name == "rename" {
			return verdict{kill: true}
		}
		return verdict{}
	})
	if temps, _ := filepath.Glob(f.path("data/.weightmap-*.tmp")); r.code != -1 || len(temps) != 1 {
		t.Errorf("killed at its first rename, it leaves %v with exit code %d", temps, r.code)
	}
}
