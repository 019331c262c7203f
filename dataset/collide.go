package dataset

import (
	"os"
	"path/filepath"

	"github.com/weightmap/weightmap/internal/realpath"
)

// checkItems refuses what cannot be meant of these items, and of what could not be
// looked into for them.
func checkItems(items []Item, errs []error, o *Options) error {
	if err := checkNames(items, o); err != nil {
		return err
	}
	for i := range items {
		it := &items[i]
		switch {
		case o.Instances == InstancesIDs && it.Folder:
			return optionError("leave out --instances ids, or name each file as PATH",
				"%s has a file for each object, and not ids", it.Path())
		case o.Instances == InstancesIDs && it.from != nil:
			return optionError("leave out --instances ids",
				"%s has annotations of each object, and not ids", it.Path())
		case o.Ignore != nil && it.from != nil:
			return optionError("leave out --ignore; crowds weigh 0 as it is",
				"%s has annotations of each object, and no values to ignore", it.Path())
		}
	}
	return checkSizes(items, errs, o.Read.Sizes)
}

// checkSizes refuses sizes of images that nobody asks for, and that there are none.
// A file that could not be read as annotations may be who asked: its error counts then.
func checkSizes(items []Item, errs []error, s Sizes) error {
	annotated, unsized, unread := false, false, len(errs) > 0
	for i := range items {
		from := items[i].from
		if from == nil {
			unread = unread || mayBeAnnotations(items[i].Name)
			continue
		}
		annotated = true
		if !from.NeedsSize() {
			continue
		}
		unsized = true
		if s == (Sizes{}) {
			return optionError("give --images DIR with the images, or --size H,W",
				"%s does not state the sizes of its images", items[i].Path())
		}
	}
	given := s != Sizes{}
	switch {
	case given && annotated && !unsized:
		return optionError("leave them out", "the annotations state the sizes of their images")
	case given && !unsized && !unread:
		return optionError("leave them out", "sizes of images are for annotations that do not state them, and there are none")
	}
	return nil
}

// checkNames refuses items that would be written to the same files.
func checkNames(items []Item, o *Options) error {
	type place struct{ root, base string }
	reals := map[string]string{}
	taken := make(map[place]int, len(items))
	for i := range items {
		it := &items[i]
		dir := it.Root
		if o.Out != "" {
			dir = o.Out
		}
		real, ok := reals[dir]
		if !ok {
			real = realpath.Of(dir)
			reals[dir] = real
		}
		at := place{real, it.Base}
		k, ok := taken[at]
		if !ok {
			taken[at] = i
			continue
		}
		other := &items[k]
		hint := "say which are the masks, with --masks GLOB"
		switch {
		case it.from != nil || other.from != nil:
			hint = "give each its own --out"
		case other.Root != it.Root:
			hint = "give the folder they have in common as PATH, or each its own --out"
		}
		output := filepath.Join(dir, filepath.FromSlash(fileName(it.Base, o.suffix(), o.Save[0])))
		return optionError(hint, "%s and %s would both be written to %s", other, it, output)
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
		input := j.input("").Path
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
				"%s was made of %s, and would be replaced by that of %s", j.outputs.path(&j.Item, r.Save[0]), other, &j.Item)
		}
	}
	return nil
}
