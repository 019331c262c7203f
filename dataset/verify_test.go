package dataset

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/npy"
)

// verified runs Verify, which must change nothing below dir, and lists what it found:
// the fault and the path below dir.
func verified(t *testing.T, dir string, o VerifyOptions) (*Verification, []string) {
	t.Helper()
	if o.Paths == nil {
		o.Paths = []string{dir}
	}
	before := everything(t, dir)
	v, err := Verify(t.Context(), o)
	must(t, err)
	if after := everything(t, dir); !slices.Equal(after, before) {
		t.Errorf("there was\n%s\nand is now\n%s", strings.Join(before, "\n"), strings.Join(after, "\n"))
	}
	list := []string{}
	for _, f := range v.Findings {
		where := relative(dir, f.Path)
		if f.Line > 0 {
			where += fmt.Sprintf(":%d", f.Line)
		}
		list = append(list, fmt.Sprintf("%s %s", f.Fault, where))
	}
	return v, list
}

// everything is what there is to know of the files and folders below dir: names,
// modes, times and bytes.
func everything(t testing.TB, dir string) []string {
	t.Helper()
	var list []string
	must(t, filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		must(t, err)
		info, err := os.Lstat(p)
		must(t, err)
		line := fmt.Sprintf("%s %v %v", relative(dir, p), info.Mode(), info.ModTime().UnixNano())
		if info.Mode().IsRegular() {
			sum, err := sumFile(t.Context(), p)
			must(t, err)
			line += " " + sum.String()
		}
		list = append(list, line)
		return nil
	}))
	return list
}

// flip changes a byte near the end of a file, and puts its time back.
func flip(t testing.TB, path string) {
	t.Helper()
	info, err := os.Stat(path)
	must(t, err)
	b, err := os.ReadFile(path)
	must(t, err)
	b[len(b)-2] ^= 1
	must(t, os.WriteFile(path, b, 0o666))
	must(t, os.Chtimes(path, info.ModTime(), info.ModTime()))
}

