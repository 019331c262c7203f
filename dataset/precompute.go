package dataset

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weightmap/weightmap/weights"
)

// Precompute makes the outputs of all masks that the options name, unless the
// manifest knows them to be up to date. What fails is in the report, and does not
// stop the rest. The error is an [*OptionError] if nothing could be begun, that of
// the context if it ended before the work did, or what made it impossible to go on;
// with the latter two the report says how far it came.
//
// The outputs and the manifest do not depend on Jobs.
func Precompute(ctx context.Context, o Options) (*Report, error) {
	start := time.Now()
	if err := o.check(); err != nil {
		return nil, err
	}
	r := &run{Options: o, mode: o.Instances, report: &Report{Instances: o.Instances}}
	r.ctx, r.stop = context.WithCancel(ctx)
	defer r.stop()
	err := r.all()
	for _, root := range r.opened {
		err = errors.Join(err, root.close())
	}
	var wrong *OptionError
	if err != nil && (r.report.Items == nil || errors.As(err, &wrong)) {
		return nil, err
	}
	r.finish()
	r.report.Elapsed = time.Since(start)
	if ctx.Err() != nil && r.report.Left > 0 {
		err = ctx.Err()
	}
	return r.report, err
}

// run is one call of Precompute.
type run struct {
	Options
	ctx    context.Context
	stop   context.CancelFunc
	mode   Instances
	jobs   []*job
	opened []*root
	report *Report

	warnings warnings
	spacings spacings
	observer sync.Mutex
	kept     atomic.Int64 // bytes of masks kept in memory
	budget   *budget
}

// job is an item on its way.
type job struct {
	*Result
	at     int
	root   *root
	claims *Record // on this item; see manifest

	sum    Digest  // of the files
	stamps []stamp // of the files, when that was found
	values *Values // nil if nobody wanted to know, or of a folder
	pixels *Pixels // likewise
	kept   *pixels // the files as they were read, if there was room

	base *Record // the claim that holds for most outputs
	need []Kind  // outputs to be made
}

// input is what the manifest says of the item's files, where images are in a folder.
func (j *job) input(images string) Input {
	in := Input{Path: Path(relative(j.root.dir, j.Item.Path())), Image: Path(j.Item.ImageID), Files: len(j.Item.Files), SHA256: j.sum}
	if string(in.Path) == j.Item.Name { // as a rule, and then one text is enough
		in.Path = Path(j.Item.Name)
	}
	if from := j.Item.from; from != nil && from.NeedsSize() && images != "" {
		in.Images = Path(relative(j.root.dir, images))
	}
	return in
}

// all does one thing after the other.
func (r *run) all() error {
	if err := r.find(); err != nil || len(r.jobs) == 0 {
		return err
	}
	var err error
	if r.budget, err = newBudget(r.MaxMemory, len(r.jobs)); err != nil {
		return err
	}
	r.phase("reading masks", r.jobs, r.examine)
	if r.ctx.Err() != nil {
		return nil
	}
	if err := r.decideInstances(); err != nil {
		return err
	}
	class, err := r.balance()
	if err != nil || r.ctx.Err() != nil {
		return err
	}
	r.phase("checking outputs", r.jobs, func(_ *worker, j *job) error { return r.check(j, class) })
	if r.ctx.Err() != nil {
		return nil
	}
	var todo []*job
	for _, j := range r.jobs {
		switch {
		case j.Status == StatusFailed:
		case len(j.need) == 0:
			r.result(j, StatusCurrent, nil)
		case r.DryRun:
			r.result(j, StatusWould, nil)
		case j.root.readOnly != nil:
			return fmt.Errorf("%w; --out DIR writes elsewhere", j.root.readOnly)
		default:
			todo = append(todo, j)
		}
	}
	if len(todo) == 0 {
		return nil
	}
	jobs := r.Options.jobs()
	share, workers := max(1, jobs/len(todo)), jobs
	if jobs > 1 {
		workers *= 2 // while some compute, others write
	}
	r.phaseOf("computing", todo, workers, make(turns, jobs), func(w *worker, j *job) error { return r.compute(w, j, class, share) })
	if text := r.spacings.note(); text != "" {
		r.note("%s", text)
	}
	return nil
}

