package dataset

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weightmap/weightmap/weights"
)

// threeMasks draws a data set of ids and returns its folder.
func threeMasks(t *testing.T) string {
	dir := t.TempDir()
	draw(t, filepath.Join(dir, "masks", "a.png"), "11...", "11..2", "....2")
	draw(t, filepath.Join(dir, "masks", "b.png"), "11.22", ".....", "33...")
	draw(t, filepath.Join(dir, "masks", "sub", "c.png"), ".....", "..1..", ".....")
	return dir
}

// plain are options that do not depend on how many masks there are.
func plain(paths ...string) Options {
	o := DefaultOptions(paths...)
	o.Balance.Mode = BalanceNone
	o.Instances = InstancesIDs
	return o
}

// made runs Precompute and lists the items that were made, by their names.
func made(t *testing.T, o Options) []string {
	t.Helper()
	r, err := Precompute(t.Context(), o)
	must(t, err)
	list := []string{}
	for _, it := range r.Items {
		switch it.Status {
		case StatusMade:
			list = append(list, strings.TrimSuffix(filepath.Base(it.Item.Name), ".png"))
		case StatusFailed:
			t.Error(it.Err)
		}
	}
	return list
}

func TestOnlyWhatIsOutOfDateIsMade(t *testing.T) {
	all, none := []string{"a", "b", "c"}, []string{}
	at := func(dir, name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }
	// overwrite changes a byte near the end and puts the time back.
	overwrite := func(t *testing.T, path string) {
		info, err := os.Stat(path)
		must(t, err)
		b, err := os.ReadFile(path)
		must(t, err)
		b[len(b)-2] ^= 1
		must(t, os.WriteFile(path, b, 0o666))
		must(t, os.Chtimes(path, info.ModTime(), info.ModTime()))
	}
	for _, c := range []struct {
		name   string
		change func(t *testing.T, dir string, o *Options)
		want   []string
	}{
		{"nothing", func(*testing.T, string, *Options) {}, none},
		{"a mask is touched", func(t *testing.T, dir string, _ *Options) {
			must(t, os.Chtimes(at(dir, "masks/a.png"), time.Now(), time.Now()))
		}, none},
		{"a mask changes", func(t *testing.T, dir string, _ *Options) {
			draw(t, at(dir, "masks/a.png"), "11...", "1...2", "....2")
		}, []string{"a"}},
		{"a mask is deleted", func(t *testing.T, dir string, _ *Options) {
			must(t, os.Remove(at(dir, "masks/a.png")))
		}, none},
		{"a mask is new", func(t *testing.T, dir string, _ *Options) {
			draw(t, at(dir, "masks/n.png"), "1.2")
		}, []string{"n"}},
		{"a mask is replaced by one of another format", func(t *testing.T, dir string, _ *Options) {
			must(t, os.Rename(at(dir, "masks/a.png"), at(dir, "masks/a.npy")))
		}, none}, // its content is the same, and tells what it is
		{"an output is deleted", func(t *testing.T, dir string, _ *Options) {
			must(t, os.Remove(at(dir, "masks/b.weights.npy")))
		}, []string{"b"}},
		{"an output is cut short", func(t *testing.T, dir string, _ *Options) {
			must(t, os.Truncate(at(dir, "masks/b.weights.npy"), 150))
		}, []string{"b"}},
		{"an output is emptied", func(t *testing.T, dir string, _ *Options) {
			must(t, os.Truncate(at(dir, "masks/b.weights.npy"), 0))
		}, []string{"b"}},
		{"an output is changed in secret", func(t *testing.T, dir string, _ *Options) {
			overwrite(t, at(dir, "masks/b.weights.npy"))
		}, []string{"b"}},
		{"an output is touched", func(t *testing.T, dir string, _ *Options) {
			must(t, os.Chtimes(at(dir, "masks/b.weights.npy"), time.Now(), time.Now()))
		}, none},
		{"outputs change places", func(t *testing.T, dir string, _ *Options) {
			must(t, os.Rename(at(dir, "masks/a.weights.npy"), at(dir, "x")))
			must(t, os.Rename(at(dir, "masks/b.weights.npy"), at(dir, "masks/a.weights.npy")))
			must(t, os.Rename(at(dir, "x"), at(dir, "masks/b.weights.npy")))
		}, []string{"a", "b"}},
		{"an output becomes a link", func(t *testing.T, dir string, _ *Options) {
			must(t, os.Remove(at(dir, "masks/b.weights.npy")))
			must(t, os.Symlink("a.weights.npy", at(dir, "masks/b.weights.npy")))
		}, []string{"b"}},
		{"the manifest is lost", func(t *testing.T, dir string, _ *Options) {
			must(t, os.Remove(at(dir, ManifestName)))
		}, all},
		{"the manifest is cut short", func(t *testing.T, dir string, _ *Options) {
			info, err := os.Stat(at(dir, ManifestName))
			must(t, err)
			must(t, os.Truncate(at(dir, ManifestName), info.Size()-10))
		}, []string{"c"}},
		{"the manifest lies about an input", func(t *testing.T, dir string, _ *Options) {
			sum, err := sumFile(t.Context(), at(dir, "masks/a.png"))
			must(t, err)
			edit(t, at(dir, ManifestName), sum.String(), Digest{}.String(), 1)
		}, []string{"a"}},
		{"the manifest lies about a parameter", func(t *testing.T, dir string, _ *Options) {
			edit(t, at(dir, ManifestName), `"sigma":5`, `"sigma":6`, 1)
		}, []string{"a"}},
		{"the manifest is of an older revision", func(t *testing.T, dir string, _ *Options) {
			edit(t, at(dir, ManifestName), `"revision":1`, `"revision":0`, -1)
		}, all},
		{"the cache is lost", func(t *testing.T, dir string, _ *Options) {
			must(t, os.Remove(at(dir, cacheName)))
		}, none},
		{"the whole folder moves", func(t *testing.T, dir string, o *Options) {
			must(t, os.Rename(at(dir, "masks"), at(dir, "moved")))
			must(t, os.MkdirAll(at(dir, "new"), 0o777))
			must(t, os.Rename(at(dir, "moved"), at(dir, "new/masks")))
			must(t, os.Rename(at(dir, ManifestName), at(dir, "new/"+ManifestName)))
			o.Paths = []string{at(dir, "new")}
		}, none},
		{"another program version", func(_ *testing.T, _ string, o *Options) { o.Version = "99" }, none},
		{"other jobs", func(_ *testing.T, _ string, o *Options) { o.Jobs = 3 }, none},
		{"connectivity that does not matter", func(_ *testing.T, _ string, o *Options) { o.Connectivity = 4 }, none},
		{"the same class weights, by number", func(_ *testing.T, _ string, o *Options) {
			o.Balance = Balance{Mode: BalanceGiven, Class: weights.Class{Background: 1, Foreground: 1}}
		}, none},
		{"other class weights", func(_ *testing.T, _ string, o *Options) {
			o.Balance = Balance{Mode: BalanceGiven, Class: weights.Class{Background: 1, Foreground: 2}}
		}, all},
		{"balance by image", func(_ *testing.T, _ string, o *Options) { o.Balance.Mode = BalanceImage }, all},
		{"sigma", func(_ *testing.T, _ string, o *Options) { o.Weights.Sigma = 5.5 }, all},
		{"w0", func(_ *testing.T, _ string, o *Options) { o.Weights.W0 = 11 }, all},
		{"inside", func(_ *testing.T, _ string, o *Options) { o.Weights.Inside = weights.InsideBorder }, all},
		{"single", func(_ *testing.T, _ string, o *Options) { o.Weights.Single = weights.SingleD1 }, all},
		{"term", func(_ *testing.T, _ string, o *Options) { o.Weights.Term = weights.TermD1 }, all},
		{"spacing", func(_ *testing.T, _ string, o *Options) { o.Spacing = []float64{1, 2} }, all},
		{"ridge", func(_ *testing.T, _ string, o *Options) { o.Ridge = true }, all},
		{"min-size", func(_ *testing.T, _ string, o *Options) { o.MinSize = 2 }, all},
		{"ignore", func(_ *testing.T, _ string, o *Options) { o.Ignore = new(int64) }, all},
		{"instances", func(_ *testing.T, _ string, o *Options) { o.Instances = InstancesComponents }, all},
		{"precision", func(_ *testing.T, _ string, o *Options) { o.Half = true }, all},
		{"force", func(_ *testing.T, _ string, o *Options) { o.Force = true }, all},
		{"another suffix", func(_ *testing.T, _ string, o *Options) { o.Suffix = "wide" }, all},
		{"the usual suffix by name", func(_ *testing.T, _ string, o *Options) { o.Suffix = "weights" }, none},
		{"another place", func(_ *testing.T, dir string, o *Options) { o.Out = at(dir, "out") }, all},
		{"more outputs", func(_ *testing.T, _ string, o *Options) { o.Save = []Kind{Weights, D1} }, all},
		{"other outputs", func(_ *testing.T, _ string, o *Options) { o.Save = []Kind{Labels, Target} }, all},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := threeMasks(t)
			o := plain(dir)
			if got := made(t, o); !slices.Equal(got, all) {
				t.Fatalf("the first run makes %v", got)
			}
			c.change(t, dir, &o)
			if got := made(t, o); !slices.Equal(got, c.want) {
				t.Errorf("made %v, want %v", got, c.want)
			}
			// Whatever it was, it is mended.
			o.Force = false
			if got := made(t, o); len(got) > 0 {
				t.Errorf("a third run makes %v", got)
			}
			// And what is there is what a fresh start makes.
			root := o.Out
			if root == "" {
				root = o.Paths[0]
			}
			mended := content(t, root)
			o.Out = filepath.Join(t.TempDir(), "fresh")
			made(t, o)
			for name, want := range content(t, o.Out) {
				if strings.HasSuffix(name, ".npy") && mended[name] != want {
					t.Errorf("%s is not what a fresh start makes", name)
				}
			}
		})
	}
}

