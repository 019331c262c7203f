package dataset

import "github.com/weightmap/weightmap/weights"

// balance settles the class term for the whole data set, and says so where it
// makes maps stale.
func (r *run) balance() (weights.Class, error) {
	class := weights.Class{Background: 1, Foreground: 1}
	switch r.Balance.Mode {
	case BalanceGiven:
		class = r.Balance.Class
	case BalanceDataset:
		if !r.needsCounts() {
			return class, nil
		}
		if !r.countsAnyway() {
			r.phase("counting pixels", r.jobs, r.count)
		}
		var total weights.Count
		for _, j := range r.jobs {
			if j.Status != StatusFailed && j.pixels != nil {
				total = total.Add(weights.Count{Background: j.pixels.Background, Foreground: j.pixels.Foreground})
			}
		}
		class = total.Class()
	}
	if r.saves(Weights) && r.Balance.Mode != BalanceImage {
		r.report.Class = &class
	}
	if r.needsCounts() && r.ctx.Err() == nil {
		r.tellBalance(class)
	}
	return class, nil
}

// tellBalance says which maps the class term alone makes stale.
func (r *run) tellBalance(class weights.Class) {
	stale, fresh := map[weights.Class]int{}, 0
	maps := 0
	for _, j := range r.jobs {
		if j.Status == StatusFailed {
			continue
		}
		old, ok := r.staleClass(j, class)
		switch {
		case ok:
			stale[old]++
			maps++
		case j.unknown():
			fresh++
		}
	}
	var old weights.Class
	for c, n := range stale {
		if m := stale[old]; n > m || n == m && classText(c) < classText(old) {
			old = c
		}
	}
	if maps == 0 {
		r.note("class weights: background %s, foreground %s", exact(class.Background), exact(class.Foreground))
		return
	}
	why := "the masks they are balanced over changed"
	if fresh > 0 {
		why = plural(fresh, "mask is", "masks are") + " new or changed"
	}
	verb := "made anew"
	if r.DryRun {
		verb = "to be made anew"
	}
	r.note("class weights: background %s → %s, foreground %s → %s, because %s: %s stale by it and %s\n  to keep the old numbers: --balance %s",
		exact(old.Background), exact(class.Background), exact(old.Foreground), exact(class.Foreground), why,
		plural(maps, "map is", "maps are"), verb, classText(old))
}

// staleClass returns the class term of an item's weights if they are up to date
// but for that.
func (r *run) staleClass(j *job, class weights.Class) (old weights.Class, ok bool) {
	for c := range j.about() {
		if c.Outputs.Weights == nil {
			continue
		}
		p := r.parameters(r.modeOf(j), len(c.Shape))
		p.Weights = r.weightParameters(class)
		if c.Parameters.sameFor(Weights, p) {
			return old, false
		}
		if c.Parameters.staleByClass(p) {
			old = weights.Class{Background: c.Parameters.Weights.Background, Foreground: c.Parameters.Weights.Foreground}
			ok = true
		}
	}
	return old, ok
}

// unknown reports whether nothing was made of these files before.
func (j *job) unknown() bool {
	for range j.about() {
		return false
	}
	return true
}

// count counts the pixels of an item's objects as they will be.
func (r *run) count(w *worker, j *job) error {
	for c := range j.about() {
		if r.parameters(r.modeOf(j), len(c.Shape)).sameObjects(c.Parameters) {
			j.pixels = &c.Pixels
			return nil
		}
	}
	p, err := r.load(w, j)
	if err != nil {
		return err
	}
	labels, _ := p.label(nil, r.modeOf(j), &r.Options)
	c := p.count(labels)
	j.pixels = &c
	r.keepFor(j, p)
	return nil
}
