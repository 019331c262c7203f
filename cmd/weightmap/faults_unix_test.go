//go:build unix

package main

import (
	"os"
	"path/filepath"
	"syscall"
)

// noWriting takes from everybody the right to write to a folder.
func (f *fault) noWriting(name string) {
	f.Helper()
	f.ok(os.Chmod(f.path(name), 0o555))
	f.Cleanup(func() { _ = os.Chmod(f.path(name), 0o755) })
}

// nobody runs the program as a user for whom rights hold, which for root they do not.
func (f *fault) nobody(args ...string) faultResult {
	f.Helper()
	cmd := f.command(args...)
	if os.Getuid() == 0 {
		for _, dir := range []string{f.program, f.dir} {
			for ; filepath.Dir(dir) != filepath.Clean(os.TempDir()) && dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
				f.ok(os.Chmod(filepath.Dir(dir), 0o755))
			}
		}
		const nobody = 65534
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	return f.finish(cmd)
}

// pipe makes a named pipe.
func (f *fault) pipe(name string) {
	f.Helper()
	f.ok(syscall.Mkfifo(f.path(name), 0o666))
}
