package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/npy"
)

// buildProgram builds the program as its user has it.
func buildProgram(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "weightmap")
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return path
}

// process is a running weightmap pipe.
type process struct {
	*exec.Cmd
	in     io.WriteCloser
	out    io.ReadCloser
	stderr bytes.Buffer
}

func startPipe(t *testing.T, program string, flags ...string) *process {
	t.Helper()
	p := &process{Cmd: exec.Command(program, append([]string{"pipe"}, flags...)...)}
	var err error
	if p.in, err = p.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if p.out, err = p.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	p.Stderr = &p.stderr
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Process.Kill() })
	return p
}

// spots is a mask of 64×64 with 5×5 spots, and a different one for every n.
func spots(n int) *grid.Mask {
	m := grid.New[uint8](64, 64)
	for y := range 64 {
		for x := range 64 {
			if (y+n)%9 < 5 && (x+n/9)%11 < 5 {
				m.Set(1, y, x)
			}
		}
	}
	return m
}

// 12,000 masks go through one process, which does not grow from it.
func TestPipeMemoryIsFlat(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the memory of a process is read from /proc")
	}
	p := startPipe(t, buildProgram(t), "--jobs", "4")
	const masks = 12000
	sent := make(chan error, 1)
	go func() {
		in := bufio.NewWriterSize(p.in, 1<<16)
		for n := range masks {
			if err := npy.Write(in, spots(n)); err != nil {
				sent <- err
				return
			}
		}
		sent <- errors.Join(in.Flush(), p.in.Close())
	}()
	out := bufio.NewReaderSize(p.out, 1<<16)
	first, most := 0, 0 // kB
	var sample [99]float32
	for n := range masks {
		m, err := npy.Read[float32](out, npy.Limits{})
		if err != nil {
			t.Fatalf("map %d: %v\n%s", n, err, &p.stderr)
		}
		if at := n % 99; n < 99 {
			sample[at] = total(m)
		} else if total(m) != sample[at] {
			t.Fatalf("map %d is not that of mask %d, which is the same: the order is lost", n, at)
		}
		switch {
		case n == 1000:
			first = residentSet(t, p.Process.Pid)
		case n > 1000 && n%500 == 0:
			most = max(most, residentSet(t, p.Process.Pid))
		}
	}
	if err := <-sent; err != nil {
		t.Error(err)
	}
	if rest, _ := io.ReadAll(out); len(rest) > 0 {
		t.Errorf("%d bytes follow the last map", len(rest))
	}
	if err := p.Wait(); err != nil || p.stderr.Len() > 0 {
		t.Errorf("%v\n%s", err, &p.stderr)
	}
	t.Logf("resident: %d kB after 1000 masks, at most %d kB until %d", first, most, masks)
	// A leak of one mask each would be 45,000 kB, of one map 180,000.
	if most > first+16<<10 {
		t.Errorf("resident memory grows from %d kB after 1000 masks to %d kB", first, most)
	}
}

func total(m *grid.Map) (sum float32) {
	for i, v := range m.Data {
		sum += v * float32(i%17)
	}
	return sum
}

func residentSet(t *testing.T, pid int) (kB int) {
	t.Helper()
	status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(status), "VmRSS:")
	if kB, err = strconv.Atoi(strings.Fields(after)[0]); err != nil {
		t.Fatal(err)
	}
	return kB
}

// An interrupt ends a pipe that waits for a mask, and one whose maps nobody reads.
func TestPipeInterrupted(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows cannot send an interrupt to one process")
	}
	program := buildProgram(t)
	for name, masks := range map[string]int{"waiting for a mask": 1, "waiting for a reader": 10000} {
		p := startPipe(t, program)
		go func() {
			for n := range masks {
				if npy.Write(p.in, spots(n)) != nil {
					return
				}
			}
		}()
		if _, err := npy.Read[float32](p.out, npy.Limits{}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(50 * time.Millisecond)
		if err := p.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		go io.Copy(io.Discard, p.out)
		err := p.Wait()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 130 || p.stderr.String() != "weightmap: interrupted\n" {
			t.Errorf("%s: %v\n%s", name, err, &p.stderr)
		}
		p.in.Close()
	}
}

// Who has had enough maps closes the pipe, and nothing is said.
func TestPipeBroken(t *testing.T) {
	p := startPipe(t, buildProgram(t))
	if err := npy.Write(p.in, spots(0)); err != nil {
		t.Fatal(err)
	}
	if _, err := npy.Read[float32](p.out, npy.Limits{}); err != nil {
		t.Fatal(err)
	}
	p.out.Close()
	for n := range 10000 {
		if npy.Write(p.in, spots(n)) != nil {
			break // it has ended
		}
	}
	err := p.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		// The signal that ends cat, head and all others then, if there is one.
		if status, ok := exit.Sys().(syscall.WaitStatus); !ok || !status.Signaled() || status.Signal() != syscall.SIGPIPE {
			t.Error(err)
		}
	} else if err != nil {
		t.Error(err)
	}
	if p.stderr.Len() > 0 {
		t.Errorf("it says %s", &p.stderr)
	}
}
