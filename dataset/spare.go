package dataset

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
)

// A file that is in an output's place, and of which no manifest tells, may be anybody's.
// It is replaced if that loses nothing, since its bytes are those of the output, or if
// Options.Force is given; otherwise the item fails.

// foreign reports whether an output's file is there and no manifest tells of it.
func (j *job) foreign(k Kind) bool {
	for c := j.claims; c != nil; c = c.other {
		if *c.Outputs.at(k) != nil {
			return false
		}
	}
	info, err := os.Lstat(j.outputs.path(&j.Item, k))
	return err == nil && !info.IsDir()
}

// warnOfUnknown tells what will be replaced, or may not be.
func (r *run) warnOfUnknown(j *job) {
	kind := warnReplaced
	switch {
	case r.DryRun && !r.Force:
		kind = warnSpared
	case !r.Force:
		return
	}
	if i := slices.IndexFunc(j.need, j.foreign); i >= 0 {
		r.warnings.add(kind, j.at, j.outputs.path(&j.Item, j.need[i]), 1, "")
	}
}

// spare returns an error if to write the output would lose a file.
func (r *run) spare(j *job, k Kind, a array) error {
	if r.Force || !j.foreign(k) {
		return nil
	}
	path := j.outputs.path(&j.Item, k)
	there, err := sumFile(r.ctx, path)
	if errors.Is(err, fs.ErrNotExist) { // a link to nothing, say
		return errSpared(path)
	}
	if err != nil {
		return err
	}
	h := sha256.New()
	if err := a.write(contextWriter{r.ctx, h}); err != nil {
		return err
	}
	if Digest(h.Sum(nil)) != there {
		return errSpared(path)
	}
	return nil
}

func errSpared(path string) error {
	return fmt.Errorf("%s: is there already, is not what would be made, and no manifest knows it: --force replaces it", path)
}
