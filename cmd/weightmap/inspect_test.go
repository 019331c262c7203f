package main

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/atomicfile"
	"github.com/weightmap/weightmap/internal/npy"
	"github.com/weightmap/weightmap/internal/synth"
)

// call runs the program.
func call(args ...string) (stdout, stderr string, code int) {
	var out, err bytes.Buffer
	code = run(context.Background(), append([]string{"weightmap"}, args...), strings.NewReader(""), &out, &err)
	return out.String(), err.String(), code
}

// mustCall runs the program, which must say that all went well.
func mustCall(t *testing.T, args ...string) (stdout string) {
	t.Helper()
	stdout, stderr, code := call(args...)
	if code != exitOK {
		t.Fatalf("weightmap %s: exit %d\n%s", strings.Join(args, " "), code, stderr)
	}
	return stdout
}

// reports runs inspect with --json.
func reports(t *testing.T, args ...string) []map[string]any {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(mustCall(t, append([]string{"inspect", "--json", "--scale", "3"}, args...)...)))
	var all []map[string]any
	for {
		var r map[string]any
		if err := dec.Decode(&r); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
}

// drawn draws a small data set into a folder of its own.
func drawn(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	s := synth.Set{Seed: 3, Images: 2, Size: []int{48, 64}, Stack: []int{4, 32, 40}}
	if _, err := s.Write(context.Background(), dir, false); err != nil {
		t.Fatal(err)
	}
	return dir
}

