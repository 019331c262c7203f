package realpath

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMkdir(t *testing.T) {
	dir := t.TempDir()
	top, outside := filepath.Join(dir, "top"), filepath.Join(dir, "outside")
	for _, d := range []string{top, outside} {
		if err := os.Mkdir(d, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("../outside", filepath.Join(top, "link")); err != nil {
		t.Skip("there are no symbolic links here")
	}
	if err := os.Symlink(top, filepath.Join(dir, "also")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		top, dir string
		ok       bool
	}{
		{top, filepath.Join(top, "a", "b"), true},
		{filepath.Join(dir, "also"), filepath.Join(dir, "also", "c"), true},
		{top, top, true},
		{top, filepath.Join(top, "link"), false},
		{top, filepath.Join(top, "link", "d"), false},
		{top, filepath.Join(dir, "top2"), false},
	} {
		err := Mkdir(c.top, c.dir)
		if (err == nil) != c.ok || err != nil && !strings.Contains(err.Error(), "a symbolic link leads out of") {
			t.Errorf("%s in %s: %v", c.dir, c.top, err)
		}
		if info, e := os.Stat(c.dir); c.ok && (e != nil || !info.IsDir()) {
			t.Errorf("%s: %v", c.dir, e)
		}
	}
	if entries, err := os.ReadDir(outside); err != nil || len(entries) > 0 {
		t.Errorf("outside are %v, %v", entries, err)
	}
}

func TestWithin(t *testing.T) {
	sep := string(filepath.Separator)
	for _, c := range []struct {
		dir, path string
		want      bool
	}{
		{sep + "a", sep + "a", true}, {sep + "a", sep + "a" + sep + "b", true}, {sep + "a", sep + "ab", false}, {sep, sep + "a", true}, {sep + "a" + sep + "b", sep + "a", false},
	} {
		if got := Within(c.dir, c.path); got != c.want {
			t.Errorf("%s within %s: %v", c.path, c.dir, got)
		}
	}
}