// Every fault there is, made for real.
func TestVerifyFindsFaults(t *testing.T) {
	none := []string{}
	const a, b, c = "masks/a.weights.npy", "masks/b.weights.npy", "masks/sub/c.weights.npy"
	for _, x := range []struct {
		name   string
		change func(t *testing.T, at func(string) string)
		want   []string
		reason string // part of that of the first
		mends  bool   // the next run
	}{
		{"nothing", func(*testing.T, func(string) string) {}, none, "", true},
		{"a mask is touched", func(t *testing.T, at func(string) string) {
			must(t, os.Chtimes(at("masks/a.png"), time.Now(), time.Now()))
		}, none, "", true},
		{"a mask changes", func(t *testing.T, at func(string) string) {
			draw(t, at("masks/a.png"), "11...", "1...2", "....2")
		}, []string{"stale " + a}, "masks/a.png has changed since it was made", true},
		{"a mask is emptied", func(t *testing.T, at func(string) string) {
			must(t, os.Truncate(at("masks/a.png"), 0))
		}, []string{"stale " + a}, "has changed", false},
		{"a mask is deleted", func(t *testing.T, at func(string) string) {
			must(t, os.Remove(at("masks/a.png")))
		}, []string{"orphaned " + a}, "masks/a.png, is gone", false},
		{"all masks of a folder are deleted, and it becomes a file", func(t *testing.T, at func(string) string) {
			must(t, os.RemoveAll(at("masks/sub")))
			put(t, at("masks/sub"), "")
		}, []string{"missing " + c}, "and so is its mask", false},
		{"a mask becomes a folder", func(t *testing.T, at func(string) string) {
			must(t, os.Remove(at("masks/a.png")))
			draw(t, at("masks/a.png/1.png"), "1.2")
		}, []string{"stale " + a}, "has changed", false},
		{"an output is deleted", func(t *testing.T, at func(string) string) {
			must(t, os.Remove(at(b)))
		}, []string{"missing " + b}, "", true},
		{"an output and its mask are deleted", func(t *testing.T, at func(string) string) {
			must(t, os.Remove(at(b)))
			must(t, os.Remove(at("masks/b.png")))
		}, []string{"missing " + b}, "and so is its mask", false},
		{"an output is cut short", func(t *testing.T, at func(string) string) {
			must(t, os.Truncate(at(b), 150))
		}, []string{"changed " + b}, "it has 150 bytes, and not 188", true},
		{"an output is emptied", func(t *testing.T, at func(string) string) {
			must(t, os.Truncate(at(b), 0))
		}, []string{"changed " + b}, "it has 0 bytes", true},
		{"a byte of an output is flipped", func(t *testing.T, at func(string) string) {
			flip(t, at(b))
		}, []string{"changed " + b}, "not what was written", true},
		{"an output is touched", func(t *testing.T, at func(string) string) {
			must(t, os.Chtimes(at(b), time.Now(), time.Now()))
		}, none, "", true},
		{"outputs change places", func(t *testing.T, at func(string) string) {
			must(t, os.Rename(at(a), at("x")))
			must(t, os.Rename(at(b), at(a)))
			must(t, os.Rename(at("x"), at(b)))
		}, []string{"changed " + a, "changed " + b}, "", true},
		{"an output becomes a link", func(t *testing.T, at func(string) string) {
			must(t, os.Remove(at(b)))
			must(t, os.Symlink("a.weights.npy", at(b)))
		}, []string{"changed " + b}, "no regular file", true},
		{"an output becomes a folder", func(t *testing.T, at func(string) string) {
			must(t, os.Remove(at(b)))
			must(t, os.Mkdir(at(b), 0o777))
		}, []string{"changed " + b}, "no regular file", false},
		{"an output and its mask change", func(t *testing.T, at func(string) string) {
			flip(t, at(b))
			draw(t, at("masks/b.png"), "1.2")
		}, []string{"changed " + b}, "", true},
		{"foreign files come in", func(t *testing.T, at func(string) string) {
			for _, name := range []string{"masks/x.weights.npy", "masks/a.d1.npy", "new/y.labels.npy", "masks/a.other.npy", "masks/a.weights.png"} {
				put(t, at(name), "anything")
			}
		}, []string{"foreign masks/a.d1.npy", "foreign masks/x.weights.npy", "foreign new/y.labels.npy"}, "no manifest tells of it", false},
		{"the manifest is cut short", func(t *testing.T, at func(string) string) {
			info, err := os.Stat(at(ManifestName))
			must(t, err)
			must(t, os.Truncate(at(ManifestName), info.Size()-10))
		}, []string{"foreign " + c, "damaged " + ManifestName}, "no manifest tells of it", true},
		{"a line of the manifest is broken", func(t *testing.T, at func(string) string) {
			edit(t, at(ManifestName), `{"item":"masks/b"`, `{"item":masks/b"`, 1)
		}, []string{"foreign " + b, "damaged " + ManifestName + ":2"}, "", true},
		{"the manifest is emptied", func(t *testing.T, at func(string) string) {
			must(t, os.Truncate(at(ManifestName), 0))
		}, []string{"foreign " + a, "foreign " + b, "foreign " + c}, "", true},
		{"lines of no use in the manifest", func(t *testing.T, at func(string) string) {
			edit(t, at(ManifestName), `"shape":[3,5]`, `"shape":[15]`, 1)
			edit(t, at(ManifestName), `"path":"masks/b.weights.npy"`, `"path":"../b.weights.npy"`, 1)
			edit(t, at(ManifestName), `{"item":"masks/sub/c"`, `{"item":"../sub/c"`, 1)
		}, []string{
			"foreign " + a, "foreign " + b, "foreign " + c,
			"damaged " + ManifestName + ":1", "damaged " + ManifestName + ":2", "damaged " + ManifestName + ":3",
		}, "", true},
		{"the manifest lies about an input", func(t *testing.T, at func(string) string) {
			sum, err := sumFile(t.Context(), at("masks/a.png"))
			must(t, err)
			edit(t, at(ManifestName), sum.String(), Digest{}.String(), 1)
		}, []string{"stale " + a}, "", true},
		{"the manifest lies about an output", func(t *testing.T, at func(string) string) {
			sum, err := sumFile(t.Context(), at(a))
			must(t, err)
			edit(t, at(ManifestName), sum.String(), Digest{}.String(), 1)
		}, []string{"changed " + a}, "", true},
		{"the manifest lies about a size", func(t *testing.T, at func(string) string) {
			edit(t, at(ManifestName), `"bytes":188`, `"bytes":189`, 1)
		}, []string{"changed " + a}, "it has 188 bytes, and not 189", true},
		{"the manifest is of another revision", func(t *testing.T, at func(string) string) {
			edit(t, at(ManifestName), fmt.Sprintf(`"revision":%d`, revision), `"revision":0`, 1)
		}, []string{"stale " + a}, "revision 0", true},
		{"the manifest has parameters of another program", func(t *testing.T, at func(string) string) {
			edit(t, at(ManifestName), `"term":"d1d2"`, `"term":"d3"`, 1)
		}, []string{"stale " + a}, `"d3"`, true},
		{"the manifest has a parameter that cannot be", func(t *testing.T, at func(string) string) {
			edit(t, at(ManifestName), `"sigma":5`, `"sigma":-5`, 1)
		}, []string{"stale " + a}, "sigma is -5", true},
		{"the manifest does not say what the objects are", func(t *testing.T, at func(string) string) {
			edit(t, at(ManifestName), `"instances":"ids"`, `"instances":"auto"`, 1)
		}, []string{"stale " + a}, "instances", true},
		{"another version of the program", func(t *testing.T, at func(string) string) {
			edit(t, at(ManifestName), `"version":""`, `"version":"99"`, -1)
		}, none, "", true},
		{"lines contradict each other", func(t *testing.T, at func(string) string) {
			text, err := os.ReadFile(at(ManifestName))
			must(t, err)
			put(t, at("weightmap.other.jsonl"), strings.ReplaceAll(string(text), `"bytes":188`, `"bytes":189`))
		}, none, "", true}, // as long as one of them holds
		{"lines contradict each other, and none holds", func(t *testing.T, at func(string) string) {
			text, err := os.ReadFile(at(ManifestName))
			must(t, err)
			put(t, at("weightmap.other.jsonl"), strings.ReplaceAll(string(text), `"bytes":188`, `"bytes":189`))
			draw(t, at("masks/a.png"), "1.2")
		}, []string{"stale " + a}, "", true}, // by one the bytes are right
	} {
		t.Run(x.name, func(t *testing.T) {
			dir := threeMasks(t)
			made(t, plain(dir))
			x.change(t, func(name string) string { return filepath.Join(dir, filepath.FromSlash(name)) })
			v, got := verified(t, dir, VerifyOptions{})
			if !slices.Equal(got, x.want) {
				t.Errorf("found %q, want %q", got, x.want)
			}
			if len(v.Findings) > 0 && !strings.Contains(v.Findings[0].Reason, x.reason) {
				t.Errorf("the reason is %q, want %q", v.Findings[0].Reason, x.reason)
			}
			about := 0 // findings on outputs of which the manifest tells
			for _, f := range v.Findings {
				if f.Fault != FaultForeign && f.Fault != FaultDamaged {
					about++
				}
			}
			if v.Good+about != v.Outputs || v.Left != 0 {
				t.Errorf("%d of %d are good, %d are not, %d left", v.Good, v.Outputs, about, v.Left)
			}
			if x.mends {
				made(t, plain(dir))
				if _, left := verified(t, dir, VerifyOptions{}); len(left) > 0 {
					t.Errorf("after another run there is still %q", left)
				}
			}
		})
	}
}

