package dataset

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// lockName is the file by which a run keeps others out of its output root. The
// operating system gives the lock back when the process ends, however it ends, so
// a file left behind keeps nobody out.
const lockName = ".weightmap.lock"

// errLocked is the cause of an error if another run has the lock.
var errLocked = errors.New("another run is at work here")

// A lock is held from acquire to release.
type lock struct {
	path string
	file *os.File
}

// acquire takes the lock of an output root, without waiting.
func acquire(dir string) (*lock, error) {
	path := filepath.Join(dir, lockName)
	for range 100 {
		if isLink(path) {
			if err := os.Remove(path); err != nil {
				return nil, err
			}
		}
		f, err := openOwn(path, os.O_RDWR|os.O_CREATE)
		if err != nil {
			return nil, err
		}
		if err := tryLock(f); err != nil {
			if errors.Is(err, errLocked) && tryShare(f) == nil {
				// Nobody is at work: somebody looks whether there is. See heldBy.
				f.Close()
				time.Sleep(time.Millisecond)
				continue
			}
			holder, _ := io.ReadAll(io.LimitReader(f, 200))
			f.Close()
			if errors.Is(err, errLocked) {
				return nil, fmt.Errorf("%s: %w%s", dir, errLocked, ofHolder(string(holder)))
			}
			return nil, &fs.PathError{Op: "lock", Path: path, Err: err}
		}
		// Its last holder may have removed the file between our opening and locking
		// it: then others lock a new one. And it must be no link.
		ours, err1 := f.Stat()
		now, err2 := os.Lstat(path)
		if err1 != nil || err2 != nil || !os.SameFile(ours, now) {
			f.Close()
			continue
		}
		host, _ := os.Hostname()
		if f.Truncate(0) == nil {
			_, _ = fmt.Fprintf(f, "process %d on %s\n", os.Getpid(), host) // to be told to others, no more
		}
		return &lock{path, f}, nil
	}
	return nil, fmt.Errorf("%s: %w", dir, errLocked)
}

// heldBy reports whether a run has the lock of an output root, and who says to be
// that. It changes nothing. Where there are no locks, or that of somebody else may
// not be opened, nobody knows, and the answer is no.
func heldBy(dir string) (holder string, held bool) {
	f, err := openRegular(filepath.Join(dir, lockName))
	if err != nil {
		return "", false
	}
	defer f.Close() // which gives back what we were given
	if err := tryShare(f); !errors.Is(err, errLocked) {
		return "", false // a killed run left the file behind
	}
	text, _ := io.ReadAll(io.LimitReader(f, 200))
	return string(text), true
}

func ofHolder(text string) string {
	if text = strings.TrimSpace(text); text == "" {
		return ""
	}
	return " (" + text + ")"
}

// release gives the lock back and removes its file.
func (l *lock) release() {
	removeLocked(l.path, l.file)
}
