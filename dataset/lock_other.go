//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package dataset

import (
	"errors"
	"os"
)

func tryLock(*os.File) error  { return errors.ErrUnsupported }
func tryShare(*os.File) error { return errors.ErrUnsupported }

func removeLocked(path string, f *os.File) {
	_ = f.Close()
	_ = os.Remove(path)
}