// The cache is asked for nothing: where it vouches for bytes that are not there, as
// after a disk's error that no time shows, precompute believes it.
func TestVerifyTrustsNoCache(t *testing.T) {
	dir := threeMasks(t)
	made(t, plain(dir))
	path := filepath.Join(dir, "masks", "a.weights.npy")
	sum, err := sumFile(t.Context(), path)
	must(t, err)
	flip(t, path)
	now, err := statFile(path)
	must(t, err)
	put(t, filepath.Join(dir, cacheName), text(t, cacheLine{"masks/a.weights.npy", now, sum}))
	if got := made(t, plain(dir)); len(got) != 0 {
		t.Fatalf("made %v, so that this shows nothing", got)
	}
	if _, got := verified(t, dir, VerifyOptions{}); !slices.Equal(got, []string{"changed masks/a.weights.npy"}) {
		t.Errorf("found %q", got)
	}
	o := plain(dir)
	o.Force = true
	made(t, o)
	if _, got := verified(t, dir, VerifyOptions{}); len(got) > 0 {
		t.Errorf("found %q", got)
	}
}

// What is no fault is warned of.
func TestVerifyWarns(t *testing.T) {
	dir := threeMasks(t)
	made(t, plain(dir))
	draw(t, filepath.Join(dir, "masks", "new.png"), "1.2")
	put(t, filepath.Join(dir, "masks", ".weightmap-abc.tmp"), "half")
	put(t, filepath.Join(dir, "masks", ".other.tmp"), "not ours")
	put(t, filepath.Join(dir, lockName), "process 1 on another machine\n")
	v, got := verified(t, dir, VerifyOptions{})
	var kinds []string
	for _, w := range v.Warnings {
		kinds = append(kinds, fmt.Sprintf("%s %d %s", w.Kind, w.Items, relative(dir, w.Example)))
	}
	if want := []string{"unknown 1 masks/new.png", "leftover 1 masks/.weightmap-abc.tmp"}; !slices.Equal(kinds, want) || len(got) > 0 {
		t.Errorf("warned of %q, found %q", kinds, got)
	}
	if v, _ = verified(t, dir, VerifyOptions{Masks: "[abc].png"}); len(v.Warnings) != 1 {
		t.Errorf("with a glob that leaves out the new mask: %v", v.Warnings)
	}

	// Images are no masks without outputs, wherever they are.
	dir = t.TempDir()
	draw(t, filepath.Join(dir, "flat", "a_mask.png"), "1.2")
	draw(t, filepath.Join(dir, "flat", "a.png"), "123")
	draw(t, filepath.Join(dir, "raw", "b.png"), "123")
	o := plain(dir)
	o.Masks = "*_mask.png"
	made(t, o)
	if v, _ = verified(t, dir, VerifyOptions{}); len(v.Warnings) > 0 || v.Items != 1 {
		t.Errorf("warned of %v", v.Warnings)
	}
}

