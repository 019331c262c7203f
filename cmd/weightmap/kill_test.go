package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

const killItems = 200

// A run that is killed at any moment leaves nothing partial: whatever output is
// there is whole, whatever the manifest claims is true, and the next run makes
// exactly what is missing. Here 20 runs of 200 masks are killed at random moments,
// half of them over the outputs of an earlier run with other parameters.
func TestKilledRunsLoseNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("20 runs of 200 masks take a while")
	}
	k := newKillTest(t)
	rng := rand.New(rand.NewPCG(1, 2))
	killed := 0
	for round := range 20 {
		dir := k.dataSet(t)
		if round%2 == 1 {
			k.finish(t, dir, "4", killItems)
		}
		cmd := k.start(t, dir)
		time.Sleep(time.Duration(rng.Float64() * 0.9 * float64(k.duration)))
		if err := cmd.Process.Kill(); err == nil {
			killed++
		}
		_ = cmd.Wait()

		whole := k.checkOutputs(t, dir, round%2 == 1)
		claims := k.trueClaims(t, dir)
		if whole < claims {
			t.Errorf("round %d: the manifest claims %d outputs, and %d are there", round, claims, whole)
		}
		t.Logf("round %d: %d of %d outputs, %d claimed", round, whole, killItems, claims)
		k.finish(t, dir, "5", killItems-claims)
		k.compare(t, dir)
		k.finish(t, dir, "5", 0)
		k.verify(t, dir)
	}
	if killed < 10 {
		t.Errorf("only %d of 20 runs were killed before they ended", killed)
	}
}

// An interrupted run says so, leaves no temporary file and a manifest that is whole.
func TestInterruptedRuns(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows cannot send an interrupt to one process")
	}
	k := newKillTest(t)
	rng := rand.New(rand.NewPCG(3, 4))
	interrupted := 0
	for round := range 6 {
		dir := k.dataSet(t)
		cmd := k.start(t, dir)
		stderr := cmd.Stderr.(*bytes.Buffer)
		// Before a signal is listened for, it kills; the first output is later.
		for i := 0; len(glob(t, dir, "*.weights.npy")) == 0 && i < 10000; i++ {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Duration(rng.Float64() * float64(k.duration) / 2))
		signal := []os.Signal{os.Interrupt, syscall.SIGTERM}[round%2]
		_ = cmd.Process.Signal(signal)
		err := cmd.Wait()
		var exit *exec.ExitError
		switch {
		case err == nil: // it was done before
		case errors.As(err, &exit) && exit.ExitCode() == 130:
			interrupted++
			if !strings.HasSuffix(stderr.String(), "weightmap: interrupted\n") || !strings.Contains(stderr.String(), "not begun") {
				t.Errorf("round %d: it says\n%s", round, stderr)
			}
		default:
			t.Fatalf("round %d: %v\n%s", round, err, stderr)
		}
		for _, name := range glob(t, dir, "*") {
			switch base := filepath.Base(name); {
			case strings.HasSuffix(base, ".png"), strings.HasSuffix(base, ".weights.npy"), base == "weightmap.jsonl", base == ".weightmap.cache":
			default:
				t.Errorf("round %d: %s is left", round, base)
			}
		}
		whole, claims := k.checkOutputs(t, dir, false), k.trueClaims(t, dir)
		if whole != claims {
			t.Errorf("round %d: %d outputs, %d claimed", round, whole, claims)
		}
		k.verify(t, dir)
		k.finish(t, dir, "5", killItems-claims)
		k.compare(t, dir)
	}
	if interrupted == 0 {
		t.Error("no run was interrupted before it ended")
	}
}

type killTest struct {
	binary   string
	masks    string            // a data set no run has seen
	want     map[string]string // digests of what a run at peace makes with sigma 5
	old      map[string]string // and with sigma 4
	duration time.Duration     // the shortest that a run took
}

