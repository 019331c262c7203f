package dataset

import (
	"image"
	"image/color"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// draw writes a 16-bit gray PNG whose pixels are the characters of rows: a dot is
// 0, a digit itself, a letter 10 to 35, and # is 255.
func draw(t testing.TB, path string, rows ...string) {
	t.Helper()
	img := image.NewGray16(image.Rect(0, 0, len(rows[0]), len(rows)))
	for y, row := range rows {
		for x, c := range row {
			v := uint16(0)
			switch {
			case c == '#':
				v = 255
			case c >= '0' && c <= '9':
				v = uint16(c - '0')
			case c >= 'a':
				v = uint16(c-'a') + 10
			}
			img.SetGray16(x, y, color.Gray16{Y: v})
		}
	}
	must(t, os.MkdirAll(filepath.Dir(path), 0o777))
	f, err := os.Create(path)
	must(t, err)
	must(t, png.Encode(f, img))
	must(t, f.Close())
	// Masks that just changed are not trusted to stay; most tests want old ones.
	age(t, path)
}

// age makes a file look as if it had been there for long.
func age(t testing.TB, path string) {
	t.Helper()
	then := time.Now().Add(-time.Hour).Truncate(time.Second)
	must(t, os.Chtimes(path, then, then))
}

// put writes a file that is no mask.
func put(t testing.TB, path, content string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(path), 0o777))
	must(t, os.WriteFile(path, []byte(content), 0o666))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// tree lists the files below dir.
func tree(t testing.TB, dir string) []string {
	t.Helper()
	var files []string
	must(t, filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, relative(dir, p))
		}
		return err
	}))
	slices.Sort(files)
	return files
}

// content maps the files below dir, but for those whose name starts with a dot, to
// what is in them.
func content(t testing.TB, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, name := range tree(t, dir) {
		if strings.HasPrefix(filepath.Base(name), ".") {
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, name))
		must(t, err)
		files[name] = string(b)
	}
	return files
}
