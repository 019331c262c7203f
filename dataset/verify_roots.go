package dataset

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/weightmap/weightmap/internal/realpath"
)

// verifyRoot is an output root that is verified, all of it or some items.
type verifyRoot struct {
	*root
	before  map[string]stamp // of its manifests
	damaged []Finding        // lines of them
	all     bool
	parts   []string // absolute paths: the items that are there or made of what is there
}

// searched is a folder that was named, with those in it, or a file as if alone in one.
type searched struct {
	path    string
	folders []folder
}

// open finds the output roots and lists the items of which they tell. Nothing is
// locked, because that would write.
func (v *verifier) open() error {
	for _, p := range v.Paths {
		if err := v.path(p); err != nil {
			return err
		}
	}
	for _, r := range v.order {
		v.out.Roots = append(v.out.Roots, r.dir)
		if err := v.idle(r); err != nil {
			return err
		}
		v.out.Findings = append(v.out.Findings, r.damaged...)
		v.list(r)
	}
	v.items = make([]claims, len(v.jobs))
	return nil
}

// idle is an error if a run is at work on the root.
func (v *verifier) idle(r *verifyRoot) error {
	if v.NoLock {
		return nil
	}
	if holder, held := heldBy(r.dir); held {
		return fmt.Errorf("%s: %w%s; --no-lock looks all the same", r.dir, errLocked, ofHolder(holder))
	}
	return nil
}

// undisturbed is an error if a run worked on a root since it was opened.
func (v *verifier) undisturbed() error {
	if v.NoLock {
		return nil
	}
	for _, r := range v.order {
		if err := v.idle(r); err != nil {
			return err
		}
		if now, err := manifestStamps(r.dir); err != nil || !maps.Equal(now, r.before) {
			return fmt.Errorf("%s: a run wrote here while it was verified: look again", r.dir)
		}
	}
	return nil
}

// manifestStamps returns the stamps of the manifests in a folder.
func manifestStamps(dir string) (map[string]stamp, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	stamps := map[string]stamp{}
	for _, e := range entries {
		if !isManifest(e.Name()) || e.IsDir() {
			continue
		}
		if stamps[e.Name()], err = statFile(filepath.Join(dir, e.Name())); err != nil {
			return nil, err
		}
	}
	return stamps, nil
}

// path opens the roots in, below and above one of the paths.
func (v *verifier) path(p string) error {
	info, err := os.Stat(p)
	t := searched{path: p}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return optionError("", "%s: no such file or folder", p)
	case err != nil:
		return err
	}
	known, rooted := false, false // a manifest tells of it, or could
	above := filepath.Dir(p)
	if info.IsDir() {
		f := finder{ctx: context.Background(), suffixes: map[string]bool{}, manifests: map[string]bool{}}
		t.folders = f.walk(p)
		v.trees = append(v.trees, t)
		for _, err := range f.found.Errors {
			v.found(unreadable(pathOf(err, p), err))
		}
		for _, d := range t.folders {
			if !slices.ContainsFunc(d.names, isManifest) {
				continue
			}
			r, err := v.openRoot(d.path())
			if err != nil {
				return err
			}
			v.use(r)
			r.all, known = true, true
		}
		above = filepath.Join(p, "..")
	} else {
		t.folders = []folder{{root: filepath.Dir(p), names: []string{filepath.Base(p)}}}
	}
	for dir := above; ; dir = filepath.Join(dir, "..") {
		if stamps, err := manifestStamps(dir); err == nil && len(stamps) > 0 {
			r, err := v.openRoot(dir)
			if err != nil && !errors.Is(err, fs.ErrPermission) {
				return err
			}
			if err == nil {
				rooted = true
				if r.tellsOf(absolute(p)) {
					r.parts = append(r.parts, absolute(p))
					known = true
				}
				if len(r.parts) > 0 || len(r.damaged) > 0 { // which may have told of it
					v.use(r)
				}
			}
		}
		if abs := absolute(dir); abs == filepath.Dir(abs) {
			break
		}
	}
	foreign := v.foreign(t)
	v.out.Findings = append(v.out.Findings, foreign...)
	if !known && (!rooted || len(foreign) == 0) {
		return fmt.Errorf("%s: no manifest tells of it: name the folder that precompute was given, or its --out", p)
	}
	return nil
}

// pathOf is the path that the error is about, or else another.
func pathOf(err error, other string) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Path
	}
	return other
}

// openRoot reads the manifests of a folder, once.
func (v *verifier) openRoot(dir string) (*verifyRoot, error) {
	real := realpath.Of(dir)
	if r := v.roots[real]; r != nil {
		return r, nil
	}
	// The stamps first: what is written between this and that shows in the end.
	before, err := manifestStamps(dir)
	if err != nil {
		return nil, err
	}
	m, err := openManifest(dir)
	if err != nil {
		return nil, err
	}
	r := &verifyRoot{root: &root{dir: dir, manifest: m, digests: v.digests}, before: before}
	r.findDamage()
	v.roots[real] = r
	for c := range r.records() {
		for _, k := range Kinds {
			if out := *c.Outputs.at(k); out != nil {
				v.claimed[absolute(r.path(string(out.Path)))] = true
			}
		}
		v.suffixes[c.Suffix] = true
	}
	return r, nil
}

// findDamage lists the lines that count for nothing.
func (r *verifyRoot) findDamage() {
	bad := func(p place, err error) {
		r.damaged = append(r.damaged, Finding{Fault: FaultDamaged, Path: filepath.Join(r.dir, p.file), Line: p.number, Reason: err.Error()})
	}
	for _, b := range r.manifest.damaged {
		bad(b.place, b.err)
	}
	for _, file := range r.manifest.files {
		if f, err := os.Open(filepath.Join(r.dir, file)); err == nil {
			if !endsInNewline(f) {
				bad(place{file: file}, errors.New("its last line is cut off"))
			}
			f.Close()
		}
	}
}

// records yields the other lines.
func (r *verifyRoot) records() iter.Seq[*Record] {
	return func(yield func(*Record) bool) {
		for _, c := range r.manifest.records {
			for ; c != nil; c = c.other {
				if !yield(c) {
					return
				}
			}
		}
	}
}

// use takes the root, or a part of it, for one that is to be verified.
func (v *verifier) use(r *verifyRoot) {
	if !slices.Contains(v.order, r) {
		v.order = append(v.order, r)
	}
}

// tellsOf reports whether there is an item there or made of what is there.
func (r *verifyRoot) tellsOf(part string) bool {
	for c := range r.records() {
		if r.isPart(c, part) {
			return true
		}
	}
	return false
}

func (r *verifyRoot) isPart(c *Record, part string) bool {
	if realpath.Within(part, absolute(c.inputPath(r.dir))) {
		return true
	}
	for _, k := range Kinds {
		if out := *c.Outputs.at(k); out != nil && realpath.Within(part, absolute(r.path(string(out.Path)))) {
			return true
		}
	}
	return false
}

// list makes jobs of the items of a root, sorted.
func (v *verifier) list(r *verifyRoot) {
	for _, key := range slices.SortedFunc(maps.Keys(r.manifest.records), manifestKey.compare) {
		claims := r.manifest.records[key]
		wanted := r.all
		for c := claims; c != nil && !wanted; c = c.other {
			wanted = slices.ContainsFunc(r.parts, func(part string) bool { return r.isPart(c, part) })
		}
		if !wanted {
			continue
		}
		v.jobs = append(v.jobs, &job{
			Result: &Result{Item: Item{Root: r.dir, Name: key.item, Base: key.item}},
			at:     len(v.jobs), root: r.root, claims: claims,
		})
	}
}
