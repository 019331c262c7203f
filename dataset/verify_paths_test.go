package dataset

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// What is named is verified, and nothing else, and a manifest above tells of it.
func TestVerifyPaths(t *testing.T) {
	dir := threeMasks(t)
	draw(t, filepath.Join(dir, "x", "masks", "1.png"), "##..")
	draw(t, filepath.Join(dir, "x", "masks", "2.png"), "..##")
	draw(t, filepath.Join(dir, "x", "images", "x.png"), "1234")
	o := DefaultOptions(dir)
	o.Save = []Kind{Weights, D1}
	made(t, o)
	o.Out = filepath.Join(dir, "maps")
	made(t, o)
	sub := DefaultOptions(filepath.Join(dir, "masks", "sub"))
	sub.Suffix = "wide"
	made(t, sub)
	for _, c := range []struct {
		paths string
		items int
		roots string
	}{
		{".", 4 + 4 + 1, ". maps masks/sub"},
		{"maps", 4, "maps"},
		{"masks", 3 + 1, "masks/sub ."},
		{"masks/sub", 1 + 1, "masks/sub ."},
		{"masks/a.png", 1, "."},
		{"masks/a.weights.npy", 1, "."},
		{"masks/sub/c.wide.npy", 1, "masks/sub"},
		{"masks/a.png masks/b.png masks/a.d1.npy", 2, "."},
		{"x/masks", 1, "."},
		{"x/masks/1.png", 0, ""},
		{"x/x.weights.npy", 1, "."},
		{"maps/x", 1, "maps"},
		{"maps maps/x", 4, "maps"},
		{"x/images", 0, ""},
		{"maps/weightmap.jsonl", 0, ""},
	} {
		var v VerifyOptions
		for p := range strings.SplitSeq(c.paths, " ") {
			v.Paths = append(v.Paths, filepath.Join(dir, filepath.FromSlash(p)))
		}
		if c.items == 0 {
			if _, err := Verify(t.Context(), v); err == nil || !strings.Contains(err.Error(), v.Paths[0]+": no manifest tells of it") {
				t.Errorf("%s: error %v", c.paths, err)
			}
			continue
		}
		got, faults := verified(t, dir, v)
		var roots []string
		for _, r := range got.Roots {
			roots = append(roots, relative(dir, r))
		}
		if got.Items != c.items || strings.Join(roots, " ") != c.roots || len(faults) > 0 {
			t.Errorf("%s: %d items in %q, want %d in %q; found %q", c.paths, got.Items, roots, c.items, c.roots, faults)
		}
	}
	_, err := Verify(t.Context(), VerifyOptions{Paths: []string{filepath.Join(dir, "nowhere")}})
	var wrong *OptionError
	if !errors.As(err, &wrong) {
		t.Errorf("a path that is not there: %v", err)
	}

	// A foreign file is one also where it is named, or where nothing else is.
	put(t, filepath.Join(dir, "x", "images", "y.weights.npy"), "")
	for _, p := range []string{"x/images", "x/images/y.weights.npy"} {
		_, got := verified(t, dir, VerifyOptions{Paths: []string{filepath.Join(dir, filepath.FromSlash(p))}})
		if !slices.Equal(got, []string{"foreign x/images/y.weights.npy"}) {
			t.Errorf("%s: found %q", p, got)
		}
	}
	// And where no manifest is near, there is nothing to go by.
	lost := t.TempDir()
	put(t, filepath.Join(lost, "y.weights.npy"), "")
	if _, err := Verify(t.Context(), VerifyOptions{Paths: []string{lost}}); err == nil || !strings.Contains(err.Error(), "no manifest") {
		t.Errorf("with no manifest: %v", err)
	}
}

