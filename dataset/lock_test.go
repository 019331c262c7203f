package dataset

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

func TestLock(t *testing.T) {
	dir := t.TempDir()
	l, err := acquire(dir)
	must(t, err)
	_, err = acquire(dir)
	if !errors.Is(err, errLocked) || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "process ") {
		t.Errorf("a second one gets %v", err)
	}
	l.release()
	if got := tree(t, dir); len(got) > 0 {
		t.Errorf("left are %v", got)
	}
	l, err = acquire(dir)
	must(t, err)
	l.release()
}

// A file that a killed run left behind keeps nobody out.
func TestLockLeftBehind(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, lockName), "process 1 on another machine\n")
	l, err := acquire(dir)
	must(t, err)
	l.release()
}

// However many come and go, there is never more than one inside.
func TestLockIsExclusive(t *testing.T) {
	dir := t.TempDir()
	var inside, entered atomic.Int32
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 200 {
				l, err := acquire(dir)
				if errors.Is(err, errLocked) {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				if inside.Add(1) != 1 {
					t.Error("two are inside")
				}
				entered.Add(1)
				inside.Add(-1)
				l.release()
			}
		})
	}
	group.Wait()
	if entered.Load() == 0 {
		t.Error("nobody ever got in")
	}
}

func TestLockNeedsAFolder(t *testing.T) {
	if _, err := acquire(filepath.Join(t.TempDir(), "nowhere")); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}
