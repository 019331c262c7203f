//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package dataset

import (
	"io/fs"

	"golang.org/x/sys/unix"
)

func statFile(path string) (stamp, error) {
	var s unix.Stat_t
	for {
		err := unix.Stat(path, &s)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return stamp{}, &fs.PathError{Op: "stat", Path: path, Err: err}
		}
		return stamp{Size: s.Size, MTime: s.Mtim.Nano(), CTime: s.Ctim.Nano(), Inode: uint64(s.Ino)}, nil
	}
}
