package atomicfile_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weightmap/weightmap/internal/atomicfile"
)

func ExampleWrite() {
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "a.txt")
	err := atomicfile.Write(path, func(w io.Writer) error {
		_, err := io.WriteString(w, "whole")
		return err
	})
	text, _ := os.ReadFile(path)
	fmt.Println(string(text), err)
	// Output: whole <nil>
}

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

// names lists a folder, so that a leftover shows.
func names(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var s []string
	for _, e := range entries {
		s = append(s, e.Name())
	}
	return strings.Join(s, " ")
}

func content(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestWriteReplaces(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	long := strings.Repeat("0123456789", 50_000)
	for _, s := range []string{"", "old", long, "new"} {
		if err := atomicfile.Write(path, text(s)); err != nil {
			t.Fatal(err)
		}
		if got := content(t, path); got != s {
			t.Fatalf("holds %d bytes, want %d", len(got), len(s))
		}
	}
	if got := names(t, dir); got != "a" {
		t.Errorf("the folder holds %s", got)
	}
}

func TestPermissionsAreThoseOfCreate(t *testing.T) {
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, "created"))
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	if err := atomicfile.Write(filepath.Join(dir, "written"), text("x")); err != nil {
		t.Fatal(err)
	}
	want, _ := os.Stat(filepath.Join(dir, "created"))
	got, _ := os.Stat(filepath.Join(dir, "written"))
	if got.Mode() != want.Mode() {
		t.Errorf("mode %v, os.Create gives %v", got.Mode(), want.Mode())
	}
}

func TestFailureLeavesWhatWasThere(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	if err := os.WriteFile(path, []byte("old"), 0o666); err != nil {
		t.Fatal(err)
	}
	reason := errors.New("reason")
	check := func(how string) {
		t.Helper()
		if got := content(t, path); got != "old" {
			t.Errorf("%s: the file holds %q", how, got)
		}
		if got := names(t, dir); got != "a" {
			t.Errorf("%s: the folder holds %s", how, got)
		}
	}
	err := atomicfile.Write(path, func(w io.Writer) error {
		w.Write(make([]byte, 1<<20))
		return reason
	})
	if !errors.Is(err, reason) || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v does not say the reason and the path", err)
	}
	check("error")

	func() {
		defer func() {
			if recover() != "boom" {
				t.Error("the panic is gone")
			}
		}()
		atomicfile.Write(path, func(w io.Writer) error {
			w.Write(make([]byte, 1<<20))
			panic("boom")
		})
	}()
	check("panic")
}

func TestErrorsNameThePathAndNoTemporaryFile(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o777); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]error{
		filepath.Join(dir, "missing", "a"):           fs.ErrNotExist,
		filepath.Join(dir, "folder"):                 nil,
		"/dev/full/a":                                nil,
		filepath.Join(dir, strings.Repeat("n", 300)): nil,
	} {
		err := atomicfile.Write(path, text("x"))
		if err == nil || !strings.HasPrefix(err.Error(), path+": ") || strings.Contains(err.Error(), ".tmp") {
			t.Errorf("%s: error is %v", path, err)
		}
		if want != nil && !errors.Is(err, want) {
			t.Errorf("%s: %v is not %v", path, err, want)
		}
	}
	if got := names(t, dir); got != "folder" {
		t.Errorf("the folder holds %s", got)
	}
}

func TestTheLongestNameCanBeWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), strings.Repeat("n", 255))
	if err := atomicfile.Write(path, text("x")); err != nil {
		t.Fatal(err)
	}
}

func TestALinkIsReplacedAndNotFollowed(t *testing.T) {
	dir := t.TempDir()
	outside := filepath.Join(t.TempDir(), "outside")
	if err := os.WriteFile(outside, []byte("precious"), 0o666); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(outside, link); err != nil {
		t.Skip("this file system has no symbolic links")
	}
	if err := atomicfile.Write(link, text("x")); err != nil {
		t.Fatal(err)
	}
	if content(t, outside) != "precious" || content(t, link) != "x" {
		t.Error("the write went through the link")
	}
}

func TestIsTemp(t *testing.T) {
	dir := t.TempDir()
	err := atomicfile.Write(filepath.Join(dir, "a"), func(io.Writer) error {
		if name := names(t, dir); !atomicfile.IsTemp(name) || !atomicfile.IsTemp(filepath.Join(dir, name)) {
			t.Errorf("%s is not known as temporary", name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a.tmp", ".weightmap-", ".weightmap-.tmp", "weightmap-x.tmp", ".weightmap-x.npy", "", "."} {
		if atomicfile.IsTemp(name) {
			t.Errorf("%q is taken for temporary", name)
		}
	}
}

// A run is killed at random moments of writing: the path holds the old or the new
// content, whole.
func TestKilled(t *testing.T) {
	if path := os.Getenv("ATOMICFILE_TEST_PATH"); path != "" {
		for i := byte('a'); ; i = 'a' + (i-'a'+1)%26 {
			if err := atomicfile.Write(path, text(strings.Repeat(string(i), 1<<20))); err != nil {
				t.Fatal(err)
			}
		}
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	old := bytes.Repeat([]byte("A"), 1<<20)
	if err := os.WriteFile(path, old, 0o666); err != nil {
		t.Fatal(err)
	}
	changed := false
	for i := range 20 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKilled$")
		cmd.Env = append(os.Environ(), "ATOMICFILE_TEST_PATH="+path)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(10+7*i) * time.Millisecond)
		cmd.Process.Kill()
		cmd.Wait()
		got := content(t, path)
		if len(got) != 1<<20 || strings.Trim(got, got[:1]) != "" {
			t.Fatalf("torn: %d bytes", len(got))
		}
		changed = changed || got[0] != 'A'
		for _, name := range strings.Fields(names(t, dir)) {
			if name != "a" && !atomicfile.IsTemp(name) {
				t.Fatalf("left %s behind, which nobody would recognise", name)
			}
		}
	}
	if !changed {
		t.Error("no run lived long enough to write anything: the test shows nothing")
	}
}
