package dataset

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// check finds out, of an item, which outputs are what the manifest says. Where lines
// contradict each other, an output is good if one of them holds, and else has the
// fault that is least by the last of them.
func (v *verifier) check(_ *worker, j *job) error {
	it := &v.items[j.at]
	inputs := map[Path]*input{}
	good := map[*Record]*holding{}
	for _, k := range Kinds {
		var worst *Finding
		known, holds := false, false
		for c := j.claims; c != nil && !holds; c = c.other {
			out := *c.Outputs.at(k)
			if out == nil {
				continue
			}
			known = true
			in := inputs[c.Input.Path]
			if in == nil {
				in = v.input(j, c)
				inputs[c.Input.Path] = in
			}
			f := v.judge(j, c, k, out, in)
			if err := v.ctx.Err(); err != nil {
				return err
			}
			switch {
			case f == nil:
				holds = true
				if good[c] == nil {
					good[c] = &holding{Record: c, input: in.job}
				}
				good[c].kinds = append(good[c].kinds, k)
			case worst == nil || slices.Index(Faults, f.Fault) > slices.Index(Faults, worst.Fault):
				worst = f
			}
		}
		if known {
			it.outputs++
		}
		if known && !holds {
			it.findings = append(it.findings, *worst)
		}
	}
	for c := j.claims; c != nil; c = c.other {
		if h := good[c]; h != nil {
			it.good = append(it.good, *h)
		}
	}
	it.done = true
	return nil
}

// input is the mask of an item, by a claim.
type input struct {
	path  string
	image string // what follows the path if the file has many
	*job         // identified, unless there is an error
	err   error  // why it is not
}

func (in *input) String() string { return in.path + in.image }

// gone reports whether there is no mask.
func (in *input) gone() bool { return isGone(in.err) }

func isGone(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// input finds the mask of a claim and its digest.
func (v *verifier) input(j *job, c *Record) *input {
	in := &input{path: c.inputPath(j.root.dir)}
	var item *Item
	var err error
	if id := string(c.Input.Image); id != "" {
		in.image = ", image " + id
		item, err = v.files.item(v.ctx, in.path, id)
	} else {
		item, err = itemAt(in.path)
	}
	if err == nil && item.Folder {
		err = v.pickFiles(item, c)
	}
	if err == nil {
		in.job = &job{Result: &Result{Item: *item}, root: j.root}
		err = (&run{ctx: v.ctx, Options: Options{Read: ReadOptions{Sizes: c.sizes()}}}).identify(in.job)
		for _, s := range in.stamps {
			v.read.Add(s.Size)
		}
	}
	in.err = err
	return in
}

// pickFiles leaves those files of a folder that are its objects.
func (v *verifier) pickFiles(it *Item, c *Record) error {
	entries, err := os.ReadDir(it.Path())
	if err != nil {
		return err
	}
	var d folder
	for _, e := range entries {
		if !e.IsDir() && !isHidden(e.Name()) {
			d.names = append(d.names, e.Name())
		}
	}
	f := finder{FindOptions: FindOptions{Masks: v.Masks}, suffixes: map[string]bool{c.Suffix: c.Suffix != ""}}
	want := func(name string) bool { return true }
	switch {
	case v.Masks == "":
	case !strings.Contains(v.Masks, "/"):
		want = func(name string) bool { return matches(v.Masks, name) }
	default: // below a folder that is some way above
		dir := filepath.ToSlash(absolute(it.Path()))
		want = func(name string) bool { return matches("**/"+v.Masks, path.Join(dir, name)) }
	}
	it.Files = nil
	for _, name := range f.pick(d, want, v.Masks) {
		it.Files = append(it.Files, filepath.Join(it.Path(), name))
	}
	if len(it.Files) == 0 {
		return fmt.Errorf("%s has no masks any more: %w", it.Path(), fs.ErrNotExist)
	}
	return nil
}

// judge returns what is wrong with an output by a claim, nil if nothing is.
func (v *verifier) judge(j *job, c *Record, k Kind, out *Output, in *input) *Finding {
	file := j.root.path(string(out.Path))
	find := func(f Fault, format string, args ...any) *Finding {
		return &Finding{Fault: f, Path: file, Reason: fmt.Sprintf(format, args...), Record: c}
	}
	info, err := os.Lstat(file)
	switch {
	case err != nil && isGone(err) && in.gone():
		return find(FaultMissing, "and so is its mask, %s", in)
	case err != nil && isGone(err):
		return find(FaultMissing, "")
	case err != nil:
		return find(FaultUnreadable, "%s", reason(file, err))
	case !info.Mode().IsRegular():
		return find(FaultChanged, "it is no regular file")
	case info.Size() != out.Bytes:
		return find(FaultChanged, "it has %s, and not %d", plural(int(info.Size()), "byte", "bytes"), out.Bytes)
	}
	sum, _, err := v.digests.of(v.ctx, file)
	switch {
	case err != nil && isGone(err):
		return find(FaultMissing, "")
	case err != nil:
		return find(FaultUnreadable, "%s", reason(file, err))
	}
	v.read.Add(info.Size())
	if sum != out.SHA256 {
		return find(FaultChanged, "it is not what was written")
	}
	return v.stale(c, k, in, find)
}

// stale returns what is wrong with what an output was made of.
func (v *verifier) stale(c *Record, k Kind, in *input, find func(Fault, string, ...any) *Finding) *Finding {
	switch {
	case in.gone():
		return find(FaultOrphaned, "its mask, %s, is gone", in)
	case in.err != nil:
		f := unreadable(in.path, in.err)
		f.Record = c
		return &f
	case in.sum != c.Input.SHA256 && len(in.Item.Files) != c.Input.Files:
		return find(FaultStale, "%s has changed since it was made: it has %s, and had %d",
			in, plural(len(in.Item.Files), "file", "files"), c.Input.Files)
	case in.sum != c.Input.SHA256:
		return find(FaultStale, "%s has changed since it was made", in)
	case c.Parameters.Revision != revision:
		return find(FaultStale, "it was computed by revision %d of the program, which is at %d", c.Parameters.Revision, revision)
	case k == Weights && c.Parameters.Weights == nil:
		return find(FaultStale, "the manifest does not say with which parameters it was made")
	}
	if _, err := c.options(in.path); err != nil {
		return find(FaultStale, "it was made with parameters that the program does not know: %v", err)
	}
	return nil
}

// options are those with which the outputs of a record are made, but for the dtype.
func (r *Record) options(mask string) (Options, error) {
	o, err := r.Parameters.options()
	if err != nil {
		return o, err
	}
	if o.Instances == InstancesAuto {
		return o, errors.New("instances are decided once and for all")
	}
	o.Weights = DefaultOptions().Weights
	if w := r.Parameters.Weights; w != nil {
		if o.Weights, err = w.unet(); err != nil {
			return o, err
		}
		o.Balance.Mode = BalanceGiven
		o.Balance.Class.Background, o.Balance.Class.Foreground = w.Background, w.Foreground
	}
	o.Paths, o.Save, o.Suffix = []string{mask}, Kinds, r.Suffix
	return o, o.check()
}
