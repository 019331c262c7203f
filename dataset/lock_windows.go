package dataset

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// The lock is on a byte far behind the text, which others may read that way.
const lockOffsetHigh = 1 << 30

func tryLock(f *os.File) error { return lockFile(f, windows.LOCKFILE_EXCLUSIVE_LOCK) }

// tryShare takes a lock that keeps only tryLock from taking one.
func tryShare(f *os.File) error { return lockFile(f, 0) }

func lockFile(f *os.File, how uint32) error {
	at := &windows.Overlapped{OffsetHigh: lockOffsetHigh}
	err := windows.LockFileEx(windows.Handle(f.Fd()), how|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, at)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return errLocked
	}
	return err
}

// removeLocked closes the file first, because an open one cannot be removed.
func removeLocked(path string, f *os.File) {
	_ = f.Close()
	_ = os.Remove(path)
}
