//go:build unix

package dataset

import "golang.org/x/sys/unix"

const noFollow = unix.O_NOFOLLOW
