package dataset

import (
	"fmt"
	"slices"

	"github.com/weightmap/weightmap/edt"
	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/labeling"
	"github.com/weightmap/weightmap/weights"
)

// worker is the memory that one goroutine uses again from item to item.
type worker struct {
	scratch weights.Scratch
	edt     edt.Scratch
	two     edt.Two
	weights *grid.Map

	budget  *budget
	held    int64 // of the budget: what the item it works on may take
	turns   turns
	hasTurn bool
}

// fit makes memory that was made for another shape fit, or drops it if it is too small.
func (w *worker) fit(shape []int) {
	w.weights = fitted(w.weights, shape)
	w.two.D1, w.two.D2 = fitted(w.two.D1, shape), fitted(w.two.D2, shape)
	w.two.ID1, w.two.ID2 = fitted(w.two.ID1, shape), fitted(w.two.ID2, shape)
}

func fitted[T grid.Element](g *grid.Grid[T], shape []int) *grid.Grid[T] {
	n := grid.Size(shape)
	if g == nil || n > cap(g.Data) {
		return nil
	}
	return grid.From(g.Data[:n], shape...)
}

// compute makes the outputs that an item needs, and adds them to the manifest.
func (r *run) compute(w *worker, j *job, class weights.Class, workers int) error {
	p, err := r.load(w, j)
	if err != nil {
		return err
	}
	mode := r.modeOf(j)
	labels, n := p.label(p.values, mode, &r.Options)
	counts := p.count(labels)
	record := r.record(j, p, n, counts, class)
	if err := r.ctx.Err(); err != nil {
		return err
	}
	arrays, err := r.arrays(w, j.need, p, labels, record.Parameters, workers)
	if err != nil {
		return fmt.Errorf("%s: %w", &j.Item, err)
	}
	notices := r.lookFor(j, mode, p, labels, n, counts.Ignored)
	w.endTurn()
	for i, k := range j.need {
		if err := r.spare(j, k, arrays[i]); err != nil {
			return err
		}
	}
	for i, k := range j.need {
		path := j.outputs.path(&j.Item, k)
		if err := j.root.prepare(path); err != nil {
			return err
		}
		a := arrays[i]
		size, sum, err := a.save(r.ctx, path)
		if err != nil {
			return err
		}
		if err := j.root.digests.wrote(path, sum); err != nil {
			return err
		}
		*record.Outputs.at(k) = &Output{
			Path: Path(fileName(j.Item.Base, r.suffix(), k)), Dtype: a.dtype, Bytes: size, SHA256: sum, Min: Extreme(a.min), Max: Extreme(a.max),
		}
	}
	if err := j.root.manifest.add(record); err != nil {
		return err
	}
	if r.Spacing == nil && r.measures() {
		r.spacings.add(p.spacing)
	}
	for _, about := range notices {
		r.warnings.add(about.kind, j.at, j.Item.String(), about.amount, about.text)
	}
	j.Record = record
	r.result(j, StatusMade, nil)
	return nil
}

// record is the manifest's line on an item, with those outputs of before that are
// still up to date.
func (r *run) record(j *job, p *pixels, n int, counts Pixels, class weights.Class) *Record {
	rec := &Record{
		Item: Path(j.Item.Base), Suffix: r.suffix(), Input: j.input(r.Read.Sizes.Images),
		Shape: p.values.Shape, Dtype: p.dtype, Values: j.values, Objects: n, Pixels: counts,
		Parameters: r.parameters(r.modeOf(j), len(p.values.Shape)), Version: r.Version,
	}
	if r.saves(Weights) {
		rec.Parameters.Weights = r.weightParameters(r.classOf(counts, class))
	}
	if j.base == nil {
		if j.claims != nil && j.claims.hasOthers(r.Save) {
			r.warnings.add(warnOutdated, j.at, j.Item.String(), 1, "")
		}
		return rec
	}
	old := j.base
	if rec.Parameters.Weights == nil {
		// Nobody asked about the weights, so they may stay what they are.
		rec.Parameters.Weights = old.Parameters.Weights
	}
	dropped := false
	for _, k := range Kinds {
		out := *old.Outputs.at(k)
		if out == nil || slices.Contains(j.need, k) {
			continue
		}
		if old.Parameters.sameFor(k, rec.Parameters) {
			*rec.Outputs.at(k) = out
		} else {
			dropped = true
		}
	}
	if rec.Outputs.Weights == nil && !r.saves(Weights) {
		rec.Parameters.Weights = nil
	}
	if dropped {
		r.warnings.add(warnOutdated, j.at, j.Item.String(), 1, "")
	}
	return rec
}

