package dataset

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weightmap/weightmap/weights"
)

// The manifest and the outputs are the same whoever did the work, byte for byte.
func TestJobsChangeNothing(t *testing.T) {
	var want map[string]string
	for _, jobs := range []int{1, 2, 7} {
		dir := t.TempDir()
		for i := range 20 {
			rows := []string{"11.......", "11...22..", ".....22..", "3........"}
			copy(rows[i%3:], []string{".......44"})
			for y := range rows { // of another size than the mask before
				rows[y] += strings.Repeat(".", 7*i%5)
			}
			draw(t, filepath.Join(dir, "masks", string(rune('a'+i))+".png"), rows...)
		}
		o := DefaultOptions(dir)
		o.Jobs, o.Save = jobs, Kinds
		if got := made(t, o); len(got) != 20 {
			t.Fatalf("%d made", len(got))
		}
		got := content(t, dir)
		if want == nil {
			want = got
			continue
		}
		for name := range want {
			if want[name] != got[name] {
				t.Errorf("%d jobs: %s differs", jobs, name)
			}
		}
		if len(got) != len(want) || len(got) != 20*6+1 {
			t.Errorf("%d jobs: %d files", jobs, len(got))
		}
	}
}

func TestInterruptLeavesNothingHalf(t *testing.T) {
	for _, after := range []int{0, 1, 2, 5, 9} {
		dir := t.TempDir()
		for i := range 10 {
			draw(t, filepath.Join(dir, string(rune('a'+i))+".png"), "11...22", "..3....")
		}
		o := plain(dir)
		o.Jobs = 2
		ctx, cancel := context.WithCancel(t.Context())
		started := 0
		computing := false
		o.Observe = func(e Event) {
			computing = computing || e.Kind == EventPhase && e.Text == "computing"
			if computing && e.Kind == EventStart {
				if started++; started > after {
					cancel()
				}
			}
		}
		r, err := Precompute(ctx, o)
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("after %d: %v", after, err)
		}
		if r.Made > after+1 || r.Made+r.Left != 10 || r.Failed > 0 {
			t.Errorf("after %d: %d made, %d left, %d failed", after, r.Made, r.Left, r.Failed)
		}
		outputs := 0
		for _, name := range tree(t, dir) {
			switch {
			case strings.HasSuffix(name, ".weights.npy"):
				outputs++
			case strings.HasSuffix(name, ".png"), name == ManifestName, name == cacheName:
			default:
				t.Errorf("after %d: %s is left", after, name)
			}
		}
		if outputs != r.Made {
			t.Errorf("after %d: %d outputs, %d made", after, outputs, r.Made)
		}
		o.Observe = nil
		if got := made(t, o); len(got) != r.Left {
			t.Errorf("after %d: %d left, and then %d made", after, r.Left, len(got))
		}
	}
}

func TestTemporaryFilesOfKilledRunsAreRemoved(t *testing.T) {
	dir := threeMasks(t)
	left := []string{".weightmap-abc.tmp", "masks/.weightmap-def.tmp", "masks/sub/.weightmap-ghi.tmp"}
	for _, name := range left {
		put(t, filepath.Join(dir, name), "half")
	}
	put(t, filepath.Join(dir, "masks", ".other.tmp"), "not ours")
	o := plain(dir)
	o.DryRun = true
	made(t, o)
	if got := tree(t, dir); !slices.Contains(got, left[0]) {
		t.Error("a dry run removes files")
	}
	o.DryRun = false
	made(t, o)
	got := tree(t, dir)
	for _, name := range left {
		if slices.Contains(got, name) {
			t.Errorf("%s is still there", name)
		}
	}
	if !slices.Contains(got, "masks/.other.tmp") {
		t.Error("a file that is not ours was removed")
	}
}

func TestDryRunWritesNothing(t *testing.T) {
	dir := threeMasks(t)
	before := tree(t, dir)
	o := DefaultOptions(dir)
	o.DryRun, o.Out = true, filepath.Join(dir, "out")
	r, err := Precompute(t.Context(), o)
	must(t, err)
	if r.Made != 3 || r.Items[0].Status != StatusWould {
		t.Errorf("%d would be made", r.Made)
	}
	if got := tree(t, dir); !slices.Equal(got, before) {
		t.Errorf("there are now %v", got)
	}

	// Nor does it tidy up a manifest.
	o.Out = ""
	put(t, filepath.Join(dir, ManifestName), "a line that cannot be read\n")
	put(t, filepath.Join(dir, "weightmap.other.jsonl"), text(t, record("x", 1)))
	want := content(t, dir)
	if _, err = Precompute(t.Context(), o); err != nil {
		t.Error(err)
	}
	for name, got := range content(t, dir) {
		if want[name] != got {
			t.Errorf("%s changed", name)
		}
	}
	if got := tree(t, dir); len(got) != len(before)+2 {
		t.Errorf("there are now %v", got)
	}
}

func TestOneRunAtATime(t *testing.T) {
	dir := threeMasks(t)
	l, err := acquire(dir)
	must(t, err)
	_, err = Precompute(t.Context(), plain(dir))
	if !errors.Is(err, errLocked) || !strings.Contains(err.Error(), dir) {
		t.Errorf("a second run gets %v", err)
	}
	l.release()
	made(t, plain(dir))
}

// A mask that changes between being looked at and being read is not written down
// as what it was.
func TestMaskChangesDuringTheRun(t *testing.T) {
	dir := threeMasks(t)
	path := filepath.Join(dir, "masks", "a.png")
	o := plain(dir) // which has no need to read masks before computing
	o.Observe = func(e Event) {
		if e.Kind == EventPhase && e.Text == "computing" {
			draw(t, path, "1...2", "1...2", ".....")
		}
	}
	r, err := Precompute(t.Context(), o)
	must(t, err)
	if r.Failed != 1 || r.Made != 2 || !strings.Contains(r.Items[0].Err.Error(), path+": the file changed while it was read") {
		t.Errorf("%d failed: %v", r.Failed, r.Items[0].Err)
	}
	o.Observe = nil
	if got := made(t, o); !slices.Equal(got, []string{"a"}) {
		t.Errorf("made %v", got)
	}

	// Where it was kept in memory, the map is that of the old mask, and said to be.
	o = DefaultOptions(dir)
	o.Observe = func(e Event) {
		if e.Kind == EventPhase && e.Text == "computing" {
			must(t, os.Remove(path))
			draw(t, path, "11..2", "1...2", ".....")
		}
	}
	made(t, o)
	o.Observe = nil
	o.Balance = Balance{Mode: BalanceGiven, Class: weights.Class{Background: 1, Foreground: 1}}
	o = plain(dir)
	if got := made(t, o); !slices.Contains(got, "a") {
		t.Errorf("made %v", got)
	}
	first, err := os.ReadFile(filepath.Join(dir, "masks", "a.weights.npy"))
	must(t, err)
	o.Out = t.TempDir()
	made(t, o)
	fresh, err := os.ReadFile(filepath.Join(o.Out, "masks", "a.weights.npy"))
	must(t, err)
	if !bytes.Equal(first, fresh) {
		t.Error("the weights are not those of the mask that is there")
	}
}
