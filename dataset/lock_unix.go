//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package dataset

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

func tryLock(f *os.File) error { return flock(f, unix.LOCK_EX) }

// tryShare takes a lock that keeps only tryLock from taking one.
func tryShare(f *os.File) error { return flock(f, unix.LOCK_SH) }

func flock(f *os.File, how int) error {
	for {
		err := unix.Flock(int(f.Fd()), how|unix.LOCK_NB)
		switch {
		case errors.Is(err, unix.EWOULDBLOCK):
			return errLocked
		case !errors.Is(err, unix.EINTR):
			return err
		}
	}
}

// removeLocked removes the file while it is still locked, so that nobody can have
// locked it in the meantime.
func removeLocked(path string, f *os.File) {
	_ = os.Remove(path)
	_ = f.Close()
}