// find makes the list of jobs. Nothing is written if it fails.
func (r *run) find() error {
	found, err := find(r.ctx, r.Paths, FindOptions{
		Masks: r.Masks, Folders: r.Options.Instances == InstancesFiles, Suffix: r.suffix(), Out: r.Out,
	})
	if err != nil {
		return err
	}
	r.report.Outputs, r.report.Errors = found.Outputs, found.Errors
	for _, err := range found.Errors {
		r.tell(Event{Kind: EventResult, Done: &Result{Status: StatusFailed, Err: err}})
	}
	if r.report.Annotations = found.Annotations; found.Annotations != "" && len(found.Items) > 0 {
		r.warnings.add(warnNotTaken, 0, found.Annotations, 1, "")
	}
	if err := checkItems(found.Items, found.Errors, &r.Options); err != nil {
		return err
	}
	roots, err := openRoots(found.Items, &r.Options, &r.warnings)
	if err != nil {
		return err
	}
	kinds := map[*root]*outputs{}
	for _, dir := range sortedKeys(roots) {
		if root := roots[dir]; kinds[root] == nil {
			kinds[root] = &outputs{root.dir, r.suffix(), r.Save}
			r.opened = append(r.opened, root)
			r.report.Roots = append(r.report.Roots, root.dir)
		}
	}
	r.report.Items = make([]Result, len(found.Items))
	r.jobs = make([]*job, len(found.Items))
	dirs := map[*root]map[string]bool{}
	for i, it := range found.Items {
		dir := it.Root
		if r.Out != "" {
			dir = r.Out
		}
		j := &job{Result: &r.report.Items[i], at: i, root: roots[dir]}
		j.Item, j.Status, j.outputs = it, StatusLeft, kinds[j.root]
		j.claims = j.root.manifest.of(it.Base, r.suffix())
		for c := j.claims; c != nil; c = c.other {
			if string(c.Input.Path) == it.Name { // then one is enough
				c.Input.Path = Path(it.Name)
			}
		}
		if dirs[j.root] == nil {
			dirs[j.root] = map[string]bool{j.root.dir: true}
		}
		dirs[j.root][filepath.Dir(j.outputs.path(&j.Item, Weights))] = true
		r.jobs[i] = j
	}
	for root, of := range dirs {
		if root.lock != nil {
			root.sweep(sortedKeys(of))
		}
	}
	return r.checkInputs()
}

// phase does something to every job that has not failed, several at a time.
func (r *run) phase(name string, jobs []*job, do func(*worker, *job) error) {
	r.phaseOf(name, jobs, r.Options.jobs(), nil, do)
}

// phaseOf is a phase with so many workers, of which some wait for their turns.
func (r *run) phaseOf(name string, jobs []*job, workers int, t turns, do func(*worker, *job) error) {
	r.tell(Event{Kind: EventPhase, Text: name, Total: len(jobs)})
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(workers, len(jobs)) {
		group.Go(func() {
			w := worker{budget: r.budget, turns: t}
			defer w.drop()
			for r.ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(jobs) {
					return
				}
				j := jobs[i]
				if j.Status == StatusFailed {
					continue
				}
				r.tell(Event{Kind: EventStart, Item: &j.Item})
				// What an ended run could not do is no failure.
				if err := do(&w, j); err != nil && r.ctx.Err() == nil {
					r.result(j, StatusFailed, err)
				}
				w.rest()
				r.tell(Event{Kind: EventStep, Item: &j.Item})
			}
		})
	}
	group.Wait()
}

// result settles what became of an item.
func (r *run) result(j *job, s Status, err error) {
	j.Status, j.Err = s, err
	// Of what is known of it there is no need any more.
	j.stamps, j.values, j.pixels, j.kept, j.claims, j.base, j.need = nil, nil, nil, nil, nil, nil, nil
	r.tell(Event{Kind: EventResult, Done: j.Result})
	if err != nil && r.FailFast {
		r.stop()
	}
}

func (r *run) tell(e Event) {
	if r.Observe == nil {
		return
	}
	r.observer.Lock()
	defer r.observer.Unlock()
	r.Observe(e)
}

func (r *run) note(format string, args ...any) {
	r.tell(Event{Kind: EventNote, Text: fmt.Sprintf(format, args...)})
}

// finish adds up the report.
func (r *run) finish() {
	p := r.report
	p.Failed = len(p.Errors)
	for i := range p.Items {
		switch it := &p.Items[i]; it.Status {
		case StatusMade:
			p.Made++
			p.Objects += int64(it.Record.Objects)
			c := it.Record.Pixels
			p.Pixels += c.Background + c.Foreground + c.Ignored
		case StatusWould:
			p.Made++
		case StatusCurrent:
			p.Current++
		case StatusFailed:
			p.Failed++
		case StatusLeft:
			p.Left++
		}
	}
	p.Warnings = r.warnings.list()
	for _, w := range p.Warnings {
		r.tell(Event{Kind: EventWarning, Text: w.Text})
	}
}

// modeOf says what the objects of an item are.
func (r *run) modeOf(j *job) Instances {
	// What was decided by looking at files that are whole masks is about those.
	if j.Item.hasObjects() && r.Options.Instances != InstancesComponents {
		return InstancesFiles
	}
	return r.mode
}

// classOf is the class term of an item with those pixels.
func (r *run) classOf(p Pixels, class weights.Class) weights.Class {
	if r.Balance.Mode == BalanceImage {
		return weights.Count{Background: p.Background, Foreground: p.Foreground}.Class()
	}
	return class
}

// measures reports whether what is asked for depends on distances.
func (o *Options) measures() bool {
	return o.saves(D1) || o.saves(D2) || o.saves(Weights) && o.Weights.W0 != 0
}

// saves reports whether an output of the kind is asked for.
func (o *Options) saves(k Kind) bool {
	for _, s := range o.Save {
		if s == k {
			return true
		}
	}
	return false
}