// A run that was interrupted, or was over some of the masks, leaves maps that are
// balanced otherwise.
func TestVerifyWarnsOfClasses(t *testing.T) {
	dir := threeMasks(t)
	o := DefaultOptions(dir)
	o.Instances = InstancesIDs
	made(t, o)
	warned := func() []Warning {
		v, got := verified(t, dir, VerifyOptions{})
		if len(got) > 0 {
			t.Errorf("found %q", got)
		}
		return v.Warnings
	}
	if w := warned(); len(w) > 0 {
		t.Errorf("all the same, and warned of %v", w)
	}
	o.Masks = "[ac].png"
	made(t, o)
	if w := warned(); len(w) != 1 || w[0].Kind != warnClasses || !strings.Contains(w[0].Text, "have 2 class terms (") || !strings.Contains(w[0].Text, "in 2 maps") {
		t.Errorf("warned of %v", w)
	}
	o.Masks, o.Balance.Mode = "", BalanceImage
	made(t, o)
	if w := warned(); len(w) > 0 {
		t.Errorf("each has its own, and warned of %v", w)
	}
}

// In a folder of objects every file counts, and no other.
func TestVerifyFolders(t *testing.T) {
	for name, change := range map[string]struct {
		do   func(t *testing.T, masks string)
		want string
	}{
		"nothing":     {func(*testing.T, string) {}, ""},
		"one changes": {func(t *testing.T, masks string) { draw(t, filepath.Join(masks, "2.png"), "...#") }, "has changed since it was made"},
		"one is gone": {func(t *testing.T, masks string) { must(t, os.Remove(filepath.Join(masks, "1.png"))) }, "it has 1 file, and had 2"},
		"one is new":  {func(t *testing.T, masks string) { draw(t, filepath.Join(masks, "3.png"), "#...") }, "it has 3 files, and had 2"},
		"one is renamed": {func(t *testing.T, masks string) {
			must(t, os.Rename(filepath.Join(masks, "1.png"), filepath.Join(masks, "3.png")))
		}, "has changed"},
		"no image is new": {func(t *testing.T, masks string) { put(t, filepath.Join(masks, "notes.txt"), "") }, ""},
		"all are gone": {func(t *testing.T, masks string) {
			must(t, os.Remove(filepath.Join(masks, "1.png")))
			must(t, os.Remove(filepath.Join(masks, "2.png")))
		}, "its mask, "},
		"the folder is": {func(t *testing.T, masks string) { must(t, os.RemoveAll(masks)) }, "its mask, "},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			masks := filepath.Join(dir, "x", "masks")
			draw(t, filepath.Join(masks, "1.png"), "##..")
			draw(t, filepath.Join(masks, "2.png"), ".##.")
			draw(t, filepath.Join(dir, "x", "images", "x.png"), "1234")
			made(t, DefaultOptions(dir))
			change.do(t, masks)
			v, got := verified(t, dir, VerifyOptions{Deep: Subset{All: true}})
			switch {
			case change.want == "" && len(got) == 0 && v.Computed == 1:
			case change.want == "" || len(got) != 1 || !strings.Contains(v.Findings[0].Reason, change.want):
				t.Errorf("found %q: %+v", got, v.Findings)
			}
			if len(v.Warnings) > 0 {
				t.Errorf("warned of %v", v.Warnings)
			}
		})
	}

	// Of files that a glob chose, the same glob tells.
	dir := t.TempDir()
	draw(t, filepath.Join(dir, "x", "1_mask.png"), "##..")
	draw(t, filepath.Join(dir, "x", "2_mask.png"), "..##")
	draw(t, filepath.Join(dir, "x", "y.png"), "1234")
	o := DefaultOptions(dir)
	o.Instances, o.Out = InstancesFiles, filepath.Join(dir, "out")
	for _, glob := range []string{"*_mask.png", "x/*_mask.png"} {
		o.Masks = glob
		made(t, o)
		if _, got := verified(t, dir, VerifyOptions{Masks: glob}); len(got) > 0 {
			t.Errorf("with %s found %q", glob, got)
		}
	}
	if v, got := verified(t, dir, VerifyOptions{}); len(got) != 1 || !strings.Contains(v.Findings[0].Reason, "3 files, and had 2") {
		t.Errorf("without the glob found %q", got)
	}
}

