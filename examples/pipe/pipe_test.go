// Package pipe_test runs the example as its README prints it.
package pipe_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/weightmap/weightmap/internal/judge"
)

// program builds weightmap into a folder of its own, and returns that.
func program(t *testing.T) (dir string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the README's shell is that of Unix")
	}
	dir = t.TempDir()
	if out, err := exec.Command("go", "build", "-o", filepath.Join(dir, "weightmap"), "../../cmd/weightmap").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return dir
}

// The client gives the maps that precompute writes, in forked, spawned and threaded
// workers, and goes on after a mask that fails and after an interruption.
func TestClient(t *testing.T) {
	bin := program(t)
	out := t.TempDir()
	run := exec.Command(filepath.Join(bin, "weightmap"), "precompute", "--instances", "ids", "--balance", "0.5,3",
		"--save", "weights,labels", "--out", out, "../../testdata/nuclei/labels")
	if msg, err := run.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, msg)
	}
	got := judge.Python(t, `
		import glob, multiprocessing, os, signal, sys, threading
		import numpy as np
		sys.dont_write_bytecode = True
		sys.path.insert(0, '.')
		from weightpipe import WeightPipe

		program, out = sys.argv[1] + '/weightmap', sys.argv[2]
		names = sorted(glob.glob(out + '/*.labels.npy'))
		masks = [np.load(n) for n in names]
		want = [np.load(n.replace('labels', 'weights')) for n in names]
		assert len(names) == 4
		pipe = WeightPipe('--instances', 'ids', '--balance', '0.5,3', program=program)

		def same(i):
			w = pipe(masks[i % 4])
			return w.dtype == np.float32 and np.array_equal(w, want[i % 4]), os.getpid(), pipe.process.pid

		def spawned(pipe):
			return np.array_equal(pipe(masks[0]), want[0])

		assert pipe.process is None # until there is a mask
		assert all(same(i)[0] for i in range(8))
		first = pipe.process.pid
		assert all(same(i)[0] for i in range(8)) and pipe.process.pid == first
		print('served')

		# Views, other types and other orders are masks too.
		m = masks[0]
		for a in m.astype(np.uint8), m.astype(np.float64), m.astype('>i4'), np.asfortranarray(m), np.pad(m, 3)[3:-3, 3:-3], m.tolist():
			assert np.array_equal(pipe(a), want[0])
		assert np.allclose(pipe(m[::-1]), want[0][::-1], rtol=1e-6)
		print('converted')

		for bad in m - 5, m + 0.5, np.where(m, np.nan, 0), m[0], m[:0], m * 1j, np.array('text'):
			try:
				pipe(bad)
				raise SystemExit('no error for %r' % bad)
			except ValueError as e:
				assert str(e).startswith('mask '), e
			assert same(0)[0] and pipe.process.pid == first
		print('refused')

		try:
			pipe(np.array([None])) # which NumPy will not send
			raise SystemExit('no error for an object')
		except ValueError:
			assert pipe.process is None and same(0)[0] and pipe.process.pid != first
			first = pipe.process.pid

		read = np.lib.format.read_array
		def interrupted(file):
			file.read(20)
			raise KeyboardInterrupt
		np.lib.format.read_array = interrupted # within a reply
		try:
			same(0)
			raise SystemExit('no interruption')
		except KeyboardInterrupt:
			assert pipe.process is None
		np.lib.format.read_array = read
		try: # it leaves none behind
			assert os.WTERMSIG(os.waitpid(first, 0)[1]) == signal.SIGKILL
		except ChildProcessError:
			pass # which Python has already seen the end of
		assert same(1)[0] and pipe.process.pid != first
		os.kill(pipe.process.pid, signal.SIGKILL)
		pipe.process.wait()
		try:
			same(0)
			raise SystemExit('no error of a process that is gone')
		except (RuntimeError, BrokenPipeError):
			assert same(1)[0]
		print('restarted')

		with multiprocessing.get_context('fork').Pool(3) as pool: # while this process has one
			results = pool.map(same, range(60), chunksize=1)
		assert all(ok for ok, _, _ in results) and same(2)[0]
		assert len({pid for _, pid, _ in results}) == len({(a, b) for _, a, b in results}), results
		assert pipe.process.pid not in {p for _, _, p in results}
		print('forked')

		import pickle
		other = pickle.loads(pickle.dumps(pipe))
		assert other.process is None and spawned(other) and other.process.pid != pipe.process.pid
		other.close()
		print('pickled')

		wrong = []
		def work(k):
			for i in range(k, k + 25):
				if not same(i)[0]:
					wrong.append(i)
		threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
		for t in threads: t.start()
		for t in threads: t.join()
		assert not wrong
		print('threaded')

		process = pipe.process
		fork = os.fork()
		if fork == 0:
			pipe.close() # of a process that is another's
			os._exit(0)
		assert os.waitpid(fork, 0)[1] == 0
		assert same(3)[0] and pipe.process is process
		pipe.close()
		assert process.wait() == -signal.SIGKILL and pipe.process is None
		pipe.close()
		print('closed')

		# More than one array a mask, and one error in place of all.
		several = WeightPipe('--instances', 'ids', '--balance', '0.5,3', '--ridge', save='target, weights', program=program)
		for i in range(3):
			w, cut = several(m)
			assert (w.dtype, cut.dtype, w.shape, cut.shape) == (np.float32, np.uint8, m.shape, m.shape)
			assert set(np.unique(cut)) == {0, 1} and np.all(m[cut == 1] > 0) and np.sum(m > 0) > np.sum(cut)
			assert np.all(w[cut == 1] == 3) and np.all(w[(m > 0) & (cut == 0)] > 3)
			try:
				several(m - 5)
				raise SystemExit('no error from several')
			except ValueError as e:
				assert str(e).startswith('mask %d: ' % (2 * i + 2)), e
		several.close()
		print('several')

		gone = WeightPipe('--sigma', '0', program=program)
		try:
			gone(m)
			raise SystemExit('no error of a program that has ended')
		except (RuntimeError, BrokenPipeError):
			print('ended')
	`, bin, out)
	if want := "served converted refused restarted forked pickled threaded closed several ended"; strings.Join(strings.Fields(got), " ") != want {
		t.Errorf("it says %q, want %q", got, want)
	}
}

