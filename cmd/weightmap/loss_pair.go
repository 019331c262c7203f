package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weightmap/weightmap/dataset"
)

// lossItem is an image to be measured.
type lossItem struct {
	stem    string
	truth   []string // a file, or one for each object
	pred    string
	weights string // "" for none
}

// stemmed is a file, or the files of the objects in an image, with the stem that
// tells to which others it belongs.
type stemmed struct {
	stem  string // the path below the folder, with slashes and without extension
	path  string
	files []string // of truths
}

// source is what --truth, --pred or --weights names.
type source struct {
	path   string
	folder bool
	files  []stemmed
}

// pairFiles finds out which files belong together, and says what is wrong with the
// others. Files in the folder maps are none of them. The error is that of a path that
// cannot be looked into.
func pairFiles(truth, pred, weights, maps string) (items []lossItem, left []error, err error) {
	var t, p, w source
	if t, err = openSource(truth, maps, truthsIn); err != nil {
		return nil, nil, err
	}
	if p, err = openSource(pred, maps, predictionsIn); err != nil {
		return nil, nil, err
	}
	t.narrow(p)
	p.narrow(t)
	left = append(t.unique("truth"), p.unique("prediction")...)
	preds, over := t.partners(p)
	for _, f := range t.files {
		switch q, ok := preds[f.stem]; {
		case ok:
			items = append(items, lossItem{stem: f.stem, truth: f.files, pred: q})
		case p.folder:
			left = append(left, fmt.Errorf("%s: there is no prediction %s.npy or .png in %s", f.path, f.stem, pred))
		}
	}
	left = append(left, t.noTruthFor(over)...)
	if weights == "" {
		return items, left, nil
	}
	if w, err = openSource(weights, maps, weightsIn); err != nil {
		return nil, nil, err
	}
	if !w.folder {
		for i := range items {
			items[i].weights = weights
		}
		return items, left, nil
	}
	maybe, over := t.partners(w)
	items = slices.DeleteFunc(items, func(it lossItem) bool {
		file, ok := maybe[it.stem]
		if ok && !slices.ContainsFunc(it.truth, func(t string) bool { return sameFile(file, t) }) {
			return false
		}
		left = append(left, fmt.Errorf("%s: there are no weights %s.weights.npy or %s.npy in %s", it.pred, it.stem, it.stem, weights))
		return true
	})
	for i := range items {
		items[i].weights = maybe[items[i].stem]
	}
	return items, append(left, t.noTruthFor(over)...), nil
}

// noTruthFor says that files have no truth, unless only one truth was asked for.
func (s *source) noTruthFor(over []stemmed) []error {
	if !s.folder {
		return nil
	}
	var left []error
	for _, f := range over {
		left = append(left, fmt.Errorf("%s: there is no truth %s in %s", f.path, f.stem, s.path))
	}
	return left
}

// narrow leaves in a folder only what could belong to the other source, if that is a
// single file.
func (s *source) narrow(to source) {
	if s.folder && !to.folder {
		name := path.Base(to.files[0].stem)
		s.files = slices.DeleteFunc(s.files, func(f stemmed) bool { return path.Base(f.stem) != name })
	}
}

// partners returns the paths of the files in other that belong to the files in s, by
// the stems of those, and the files that belong to none. What belongs together has the
// same stem. What has no such partner belongs to the one of the same name, if there is
// but one in both. Two single files belong together.
func (s *source) partners(other source) (of map[string]string, over []stemmed) {
	of = map[string]string{}
	if !s.folder && !other.folder {
		of[s.files[0].stem] = other.files[0].path
		return of, nil
	}
	byStem := map[string]stemmed{}
	for _, f := range other.files {
		byStem[f.stem] = f
	}
	alone := map[string][]string{} // stems of s without a partner, by their names
	for _, f := range s.files {
		if q, ok := byStem[f.stem]; ok {
			of[f.stem] = q.path
		} else {
			name := path.Base(f.stem)
			alone[name] = append(alone[name], f.stem)
		}
	}
	called := map[string]int{}
	for _, f := range other.files {
		if _, ok := of[f.stem]; !ok {
			called[path.Base(f.stem)]++
		}
	}
	for _, f := range other.files {
		name := path.Base(f.stem)
		switch stems := alone[name]; {
		case of[f.stem] == f.path:
		case len(stems) == 1 && called[name] == 1:
			of[stems[0]] = f.path
		default:
			over = append(over, f)
		}
	}
	return of, over
}

