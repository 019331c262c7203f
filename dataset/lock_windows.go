package dataset

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// The lock is on a byte far behind the text, which others may read that way.
const lockOffsetHigh = 1 << 30

func tryLock(f *os.File) error {
	at := &windows.Overlapped{OffsetHigh: lockOffsetHigh}
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, at)
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
