package dataset

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Lines of any length are told apart, and of those that are too long nothing but their place.
func TestReadLines(t *testing.T) {
	wide := strings.Repeat("w", 1<<17)
	path := filepath.Join(t.TempDir(), "x")
	for _, c := range []struct {
		text string
		want []string
	}{
		{"", nil},
		{"cut off", nil},
		{"a\n\n  \nb\ncut", []string{"1 a", "4 b"}},
		{wide + "\nb\n" + wide, []string{"1 " + wide, "2 b"}},
		{strings.Repeat("\x00", maxLine-1) + "\n" + wide + "\n", []string{"1 " + strings.Repeat("\x00", maxLine-1), "2 " + wide}},
		{"a\n" + strings.Repeat("\x00", maxLine) + "\nb\n", []string{"1 a", "2 too long", "3 b"}},
		{strings.Repeat("\x00", 3*maxLine), nil},
	} {
		must(t, os.WriteFile(path, []byte(c.text), 0o666))
		var got []string
		must(t, readLines(path, func(n int, at int64, line []byte) {
			if !strings.HasPrefix(c.text[at:], string(line)) {
				t.Errorf("line %d is not at %d", n, at)
			}
			text := string(line)
			if line == nil {
				text = "too long"
			}
			got = append(got, string(rune('0'+n))+" "+text)
		}))
		if !slices.Equal(got, c.want) {
			t.Errorf("%.50q has %d lines", c.text, len(got))
		}
	}
	if err := readLines(t.TempDir(), nil); err == nil || !strings.Contains(err.Error(), "no regular file") {
		t.Errorf("of a folder: %v", err)
	}
}

// Nothing is written through a link that has the place of the manifest or the lock.
func TestOwnFilesAreNoLinks(t *testing.T) {
	dir, outside := t.TempDir(), filepath.Join(t.TempDir(), "precious")
	put(t, outside, "gold\n")
	for _, name := range []string{ManifestName, cacheName, lockName} {
		if err := os.Symlink(outside, filepath.Join(dir, name)); err != nil {
			t.Skip("there are no symbolic links here")
		}
	}
	l, err := acquire(dir)
	must(t, err)
	l.release()
	j := journal{path: filepath.Join(dir, ManifestName)}
	for i := range 2 {
		_, err := j.append(i + 1)
		must(t, err)
	}
	must(t, j.close())
	b, err := os.ReadFile(j.path)
	must(t, err)
	if string(b) != "gold\n1\n2\n" || isLink(j.path) {
		t.Errorf("the manifest is now %q", b)
	}
	if b, _ := os.ReadFile(outside); string(b) != "gold\n" {
		t.Errorf("what the link led to is now %q", b)
	}
	if f, err := openOwn(filepath.Join(dir, cacheName), os.O_RDWR|os.O_CREATE); noFollow != 0 && err == nil {
		f.Close()
		t.Error("a link is followed")
	}
}
