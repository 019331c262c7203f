//go:build unix

package dataset_test

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/weightmap/weightmap/dataset"
)

// To open a pipe is to wait for its other end.
func TestAPipeIsRefusedAtOnce(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe.png")
	if err := syscall.Mkfifo(pipe, 0o666); err != nil {
		t.Skip("this file system has no pipes")
	}
	refused(t, pipe, dataset.ReadOptions{}, "regular")
}