func decode(t *testing.T, path string) image.Image {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func save[T grid.Element](t *testing.T, path string, g *grid.Grid[T]) string {
	t.Helper()
	if err := npy.WriteFile(path, g); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestInspectRaw(t *testing.T) {
	dir := t.TempDir()
	m := grid.New[float32](3, 2, 4)
	for i := range m.Data {
		m.Data[i] = float32(i)
	}
	m.Data[8] = float32(math.Inf(1))
	m.Data[9] = float32(math.NaN())
	single := save(t, filepath.Join(dir, "single.npy"), m)
	double := grid.New[float64](3, 2, 4)
	for i, v := range m.Data {
		double.Data[i] = float64(v)
	}
	wide := save(t, filepath.Join(dir, "double.npy"), double)
	half := filepath.Join(dir, "half.npy")
	if err := atomicfile.Write(half, func(w io.Writer) error { return npy.WriteFloat16(w, m) }); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{single, wide, half} {
		out := mustCall(t, "inspect", "--raw", "--bits", "8", "--range", "5,15", path)
		if want := "8-bit gray, 0 is 5 and 255 is 15"; !strings.Contains(out, want) {
			t.Errorf("%s: it does not say %q:\n%s", path, want, out)
		}
		picture := strings.TrimSuffix(path, ".npy") + ".weights.png"
		img := decode(t, picture).(*image.Gray)
		// Slice 1 of 0 to 2, from 8 on: infinite, NaN, 10, 11, 12 …
		for i, want := range []uint8{255, 0, 128, 153, 178, 204, 230, 255} {
			if got := img.Pix[i]; got != want {
				t.Errorf("%s: gray %d at %d, want %d", path, got, i, want)
			}
		}
		mustCall(t, "inspect", "--raw", "--range", "5,15", "--slice", "2", path)
		if got := decode(t, picture).(*image.Gray16).Gray16At(0, 0).Y; got != 65535 {
			t.Errorf("%s: 16 of 5 to 15 is %d of 65535", path, got)
		}
		mustCall(t, "inspect", "--raw", "--slice", "0", path)
		if got := decode(t, picture).(*image.Gray16).Gray16At(3, 1).Y; got != uint16(math.RoundToEven(65535*7.0/23)) {
			t.Errorf("%s: 7 of 0 to 23 is %d of 65535", path, got)
		}
		text, err := os.ReadFile(picture)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(text, []byte("tEXtRange\x000 is 0, 65535 is 23")) {
			t.Errorf("%s: the range is not in the picture", path)
		}
	}
}

func TestInspectNumbers(t *testing.T) {
	dir := t.TempDir()
	inf := math.Inf(1)
	path := save(t, filepath.Join(dir, "a.d2.npy"), grid.From([]float64{0, 1, 2, 3, 4, inf, inf, math.NaN()}, 2, 4))
	r := reports(t, path)[0]
	for key, want := range map[string]any{"min": 0.0, "max": 4.0, "mean": 2.0, "infinite": 2.0, "nan": 1.0, "dtype": "float64", "map": path,
		"picture": filepath.Join(dir, "a.d2.png")} {
		if r[key] != want {
			t.Errorf("%s is %v, want %v", key, r[key], want)
		}
	}
	if p := r["percentiles"].(map[string]any); p["50"] != 2.0 || p["25"] != 1.0 || len(p) != 7 {
		t.Errorf("percentiles %v", p)
	}
	out := mustCall(t, "inspect", path)
	for _, want := range []string{"2 × 4", "float64", "of 8 values 2 are infinite and 1 NaN", "wrote " + filepath.Join(dir, "a.d2.png") + ": colours from 0 to 4"} {
		if !strings.Contains(out, want) {
			t.Errorf("it does not say %q:\n%s", want, out)
		}
	}
	// Nothing finite at all is no number and no failure.
	path = save(t, filepath.Join(dir, "b.d1.npy"), grid.From([]float32{float32(inf)}, 1, 1))
	if r := reports(t, path)[0]; r["min"] != nil || r["percentiles"] != nil || r["range"] != nil {
		t.Errorf("of infinity it says %v", r)
	}
}

// The objects are found however the maps were made, and counted the same.
func TestInspectFindsTheMask(t *testing.T) {
	for _, c := range []struct {
		name, masks, stem string
		flags             []string
	}{
		{"beside", "nuclei", "labels/nuclei-01.weights.npy", nil},
		{"suffix", "nuclei", "labels/nuclei-01.w.npy", []string{"--suffix", "w"}},
		{"binary", "binary", "masks/nuclei-01.weights.npy", nil},
		{"item", "stage1_train", "nuclei-01/nuclei-01.weights.npy", nil},
		{"stack", "stack", "labels/stack.weights.npy", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(drawn(t), c.masks)
			mustCall(t, append([]string{"precompute", "--quiet", "--save", "weights,labels", dir}, c.flags...)...)
			path := filepath.Join(dir, filepath.FromSlash(c.stem))
			r := reports(t, "--with", "mask", path)[0]
			stem := strings.TrimSuffix(strings.TrimSuffix(path, ".npy"), ".weights")
			ids, err := npy.ReadFile[int32](stem+".labels.npy", 0)
			if err != nil {
				t.Fatal(err)
			}
			if want := float64(countIDs(ids)); r["objects"] != want {
				t.Errorf("%v objects, want %v", r["objects"], want)
			}
			if c.flags != nil {
				return
			}
			// Without the manifest the names have to do.
			if err := os.Remove(filepath.Join(dir, "weightmap.jsonl")); err != nil {
				t.Fatal(err)
			}
			if again := reports(t, path)[0]; again["objects"] != r["objects"] || again["mask"] != r["mask"] {
				t.Errorf("by name it finds %v in %v, by the manifest %v in %v", again["objects"], again["mask"], r["objects"], r["mask"])
			}
		})
	}
}

// With --out, only the manifest knows the mask.
func TestInspectFindsTheMaskElsewhere(t *testing.T) {
	dir := drawn(t)
	out := filepath.Join(t.TempDir(), "maps")
	mustCall(t, "precompute", "--quiet", "--save", "weights,d1,d2", "--out", out, filepath.Join(dir, "nuclei"))
	path := filepath.Join(out, "labels", "nuclei-02.weights.npy")
	r := reports(t, "--with", "image,mask,d1,d2", path)[0]
	if r["objects"] == nil || r["mask"] != filepath.Join(dir, "nuclei", "labels", "nuclei-02.png") {
		t.Errorf("it says %v", r)
	}
	all := reports(t, "--with", "image", out)
	if len(all) != 2 || all[0]["picture"] != filepath.Join(out, sheetName) {
		t.Errorf("it says %v", all)
	}
}

// What inspect draws is no mask for precompute, and no map for inspect.
func TestPicturesAreNoMasks(t *testing.T) {
	dir := filepath.Join(drawn(t), "nuclei")
	mustCall(t, "precompute", "--quiet", "--save", "weights,d1,d2,labels,target", dir)
	mustCall(t, "inspect", "--scale", "2", dir)
	maps, err := filepath.Glob(filepath.Join(dir, "labels", "*.npy"))
	if err != nil || len(maps) != 10 {
		t.Fatalf("%d outputs: %v", len(maps), err)
	}
	mustCall(t, append([]string{"inspect", "--scale", "2"}, maps...)...)
	if all := reports(t, dir); len(all) != 2 {
		t.Errorf("%d maps, want 2", len(all))
	}
	_, stderr, code := call("precompute", dir)
	if code != exitOK || !strings.Contains(stderr, "2 items up to date") {
		t.Errorf("exit %d: %s", code, stderr)
	}
	_, stderr, code = call("precompute", "--masks", "*.png", "--dry-run", filepath.Join(dir, "labels"))
	if code != exitOK || !strings.Contains(stderr, "2 items") {
		t.Errorf("exit %d: %s", code, stderr)
	}
}

func TestInspectReplacesOnlyItsOwn(t *testing.T) {
	dir := t.TempDir()
	path := save(t, filepath.Join(dir, "a.npy"), grid.New[float32](4, 4))
	picture := filepath.Join(dir, "a.weights.png")
	if err := os.WriteFile(picture, []byte("precious"), 0o666); err != nil {
		t.Fatal(err)
	}
	_, stderr, code := call("inspect", path)
	if code != exitSomeFailed || !strings.Contains(stderr, picture) || !strings.Contains(stderr, "--force") {
		t.Errorf("exit %d: %s", code, stderr)
	}
	if b, _ := os.ReadFile(picture); string(b) != "precious" {
		t.Errorf("it was overwritten with %d bytes", len(b))
	}
	mustCall(t, "inspect", "--force", path)
	mustCall(t, "inspect", path) // now it is its own
	decode(t, picture)
}

func TestInspectGoesOnAfterABadMap(t *testing.T) {
	dir := filepath.Join(drawn(t), "nuclei")
	mustCall(t, "precompute", "--quiet", dir)
	bad := filepath.Join(dir, "labels", "cut.weights.npy")
	if err := os.WriteFile(bad, []byte("\x93NUMPY\x01\x00"), 0o666); err != nil {
		t.Fatal(err)
	}
	line := save(t, filepath.Join(dir, "labels", "line.weights.npy"), grid.New[float32](7))
	stdout, stderr, code := call("inspect", dir)
	if code != exitSomeFailed || !strings.Contains(stderr, "2 of 4 maps could not be drawn") {
		t.Errorf("exit %d: %s", code, stderr)
	}
	for _, path := range []string{bad, line} {
		if strings.Count(stderr, path) != 1 {
			t.Errorf("%s should be named once: %s", path, stderr)
		}
	}
	if !strings.Contains(stdout, "nuclei-02") {
		t.Errorf("the good ones are missing: %s", stdout)
	}
	decode(t, filepath.Join(dir, sheetName))
	if _, stderr, code := call("inspect", "--with", "d1", dir); code != exitSomeFailed || !strings.Contains(stderr, "--save weights,d1,d2") {
		t.Errorf("exit %d: %s", code, stderr)
	}
}

func TestInspectUsage(t *testing.T) {
	dir := t.TempDir()
	a := save(t, filepath.Join(dir, "a.npy"), grid.New[float32](2, 4, 4))
	if err := os.Mkdir(filepath.Join(dir, "b"), 0o777); err != nil {
		t.Fatal(err)
	}
	b := save(t, filepath.Join(dir, "b", "a.npy"), grid.New[float32](4, 4))
	for _, args := range [][]string{
		{}, {"--with", "depth", a}, {"--range", "1", a}, {"--range", "2,1", a}, {"--range", "1,inf", a}, {"--range", "nan,1", a},
		{"--colors", "jet", a}, {"--slice", "-1", a}, {"--slice", "x", a}, {"--scale", "0", a}, {"--scale", "1000", a}, {"--bits", "12", "--raw", a},
		{"--bits", "8", a}, {"--raw", "--with", "image", a}, {"--raw", "--slice", "all", a}, {"--with", "mask", "--slice", "all", a},
		{"--out", filepath.Join(dir, "x.png"), a, b}, {"--out", dir, a, b}, {"--mask", a, a, b},
	} {
		_, stderr, code := call(append([]string{"inspect"}, args...)...)
		if code != exitUsage || !strings.HasPrefix(stderr, "weightmap: ") {
			t.Errorf("%v: exit %d: %s", args, code, stderr)
		}
	}
	for _, args := range [][]string{
		{filepath.Join(dir, "none.npy")}, {t.TempDir()},
	} {
		_, stderr, code := call(append([]string{"inspect"}, args...)...)
		if code != exitError || !strings.Contains(stderr, args[0]) {
			t.Errorf("%v: exit %d: %s", args, code, stderr)
		}
	}
	for _, args := range [][]string{
		{"--slice", "2", a}, {"--with", "image", b}, {"--with", "mask", b}, {"--mask", b + ".none", b}, {"--mask", a, b},
	} {
		_, stderr, code := call(append([]string{"inspect"}, args...)...)
		if code != exitSomeFailed {
			t.Errorf("%v: exit %d: %s", args, code, stderr)
		}
	}
}

func TestInspectStack(t *testing.T) {
	dir := t.TempDir()
	path := save(t, filepath.Join(dir, "a.npy"), grid.New[float32](5, 4, 4))
	picture := filepath.Join(dir, "a.weights.png")
	mustCall(t, "inspect", "--scale", "10", path)
	one := decode(t, picture).Bounds()
	mustCall(t, "inspect", "--scale", "10", "--slice", "all", path)
	all := decode(t, picture).Bounds()
	if all.Dx() < 2*40 || all.Dx()*all.Dy() < 5*40*40 || one.Dy() > all.Dy() {
		t.Errorf("one slice is drawn on %v and all five on %v", one, all)
	}
}

func TestInspectIsInterrupted(t *testing.T) {
	dir := t.TempDir()
	path := save(t, filepath.Join(dir, "a.npy"), grid.New[float32](4, 4))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var out, err bytes.Buffer
	if code := run(ctx, []string{"weightmap", "inspect", path}, nil, &out, &err); code != exitInterrupted {
		t.Errorf("exit %d: %s", code, err.String())
	}
	if _, err := os.Stat(filepath.Join(dir, "a.weights.png")); err == nil {
		t.Error("it went on drawing")
	}
}

func TestColumnsFor(t *testing.T) {
	for _, c := range []struct{ n, width, height, want int }{
		{1, 100, 100, 1}, {2, 100, 100, 2}, {16, 96, 96, 4}, {4, 320, 256, 2}, {3, 1000, 10, 1}, {1000, 10, 10, 10}, {24, 100, 100, 6},
	} {
		if got := columnsFor(c.n, c.width, c.height); got != c.want {
			t.Errorf("%d columns for %d pictures of %d × %d, want %d", got, c.n, c.width, c.height, c.want)
		}
	}
}