// Paths as they are typed: relative, with dots, through links.
func TestVerifyThroughLinks(t *testing.T) {
	dir := threeMasks(t)
	made(t, plain(dir))
	link := filepath.Join(t.TempDir(), "link")
	must(t, os.Symlink(dir, link))
	other := t.TempDir()
	must(t, os.Symlink(filepath.Join(dir, "masks"), filepath.Join(other, "masks")))
	draw(t, filepath.Join(other, "d.png"), "1.2")
	o := plain(other)
	o.Masks = "d.png"
	made(t, o)
	t.Chdir(filepath.Join(dir, "masks"))
	for path, items := range map[string]int{link: 3, filepath.Join(link, "masks"): 3, "..": 3, ".": 3, "./a.png": 1, "sub/../sub": 1, other: 1} {
		v, err := Verify(t.Context(), VerifyOptions{Paths: []string{path}})
		if err != nil || v.Items != items || len(v.Findings) > 0 {
			t.Errorf("%s: %v, %+v", path, err, v)
		}
	}
}

// The masks of a tree that was made with Out are where the manifest says; a run that
// finds them elsewhere, unchanged, writes down where.
func TestVerifyMovedMasks(t *testing.T) {
	dir := threeMasks(t)
	o := plain(dir)
	o.Out = filepath.Join(t.TempDir(), "maps")
	made(t, o)
	see := func(want ...string) {
		t.Helper()
		v, err := Verify(t.Context(), VerifyOptions{Paths: []string{o.Out}, Deep: Subset{All: true}})
		must(t, err)
		var got []string
		for _, f := range v.Findings {
			got = append(got, string(f.Fault))
		}
		if !slices.Equal(got, want) {
			t.Errorf("found %q, want %q", got, want)
		}
	}
	see()
	must(t, os.Rename(filepath.Join(dir, "masks"), filepath.Join(dir, "moved")))
	see("orphaned", "orphaned", "orphaned")
	must(t, os.Mkdir(filepath.Join(dir, "new"), 0o777))
	must(t, os.Rename(filepath.Join(dir, "moved"), filepath.Join(dir, "new", "masks")))
	o.Paths = []string{filepath.Join(dir, "new")}
	dry := o
	dry.DryRun = true
	made(t, dry)
	see("orphaned", "orphaned", "orphaned")
	if got := made(t, o); len(got) > 0 {
		t.Errorf("made %v", got)
	}
	see()
	if s, err := Samples(t.Context(), o.Out, SampleOptions{}); err != nil || len(s) != 3 {
		t.Errorf("%d samples: %v", len(s), err)
	}
	// The tree itself may go elsewhere if the masks go with it.
	at := filepath.Join(t.TempDir(), "all")
	must(t, os.Mkdir(at, 0o777))
	o.Paths, o.Out = []string{filepath.Join(dir, "new")}, filepath.Join(dir, "maps")
	made(t, o)
	must(t, os.Rename(dir, filepath.Join(at, "data")))
	o.Out = filepath.Join(at, "data", "maps")
	see()
}

// Where a run is at work verify refuses, unless it is told not to.
func TestVerifyWhileARunIsAtWork(t *testing.T) {
	dir := threeMasks(t)
	made(t, plain(dir))
	put(t, filepath.Join(dir, "masks", ".weightmap-abc.tmp"), "being written")
	l, err := acquire(dir)
	must(t, err)
	_, err = Verify(t.Context(), VerifyOptions{Paths: []string{dir}})
	if !errors.Is(err, errLocked) || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "process ") || !strings.Contains(err.Error(), "--no-lock") {
		t.Errorf("the error is %v", err)
	}
	v, got := verified(t, dir, VerifyOptions{NoLock: true})
	if len(got) > 0 || v.Good != 3 || len(v.Warnings) > 0 {
		t.Errorf("found %q, warned of %v", got, v.Warnings)
	}
	l.release()
	verified(t, dir, VerifyOptions{})
}

// A run that comes in between is kept from nothing, and what was found is not relied on.
func TestVerifyIsDisturbed(t *testing.T) {
	dir := threeMasks(t)
	made(t, plain(dir))
	during := func(do func()) VerifyOptions {
		return VerifyOptions{Paths: []string{dir}, Observe: func(e Event) {
			if e.Kind == EventPhase {
				do()
			}
		}}
	}
	o := plain(dir)
	// One that has nothing to do changes nothing.
	v, err := Verify(t.Context(), during(func() { made(t, o) }))
	if err != nil || v.Good != 3 {
		t.Errorf("%v: %+v", err, v)
	}
	o.Weights.Sigma = 7
	v, err = Verify(t.Context(), during(func() { made(t, o) }))
	if err == nil || !strings.Contains(err.Error(), dir+": a run wrote here while it was verified") || v.Count(FaultChanged) != 2 {
		t.Errorf("%v: %+v", err, v)
	}
	verified(t, dir, VerifyOptions{})
	var l *lock
	_, err = Verify(t.Context(), during(func() { l, err = acquire(dir); must(t, err) }))
	if !errors.Is(err, errLocked) {
		t.Errorf("a run that is not done: %v", err)
	}
	l.release()
}