func newKillTest(t *testing.T) *killTest {
	t.Helper()
	k := &killTest{binary: filepath.Join(t.TempDir(), "weightmap"), masks: t.TempDir()}
	if runtime.GOOS == "windows" {
		k.binary += ".exe"
	}
	if out, err := exec.Command("go", "build", "-o", k.binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	rng := rand.New(rand.NewPCG(5, 6))
	for i := range killItems {
		rows := make([]string, 40)
		for y := range rows {
			row := []byte(strings.Repeat(".", 40))
			for x := range row {
				if id := rng.IntN(60); id < 9 && y%8 > 1 && x%8 > 1 {
					row[x] = byte('1' + (y/8+x/8+id/8)%9)
				}
			}
			rows[y] = string(row)
		}
		if err := drawMask(filepath.Join(k.masks, fmt.Sprintf("%03d.png", i)), rows); err != nil {
			t.Fatal(err)
		}
	}
	dir := k.dataSet(t)
	k.finish(t, dir, "4", killItems)
	k.old = digests(t, dir)
	dir = k.dataSet(t)
	k.finish(t, dir, "5", killItems)
	k.want = digests(t, dir)
	if len(k.want) != killItems {
		t.Fatalf("%d outputs", len(k.want))
	}
	return k
}

// dataSet is a fresh copy of the masks.
func (k *killTest) dataSet(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(k.masks)); err != nil {
		t.Fatal(err)
	}
	return dir
}

func (k *killTest) command(dir, sigma string) *exec.Cmd {
	cmd := exec.Command(k.binary, "precompute", dir, "--instances", "ids", "--sigma", sigma, "--json", "--jobs", "4")
	cmd.Stderr = &bytes.Buffer{}
	return cmd
}

func (k *killTest) start(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	cmd := k.command(dir, "5")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd
}

// finish runs to the end, and must make that many outputs.
func (k *killTest) finish(t *testing.T, dir, sigma string, want int) {
	t.Helper()
	cmd := k.command(dir, sigma)
	start := time.Now()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, cmd.Stderr)
	}
	if d := time.Since(start); want == killItems && (k.duration == 0 || d < k.duration) {
		k.duration = d
	}
	var r struct {
		Summary struct{ Made, Failed int }
	}
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatal(err)
	}
	if r.Summary.Made != want || r.Summary.Failed != 0 {
		t.Errorf("%d made, %d failed, want %d made", r.Summary.Made, r.Summary.Failed, want)
	}
	for _, name := range glob(t, dir, ".*") {
		if filepath.Base(name) != ".weightmap.cache" {
			t.Errorf("%s is left", name)
		}
	}
}

// verify must find nothing wrong with what is there.
func (k *killTest) verify(t *testing.T, dir string) {
	t.Helper()
	if out, err := exec.Command(k.binary, "verify", "--quiet", dir).CombinedOutput(); err != nil {
		t.Errorf("verify: %v\n%s", err, out)
	}
}

// checkOutputs makes sure that every output there is whole, and counts those of sigma 5.
func (k *killTest) checkOutputs(t *testing.T, dir string, oldAllowed bool) int {
	t.Helper()
	n := 0
	for name, sum := range digests(t, dir) {
		switch {
		case sum == k.want[name]:
			n++
		case oldAllowed && sum == k.old[name]:
		default:
			t.Errorf("%s is neither of this run nor of one before", name)
		}
	}
	return n
}

// trueClaims counts the lines of the manifest that claim an output of sigma 5 that
// is there. The last line may be cut off, and no other.
func (k *killTest) trueClaims(t *testing.T, dir string) int {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "weightmap.jsonl"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0
	}
	if err != nil {
		t.Fatal(err)
	}
	there := digests(t, dir)
	n := 0
	lines := strings.SplitAfter(string(b), "\n")
	for _, line := range lines[:len(lines)-1] {
		var r struct {
			Outputs struct {
				Weights struct{ Path, SHA256 string }
			}
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Errorf("a line of the manifest is %q", line)
			continue
		}
		w := r.Outputs.Weights
		switch {
		case w.SHA256 == k.want[w.Path] && there[w.Path] == w.SHA256:
			n++
		case w.SHA256 == k.want[w.Path]:
			t.Errorf("the manifest claims %s, which is not there", w.Path)
		case w.SHA256 != k.old[w.Path]:
			t.Errorf("the manifest claims something else of %s", w.Path)
		}
	}
	return n
}

func (k *killTest) compare(t *testing.T, dir string) {
	t.Helper()
	got := digests(t, dir)
	for name, want := range k.want {
		if got[name] != want {
			t.Errorf("%s is not what a run at peace makes", name)
		}
	}
}

func digests(t *testing.T, dir string) map[string]string {
	t.Helper()
	sums := map[string]string{}
	for _, path := range glob(t, dir, "*.weights.npy") {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(b)
		sums[filepath.Base(path)] = hex.EncodeToString(sum[:])
	}
	return sums
}

func glob(t *testing.T, dir, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil {
		t.Fatal(err)
	}
	return paths
}