// Where a file cannot be read that is said, and the rest is verified.
func TestVerifyUnreadable(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may read everything")
	}
	dir := threeMasks(t)
	made(t, plain(dir))
	closed := filepath.Join(dir, "masks", "a.png")
	must(t, os.Chmod(closed, 0))
	defer os.Chmod(closed, 0o666)
	v, err := Verify(t.Context(), VerifyOptions{Paths: []string{dir}})
	must(t, err)
	if len(v.Findings) != 1 || v.Findings[0].Fault != FaultUnreadable || v.Findings[0].Path != closed || v.Good != 2 {
		t.Errorf("found %+v", v.Findings)
	}
}

// A folder in which nothing can be written is verified as any other.
func TestVerifyReadOnly(t *testing.T) {
	dir := threeMasks(t)
	o := plain(dir)
	o.Save = Kinds
	made(t, o)
	flip(t, filepath.Join(dir, "masks", "a.d1.npy"))
	var names []string
	must(t, filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		names = append(names, p)
		return err
	}))
	for _, p := range slices.Backward(names) {
		info, err := os.Stat(p)
		must(t, err)
		must(t, os.Chmod(p, info.Mode()&^0o222))
		defer os.Chmod(p, info.Mode())
	}
	v, got := verified(t, dir, VerifyOptions{Deep: Subset{All: true}})
	if !slices.Equal(got, []string{"changed masks/a.d1.npy"}) || v.Computed != 3 {
		t.Errorf("found %q, %d computed", got, v.Computed)
	}
}

// A stack that is an NPY file is one item as any other.
func TestVerifyStack(t *testing.T) {
	dir := t.TempDir()
	path := stackOf(t, dir)
	o := DefaultOptions(dir)
	o.Save, o.Spacing = Kinds, []float64{2, 1, 1}
	made(t, o)
	if v, got := verified(t, dir, VerifyOptions{Deep: Subset{All: true}}); len(got) > 0 || v.Good != len(Kinds) || v.Computed != 1 {
		t.Errorf("found %q", got)
	}
	labels, err := npy.ReadFile[int32](path, 0)
	must(t, err)
	labels.Data[0]++
	must(t, npy.WriteFile(path, labels))
	if _, got := verified(t, dir, VerifyOptions{Deep: Subset{All: true}}); len(got) != len(Kinds) || !strings.HasPrefix(got[0], "stale") {
		t.Errorf("found %q", got)
	}
}

func ExampleVerify() {
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	os.Mkdir(filepath.Join(dir, "masks"), 0o777)
	for _, name := range []string{"a.npy", "b.npy"} {
		npy.WriteFile(filepath.Join(dir, "masks", name), grid.From([]uint8{1, 0, 2}, 1, 3))
	}
	Precompute(context.Background(), DefaultOptions(dir))
	os.Remove(filepath.Join(dir, "masks", "b.weights.npy"))

	v, err := Verify(context.Background(), VerifyOptions{Paths: []string{dir}, Deep: Subset{All: true}})
	fmt.Println(v.Good, v.Computed, err)
	for _, f := range v.Findings {
		fmt.Println(f.Fault, filepath.Base(f.Path))
	}
	// Output:
	// 1 1 <nil>
	// missing b.weights.npy
}