// Whoever looks whether there is a run keeps none from beginning, also where a killed
// one left its file.
func TestLookingAtTheLock(t *testing.T) {
	dir := t.TempDir()
	if _, held := heldBy(dir); held {
		t.Error("held where there is no file")
	}
	put(t, filepath.Join(dir, lockName), "process 1 on another machine\n")
	if _, held := heldBy(dir); held {
		t.Error("a file left behind is taken for a run")
	}
	f, err := os.Open(filepath.Join(dir, lockName))
	must(t, err)
	must(t, tryShare(f)) // somebody looks, slowly
	time.AfterFunc(20*time.Millisecond, func() { f.Close() })
	l, err := acquire(dir)
	must(t, err)
	if holder, held := heldBy(dir); !held || !strings.HasPrefix(holder, "process ") {
		t.Errorf("held %v by %q", held, holder)
	}
	l.release()

	var group sync.WaitGroup
	ctx, stop := context.WithCancel(t.Context())
	for range 3 {
		group.Go(func() {
			for ctx.Err() == nil {
				put(t, filepath.Join(dir, "elsewhere"), "") // and now and then let others
				heldBy(dir)
			}
		})
	}
	for range 300 {
		put(t, filepath.Join(dir, lockName), "left behind")
		l, err := acquire(dir)
		if err != nil {
			t.Error(err)
			break
		}
		l.release()
	}
	stop()
	group.Wait()
}

func TestVerifyIsInterrupted(t *testing.T) {
	dir := threeMasks(t)
	made(t, plain(dir))
	flip(t, filepath.Join(dir, "masks", "a.weights.npy"))
	for phase, want := range map[string]int{"checking digests": 2, "computing anew": 0} {
		ctx, cancel := context.WithCancel(t.Context())
		now := ""
		v, err := Verify(ctx, VerifyOptions{Paths: []string{dir}, Jobs: 1, Deep: Subset{All: true}, Observe: func(e Event) {
			if e.Kind == EventPhase {
				now = e.Text
			}
			if e.Kind == EventStep && now == phase {
				cancel()
			}
		}})
		if !errors.Is(err, context.Canceled) || v.Left != want || v.Count(FaultChanged) != 1 || len(v.Findings) != 1 || phase == "computing anew" && v.Computed != 1 {
			t.Errorf("%s: %v, %+v", phase, err, v)
		}
		cancel()
	}
}

// While runs come and go, none is refused by somebody who looks; and who looks finds
// all well, or is told that he cannot know.
func TestVerifyBesideRuns(t *testing.T) {
	dir := threeMasks(t)
	o := plain(dir)
	made(t, o)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var group sync.WaitGroup
	group.Go(func() {
		for n := range 1000 {
			if ctx.Err() != nil {
				return
			}
			o.Weights.Sigma = 3 + float64(n%2)
			if r, err := Precompute(t.Context(), o); err != nil || r.Failed > 0 {
				t.Errorf("a run: %v, %+v", err, r)
				return
			}
			time.Sleep(time.Duration(n%7*5) * time.Millisecond) // so that some have the time to look
		}
	})
	knew := 0
	for range 200 {
		v, err := Verify(t.Context(), VerifyOptions{Paths: []string{dir}, Deep: Subset{All: true}})
		switch {
		case err == nil && len(v.Findings) > 0:
			t.Fatalf("found %+v", v.Findings)
		case err == nil:
			knew++
		case !errors.Is(err, errLocked) && !strings.Contains(err.Error(), "a run wrote here"):
			t.Fatal(err)
		}
	}
	stop()
	group.Wait()
	t.Logf("%d of 200 times it knew", knew)
}