// edit replaces text in a file, n times.
func edit(t *testing.T, path, old, new string, n int) {
	t.Helper()
	b, err := os.ReadFile(path)
	must(t, err)
	changed := strings.Replace(string(b), old, new, n)
	if changed == string(b) {
		t.Fatalf("%s has no %s", path, old)
	}
	must(t, os.WriteFile(path, []byte(changed), 0o666))
}

// What is current is not written again, and what was not asked for stays known.
func TestOutputsOfOneItemAreJudgedOneByOne(t *testing.T) {
	dir := threeMasks(t)
	o := plain(dir)
	made(t, o)
	path := filepath.Join(dir, "masks", "a.weights.npy")
	before, err := os.Stat(path)
	must(t, err)

	o.Save = []Kind{Weights, D1, D2, Labels, Target}
	made(t, o)
	after, err := os.Stat(path)
	must(t, err)
	if !os.SameFile(before, after) {
		t.Error("weights that were up to date were written again")
	}
	o.Save = []Kind{D2}
	if got := made(t, o); len(got) > 0 {
		t.Errorf("d2 alone makes %v", got)
	}
	must(t, os.Remove(filepath.Join(dir, "masks", "b.d2.npy")))
	o.Weights.Sigma = 9 // no matter to d2
	if got := made(t, o); !slices.Equal(got, []string{"b"}) {
		t.Errorf("made %v", got)
	}
	o = plain(dir)
	if got := made(t, o); len(got) > 0 {
		t.Errorf("the weights of b are forgotten: made %v", got)
	}

	// Other spacing makes d1 and d2 stale, not labels; a run for weights says so.
	o.Spacing = []float64{2, 1}
	r, err := Precompute(t.Context(), o)
	must(t, err)
	if len(r.Warnings) == 0 || r.Warnings[len(r.Warnings)-1].Kind != warnOutdated || r.Warnings[len(r.Warnings)-1].Items != 3 {
		t.Errorf("warnings %+v", r.Warnings)
	}
	out := r.Items[0].Record.Outputs
	if out.D1 != nil || out.D2 != nil || out.Labels == nil || out.Target == nil || out.Weights == nil {
		t.Errorf("known are %+v", out)
	}
}
