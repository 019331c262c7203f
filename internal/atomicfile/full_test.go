//go:build linux

package atomicfile_test

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/weightmap/weightmap/internal/atomicfile"
)

// A disk that is full, played by a limit on the size of files, costs nothing that
// was there.
func TestFull(t *testing.T) {
	if path := os.Getenv("ATOMICFILE_TEST_FULL"); path != "" {
		signal.Ignore(syscall.SIGXFSZ)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 100_000, Max: 100_000}); err != nil {
			t.Fatal(err)
		}
		err := atomicfile.Write(path, func(w io.Writer) error {
			for range 1000 {
				if _, err := w.Write(make([]byte, 1000)); err != nil {
					return err
				}
			}
			return nil
		})
		if !errors.Is(err, syscall.EFBIG) || !strings.HasPrefix(err.Error(), path+": ") || strings.Contains(err.Error(), ".tmp") {
			t.Errorf("the error is %v", err)
		}
		return
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	if err := os.WriteFile(path, []byte("old"), 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestFull$", "-test.v")
	cmd.Env = append(os.Environ(), "ATOMICFILE_TEST_FULL="+path)
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "PASS: TestFull") {
		t.Fatalf("%v\n%s", err, out)
	}
	if content(t, path) != "old" || names(t, dir) != "a" {
		t.Errorf("the folder holds %s, and the file %q", names(t, dir), content(t, path))
	}
}
