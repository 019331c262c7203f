package dataset

import (
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func openedDigests(t *testing.T, dir string) *digests {
	t.Helper()
	d, err := openDigests(dir, false, true)
	must(t, err)
	return d
}

func TestDigestsAreThoseOfTheContent(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	put(t, path, "one")
	age(t, path)
	for range 3 {
		d := openedDigests(t, dir)
		got, _, err := d.of(t.Context(), path)
		if err != nil || got != sha256.Sum256([]byte("one")) {
			t.Fatalf("%v, %v", got, err)
		}
		must(t, d.close())
	}
}

// The cache is believed while the stamp is the same: a digest put there by hand
// comes back. Anything that touches the file ends that.
func TestDigestsAreRemembered(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a\xff")
	put(t, path, "one")
	age(t, path)
	s, err := statFile(path)
	must(t, err)
	d := openedDigests(t, dir)
	d.remember(d.key(path), s, Digest{42})
	must(t, d.close())

	d = openedDigests(t, dir)
	if got, _, err := d.of(t.Context(), path); err != nil || got != (Digest{42}) {
		t.Fatalf("not remembered: %v, %v", got, err)
	}
	must(t, d.close())

	// The same size and the same time: the change of status tells.
	put(t, path, "two")
	age(t, path)
	if now, _ := statFile(path); now.CTime == 0 {
		t.Skip("this system does not tell when a file's status changed")
	}
	d = openedDigests(t, dir)
	if got, _, err := d.of(t.Context(), path); err != nil || got != sha256.Sum256([]byte("two")) {
		t.Fatalf("changed in secret: %v, %v", got, err)
	}
	must(t, d.close())

	fresh, err := openDigests(dir, true, false)
	must(t, err)
	if len(fresh.lines) != 0 {
		t.Error("a fresh start remembers")
	}
}

// A file that just changed may change again with no trace.
func TestDigestsOfNewFilesAreNotRemembered(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	put(t, path, "one")
	d := openedDigests(t, dir)
	_, _, err := d.of(t.Context(), path)
	must(t, err)
	if len(d.lines) != 0 {
		t.Error("remembered")
	}
}

func TestDigestsWrittenByUsAreRemembered(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	put(t, path, "one")
	d := openedDigests(t, dir)
	must(t, d.wrote(path, Digest{7}))
	must(t, d.close())
	d = openedDigests(t, dir)
	if got, _, err := d.of(t.Context(), path); err != nil || got != (Digest{7}) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestDigestCacheIsCompactedAndTorn(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	put(t, path, "one")
	for i := range 50 {
		d := openedDigests(t, dir)
		must(t, d.wrote(path, Digest{byte(i)}))
		must(t, d.close())
		b, err := os.ReadFile(filepath.Join(dir, cacheName))
		must(t, err)
		if n := strings.Count(string(b), "\n"); n > 2 {
			t.Fatalf("%d lines on one file", n)
		}
	}
	b, err := os.ReadFile(filepath.Join(dir, cacheName))
	must(t, err)
	put(t, filepath.Join(dir, cacheName), "garbage\n"+string(b)+string(b[:20]))
	d := openedDigests(t, dir)
	if got, _, err := d.of(t.Context(), path); err != nil || got != (Digest{49}) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestDigestOfNothing(t *testing.T) {
	d := openedDigests(t, t.TempDir())
	_, _, err := d.of(t.Context(), filepath.Join(d.dir, "nowhere"))
	if !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "nowhere") {
		t.Error(err)
	}
}

func TestDigestText(t *testing.T) {
	want := Digest(sha256.Sum256(nil))
	var got Digest
	must(t, got.UnmarshalText([]byte("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")))
	if got != want || got.String() != want.String() {
		t.Error(got)
	}
	for _, bad := range []string{"", "e3", want.String() + "00", strings.Repeat("x", 64)} {
		if got.UnmarshalText([]byte(bad)) == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
