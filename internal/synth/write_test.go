package synth

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// testdata is what Default draws, byte for byte. A later Go may pack PNGs in
// other bytes; then the pixels still have to be the same.
func TestTestdataIsWhatIsDrawn(t *testing.T) {
	dir := t.TempDir()
	if _, err := Default().Write(context.Background(), dir, false); err != nil {
		t.Fatal(err)
	}
	for _, name := range files(t, dir) {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(filepath.Join("../../testdata", name))
		if err != nil {
			t.Error(err)
			continue
		}
		if bytes.Equal(got, want) {
			continue
		}
		if filepath.Ext(name) != ".png" {
			t.Errorf("testdata/%s differs from what is drawn", name)
		} else if !reflect.DeepEqual(pixels(t, got), pixels(t, want)) {
			t.Errorf("testdata/%s has other pixels than what is drawn", name)
		} else {
			t.Logf("testdata/%s has the same pixels, packed in other bytes", name)
		}
	}
	for _, sub := range []string{"nuclei", "binary", "stage1_train", "stack"} {
		want := files(t, filepath.Join(dir, sub))
		for _, name := range files(t, filepath.Join("../../testdata", sub)) {
			if ext := filepath.Ext(name); (ext == ".png" || ext == ".npy") && !slices.Contains(want, name) && !made(name) {
				t.Errorf("testdata/%s/%s is not drawn", sub, name)
			}
		}
	}
}

// made reports whether the file, as <stem>.weights.npy, is what the README's
// commands make beside testdata.
func made(name string) bool {
	return filepath.Ext(strings.TrimSuffix(name, filepath.Ext(name))) != ""
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			name, _ := filepath.Rel(dir, path)
			names = append(names, name)
		}
		return err
	})
	if err != nil || len(names) == 0 {
		t.Fatalf("%s holds %d files: %v", dir, len(names), err)
	}
	return names
}

func pixels(t *testing.T, b []byte) image.Image {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func small() Set { return Set{Seed: 2, Images: 1, Size: []int{32, 48}} }

func TestWriteOverwritesOnlyWhenTold(t *testing.T) {
	dir := t.TempDir()
	mine := filepath.Join(dir, "mine.txt")
	if err := os.WriteFile(mine, []byte("mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := small().Write(context.Background(), dir, false); !errors.Is(err, ErrNotEmpty) {
		t.Fatalf("error %v, want %v", err, ErrNotEmpty)
	}
	if got := files(t, dir); len(got) != 1 {
		t.Fatalf("a refused write left %v", got)
	}
	for range 2 {
		w, err := small().Write(context.Background(), dir, true)
		if err != nil {
			t.Fatal(err)
		}
		if got := files(t, dir); len(got) != w.Files+1 {
			t.Errorf("%d files, want %d and mine", len(got), w.Files)
		}
	}
	if b, _ := os.ReadFile(mine); string(b) != "mine" {
		t.Errorf("my file holds %q now", b)
	}
}

func TestWriteRefusesAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := small().Write(context.Background(), path, true); err == nil {
		t.Error("a file was taken for a folder")
	}
}

func TestWriteStopsWhenCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	dir := t.TempDir()
	w, err := small().Write(ctx, dir, false)
	if !errors.Is(err, context.Canceled) || w.Files != 0 {
		t.Errorf("%d files and error %v, want none and %v", w.Files, err, context.Canceled)
	}
}

func TestCheck(t *testing.T) {
	good := []Set{Default(), small(), {Size: []int{16, 16}, Stack: []int{1, 16, 16}}}
	for _, s := range good {
		if err := s.Check(); err != nil {
			t.Errorf("%+v: %v", s, err)
		}
	}
	bad := []Set{
		{},
		{Size: []int{16}},
		{Size: []int{16, 15}},
		{Size: []int{16, 1 << 15}},
		{Size: []int{16, 16}, Stack: []int{16, 16}},
		{Size: []int{16, 16}, Stack: []int{0, 16, 16}},
		{Size: []int{16, 16}, Images: -1},
		{Size: []int{16, 16}, Objects: MaxObjects + 1},
	}
	for _, s := range bad {
		if _, err := s.Write(context.Background(), t.TempDir(), false); err == nil {
			t.Errorf("%+v was written", s)
		}
	}
}

// A window of a large image, and the same nuclei in it as ids and as files.
func TestWindow(t *testing.T) {
	s := draw(1, 1, 64, 80)
	for _, size := range [][2]int{{20, 30}, {64, 80}, {100, 100}} {
		p := s.window(size[0], size[1])
		for y := range p.Image.Shape[0] {
			for x := range p.Image.Shape[1] {
				if p.Image.At(y, x) != s.Image.At(y, x) || p.Labels.At(y, x) != s.Labels.At(y, x) {
					t.Fatalf("window %v differs at %d, %d", size, y, x)
				}
			}
		}
		if p.Image.Shape[0] != min(size[0], 64) || p.Labels.Shape[1] != min(size[1], 80) {
			t.Errorf("window %v has shape %v", size, p.Image.Shape)
		}
	}
}
