//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package dataset

import "os"

func statFile(path string) (stamp, error) {
	info, err := os.Stat(path)
	if err != nil {
		return stamp{}, err
	}
	return stamp{Size: info.Size(), MTime: info.ModTime().UnixNano()}, nil
}
