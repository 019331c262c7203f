package dataset

import (
	"os"
	"path/filepath"
)

// checkNames refuses items that would be written to the same files.
func checkNames(items []Item, o *Options) error {
	type place struct{ root, base string }
	reals := map[string]string{}
	taken := make(map[place]int, len(items))
	for i, it := range items {
		dir := it.Root
		if o.Out != "" {
			dir = o.Out
		}
		real, ok := reals[dir]
		if !ok {
			real = realPath(dir)
			reals[dir] = real
		}
		at := place{real, it.Base}
		other, ok := taken[at]
		if !ok {
			taken[at] = i
			continue
		}
		hint := "say which are the masks, with --masks GLOB"
		if items[other].Root != it.Root {
			hint = "give the folder they have in common as PATH, or each its own --out"
		}
		output := filepath.Join(dir, filepath.FromSlash(fileName(it.Base, o.suffix(), o.Save[0])))
		return optionError(hint, "%s and %s would both be written to %s", items[other].Path(), it.Path(), output)
	}
	if o.Instances != InstancesIDs {
		return nil
	}
	for _, it := range items {
		if it.Folder {
			return optionError("leave out --instances ids, or name each file as PATH",
				"%s has a file for each object, and not ids", it.Path())
		}
	}
	return nil
}

// checkInputs refuses to replace what was made of another mask that still exists:
// two folders whose files have the same names, say, written to the same --out.
func (r *run) checkInputs() error {
	if r.Force {
		return nil
	}
	for _, j := range r.jobs {
		if j.claims == nil {
			continue
		}
		input := j.input().Path
		for c := j.claims; c != nil; c = c.other {
			if c.Input.Path == input {
				continue
			}
			other := string(c.Input.Path)
			if !filepath.IsAbs(filepath.FromSlash(other)) {
				other = j.root.path(other)
			}
			there, err := os.Stat(other)
			if err != nil {
				continue // it was moved or replaced
			}
			if here, err := os.Stat(j.Item.Path()); err == nil && os.SameFile(here, there) {
				continue
			}
			return optionError("write to another --out, or give --force to replace what is there",
				"%s was made of %s, and would be replaced by that of %s", j.outputs.path(&j.Item, r.Save[0]), other, j.Item.Path())
		}
	}
	return nil
}