// unique takes out files that share a stem: which one is meant cannot be known.
func (s *source) unique(what string) (left []error) {
	slices.SortStableFunc(s.files, func(a, b stemmed) int { return strings.Compare(a.stem, b.stem) })
	var good []stemmed
	for i := 0; i < len(s.files); {
		same := s.files[i:]
		for n, f := range same {
			if f.stem != same[0].stem {
				same = same[:n]
				break
			}
		}
		if len(same) == 1 {
			good = append(good, same[0])
		} else {
			left = append(left, fmt.Errorf("%s and %s: both are the %s of %s, so neither is taken", same[0].path, same[1].path, what, same[0].stem))
		}
		i += len(same)
	}
	s.files = good
	return left
}

// openSource takes the file at root, or what in finds in the folder.
func openSource(root, maps string, in func(root, maps string) ([]stemmed, error)) (source, error) {
	s := source{path: root}
	info, err := os.Stat(root)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return s, usagef("", "%s: no such file or folder", root)
	case err != nil:
		return s, err
	case !info.IsDir():
		s.files = []stemmed{{stem: stemOf(filepath.Base(root)), path: root, files: []string{root}}}
		return s, nil
	}
	s.folder = true
	s.files, err = in(root, maps)
	return s, err
}

// truthsIn lists the masks in a folder, or where there are none the targets.
func truthsIn(root, maps string) ([]stemmed, error) {
	found, err := dataset.Find([]string{root}, dataset.FindOptions{Out: maps})
	if err != nil {
		return nil, err
	}
	if len(found.Errors) > 0 {
		return nil, found.Errors[0]
	}
	var all []stemmed
	for _, it := range found.Items {
		all = append(all, stemmed{stem: it.Base, path: it.Path(), files: it.Files})
	}
	if len(all) > 0 {
		return all, nil
	}
	return filesIn(root, maps, func(rel string) bool { return kindOf(rel) == dataset.Target })
}

func predictionsIn(root, maps string) ([]stemmed, error) {
	return filesIn(root, maps, func(rel string) bool {
		ext := strings.ToLower(path.Ext(rel))
		return ext == ".npy" || ext == ".png"
	})
}

// weightsIn lists NPY files, but not the other outputs of precompute; of a.weights.npy
// and a.npy only the former.
func weightsIn(root, maps string) ([]stemmed, error) {
	all, err := filesIn(root, maps, func(rel string) bool {
		k := kindOf(rel)
		return path.Ext(rel) == ".npy" && (k < 0 || k == dataset.Weights)
	})
	named := map[string]bool{}
	for _, f := range all {
		if kindOf(f.path) == dataset.Weights {
			named[f.stem] = true
		}
	}
	return slices.DeleteFunc(all, func(f stemmed) bool { return named[f.stem] && kindOf(f.path) < 0 }), err
}

// kindOf is what precompute would call so, or −1.
func kindOf(name string) dataset.Kind {
	for _, k := range dataset.Kinds {
		if strings.HasSuffix(name, "."+k.String()+".npy") {
			return k
		}
	}
	return -1
}

// stemOf is the path without its extension, and without what tells weights and targets
// from their mask.
func stemOf(rel string) string {
	if k := kindOf(rel); k == dataset.Weights || k == dataset.Target {
		return strings.TrimSuffix(rel, "."+k.String()+".npy")
	}
	if n := len(rel) - len(".nii.gz"); n > 0 && strings.EqualFold(rel[n:], ".nii.gz") {
		return rel[:n]
	}
	return strings.TrimSuffix(rel, path.Ext(rel))
}

// filesIn lists the files in and below a folder that are wanted, but neither hidden
// ones nor those in the folder maps.
func filesIn(root, maps string, want func(rel string) bool) ([]stemmed, error) {
	var all []stemmed
	err := filepath.WalkDir(root, func(at string, d fs.DirEntry, err error) error {
		hidden := at != root && strings.HasPrefix(d.Name(), ".")
		switch {
		case err != nil:
			return err
		case d.IsDir() && (hidden || at != root && maps != "" && sameFile(at, maps)):
			return fs.SkipDir
		case d.IsDir() || hidden:
			return nil
		}
		rel, err := filepath.Rel(root, at)
		if rel = filepath.ToSlash(rel); err == nil && want(rel) {
			all = append(all, stemmed{stem: stemOf(rel), path: at, files: []string{at}})
		}
		return err
	})
	return all, err
}

func sameFile(a, b string) bool {
	x, errA := os.Stat(a)
	y, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(x, y)
}
