package dataset

import (
	"context"
	"crypto/sha256"
	"fmt"
	"iter"
	"path/filepath"
)

// maxKept is how much memory masks that were read for the survey may take until
// they are needed again. Others are read twice.
const maxKept = 256 << 20

// examine finds out what the item's files are, and, as far as that is needed to
// decide about the whole data set, what is in them: from the manifest, if it knows
// these very files, else by reading them.
func (r *run) examine(w *worker, j *job) error {
	if err := r.identify(j); err != nil {
		return err
	}
	wantValues := r.mode == InstancesAuto && !j.Item.hasObjects()
	wantPixels := r.needsCounts() && r.countsAnyway()
	for c := range j.about() {
		p := r.parameters(InstancesAuto, len(c.Shape))
		if !p.sameRead(c.Parameters) || !p.sameIgnored(c.Parameters) {
			continue
		}
		if j.values == nil {
			j.values = c.Values
		}
		if wantPixels && j.pixels == nil && c.Parameters.countsAll() {
			j.pixels = &c.Pixels
		}
	}
	if (!wantValues || j.values != nil) && (!wantPixels || j.pixels != nil) {
		return nil
	}
	px, err := r.load(w, j)
	if err != nil {
		return err
	}
	if wantValues && j.values == nil {
		j.values = px.look()
	}
	if wantPixels && j.pixels == nil {
		c := px.count(px.values)
		j.pixels = &c
	}
	r.keepFor(j, px)
	return nil
}

// keepFor keeps what was read in memory, if there is room, until it is needed again.
func (r *run) keepFor(j *job, p *pixels) {
	most := int64(maxKept)
	if r.budget != nil {
		most = r.budget.kept
	}
	if size := p.size(); r.kept.Add(size) <= most {
		j.kept = p
	} else {
		r.kept.Add(-size)
	}
}

// needsCounts reports whether the class term depends on all masks.
func (r *run) needsCounts() bool { return r.Balance.Mode == BalanceDataset && r.saves(Weights) }

// countsAnyway reports whether pixels can be counted before it is known what the
// objects are: none is dropped or cut.
func (r *run) countsAnyway() bool { return r.MinSize <= 1 && !r.Ridge }

// about yields what the manifest claims of the very files that are there now.
func (j *job) about() iter.Seq[*Record] {
	return func(yield func(*Record) bool) {
		for c := j.claims; c != nil; c = c.other {
			if c.Input.SHA256 == j.sum && !yield(c) {
				return
			}
		}
	}
}

// identify finds the digest of the item's files, or of its part of a file that has the
// objects of many.
func (r *run) identify(j *job) (err error) {
	if from := j.Item.from; from != nil {
		j.sum, err = from.digest(j.Item.index, r.Read.Sizes)
		return err
	}
	digests := j.root.digests
	j.stamps = make([]stamp, len(j.Item.Files))
	if !j.Item.Folder {
		sum, s, err := digests.of(r.ctx, j.Item.Files[0])
		j.sum, j.stamps[0] = sum, s
		return err
	}
	all := sha256.New()
	for i, path := range j.Item.Files {
		sum, s, err := digests.of(r.ctx, path)
		if err != nil {
			return err
		}
		j.stamps[i] = s
		fmt.Fprintf(all, "%s  %s\n", sum, filepath.Base(path))
	}
	all.Sum(j.sum[:0])
	return nil
}

// size is how many bytes the pixels take.
func (p *pixels) size() int64 {
	n := 4 * int64(len(p.values.Data))
	if p.ignore != nil {
		n += int64(len(p.ignore.Data))
	}
	return n
}

// load reads the item's files, as soon as there is memory for what is to be done with
// them, and makes sure that they are those identified.
func (r *run) load(w *worker, j *job) (*pixels, error) {
	o := r.Options
	o.Read.declared = func(d declared) error { return w.begin(r.ctx, o.need(&j.Item, d)) }
	if p := j.kept; p != nil {
		if err := o.Read.declared(declared{shape: p.values.Shape}); err != nil {
			return nil, fmt.Errorf("%s: %w", &j.Item, err)
		}
		j.kept = nil
		r.kept.Add(-p.size())
		return p, nil
	}
	p, err := load(r.ctx, &j.Item, &o)
	if changed := j.unchanged(r.ctx); changed != nil {
		return nil, changed // which may be why it could not be read
	}
	return p, err
}

// unchanged is an error if a file is not what it was when it was identified.
func (j *job) unchanged(ctx context.Context) error {
	for i := range j.stamps { // none of annotations, which see to that themselves
		path := j.Item.Files[i]
		if err := ctx.Err(); err != nil {
			return err
		}
		now, err := statFile(path)
		if err != nil {
			return err
		}
		if now != j.stamps[i] {
			return errChanged(path)
		}
	}
	return nil
}

// decideInstances settles the mode for the whole data set, and says so.
func (r *run) decideInstances() error {
	if r.mode != InstancesAuto {
		return nil
	}
	var files []surveyed
	folders, images := 0, 0
	for _, j := range r.jobs {
		switch {
		case j.Status == StatusFailed:
		case j.Item.Folder:
			folders++
		case j.Item.from != nil:
			images++
		default:
			files = append(files, surveyed{&j.Item, j.values})
		}
	}
	if folders > 0 {
		r.note("objects: one a file, in %s of masks", plural(folders, "folder", "folders"))
		r.mode = InstancesFiles
	}
	if images > 0 {
		r.note("objects: as annotated, in %s", plural(images, "image", "images"))
		r.mode = InstancesFiles
	}
	if len(files) > 0 {
		mode, why, err := decide(files)
		if err != nil {
			return err
		}
		text := "object ids"
		if mode == InstancesComponents {
			text = "connected components"
		}
		r.note("objects: %s, because %s", text, why)
		r.mode = mode
	}
	r.report.Instances = r.mode
	return nil
}