// The client is as short as the README says, blank lines and comments aside.
func TestClientIsShort(t *testing.T) {
	text, err := os.ReadFile("weightpipe.py")
	if err != nil {
		t.Fatal(err)
	}
	if n := len(regexp.MustCompile(`(?m)^ *[^# \n].*$`).FindAll(text, -1)); n > 30 {
		t.Errorf("it has %d lines", n)
	}
}

// The README's commands work as printed.
func TestREADME(t *testing.T) {
	judge.Need(t, "torch", "PIL")
	bin := program(t)
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllSubmatch(text, -1)
	if len(blocks) != 1 {
		t.Fatalf("the README has %d blocks of commands", len(blocks))
	}
	got := judge.Python(t, `
		import os, subprocess, sys
		bin, commands = sys.argv[1:]
		with open(bin + '/python3', 'w') as f: # the README's python3 is this one
			f.write('#!/bin/sh\nexec "%s" -B "$@"\n' % sys.executable)
		os.chmod(bin + '/python3', 0o755)
		env = dict(os.environ, PATH=bin + os.pathsep + os.environ['PATH'])
		print(subprocess.run(['sh', '-e', '-c', commands], env=env, check=True, capture_output=True, text=True).stdout)
	`, bin, string(blocks[0][1]))
	if n := strings.Count(got, "(16, 128, 128) mean weight "); n != 4 {
		t.Errorf("it prints\n%s", got)
	}
}