// hasOthers reports whether there are outputs besides those.
func (r *Record) hasOthers(kinds []Kind) bool {
	for _, k := range Kinds {
		if *r.Outputs.at(k) != nil && !slices.Contains(kinds, k) {
			return true
		}
	}
	return false
}

// arrays computes the outputs that are needed. They may share the worker's memory.
func (r *run) arrays(w *worker, need []Kind, p *pixels, labels *grid.Labels, params *Parameters, workers int) ([]array, error) {
	w.fit(labels.Shape)
	spacing := r.Spacing
	if spacing == nil {
		spacing = p.spacing
	}
	distances := slices.Contains(need, D1) || slices.Contains(need, D2)
	if distances {
		edt.TwoNearest(&w.two, labels, edt.Options{Spacing: spacing, Workers: workers, Scratch: &w.edt})
	}
	arrays := make([]array, len(need))
	for i, k := range need {
		var err error
		switch k {
		case Weights:
			u := r.Options.Weights
			u.Class = weights.Class{Background: params.Weights.Background, Foreground: params.Weights.Foreground}
			u.Spacing, u.Workers = spacing, workers
			if distances {
				w.weights = u.FromDistances(w.weights, w.two.D1, w.two.D2, labels, p.ignore, &w.scratch)
			} else {
				w.weights = u.Map(w.weights, labels, p.ignore, &w.scratch)
			}
			arrays[i], err = floats(w.weights, r.Half)
		case D1:
			arrays[i], err = floats(w.two.D1, r.Half)
		case D2:
			arrays[i], err = floats(w.two.D2, r.Half)
		case Labels:
			arrays[i] = integers(labels)
		case Target:
			arrays[i] = integers(foreground(nil, labels))
		}
		if err != nil {
			return nil, fmt.Errorf("%v: %w", k, err)
		}
	}
	return arrays, nil
}

// notice is something to warn of.
type notice struct {
	kind   string
	amount int
	text   string
}

// lookFor returns what makes a weight map useless without being wrong.
func (r *run) lookFor(j *job, mode Instances, p *pixels, labels *grid.Labels, n int, ignored int64) (found []notice) {
	warn := func(kind string, amount int, text string) { found = append(found, notice{kind, amount, text}) }
	if p.warning != "" {
		warn(warnFormat, 1, p.warning)
	}
	if p.unused != nil && r.Spacing == nil && r.measures() {
		warn(warnSpacing, 1, spacingText(p.unused))
	}
	switch {
	case p.overlap > 0 && j.Item.Folder:
		warn(warnOverlap, p.overlap, "")
	case p.overlap > 0:
		warn(warnCovered, p.overlap, "")
	}
	if j.Item.from != nil && p.ignore != nil {
		warn(warnCrowd, int(ignored), "")
	}
	if n == 0 {
		warn(warnEmpty, 1, "")
		return found
	}
	if !r.saves(Weights) || r.Options.Weights.W0 == 0 || r.Options.Weights.Term == weights.TermD1 {
		return found // no border term between objects
	}
	c := r.connectivity(len(labels.Shape))
	if pairs := labeling.Touching(labels, c); pairs > 0 {
		warn(warnTouching, pairs, "")
	}
	switch {
	case mode == InstancesComponents && isHuge(labels, n):
		warn(warnHuge, 1, "")
	case mode == InstancesIDs && n == 1:
		if _, pieces := labeling.Components(nil, foreground(nil, labels), c); pieces > 1 {
			warn(warnPieces, 1, "")
		}
	}
	return found
}

// isHuge reports whether one object has at least half of the pixels of all, and a
// tenth of the image. A mask of objects that touch looks so, and so does one that
// has only one object; nobody but its user can tell which it is.
func isHuge(labels *grid.Labels, n int) bool {
	sizes := make([]int, n+1)
	for _, l := range labels.Data {
		sizes[l]++
	}
	total := len(labels.Data) - sizes[0]
	largest := slices.Max(sizes[1:])
	return 2*largest >= total && 10*largest >= len(labels.Data)
}
