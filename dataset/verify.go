package dataset

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/bmatcuk/doublestar/v4"
)

// VerifyOptions says what [Verify] is to look at.
type VerifyOptions struct {
	// Paths are output roots, folders with output roots in them, and parts of one:
	// folders, masks and outputs.
	Paths []string

	// Masks is the glob that was given to [Precompute], if there was one. See
	// [FindOptions].
	Masks string

	// Deep says of which items the outputs are computed anew, to be compared.
	Deep Subset

	// Jobs is the number of items worked on at a time; 0 is one for each processor.
	Jobs int

	// MaxMemory is what the process may take, in bytes, as in [Options].
	MaxMemory int64

	// NoLock looks also where a run is at work, and takes what it finds for the truth.
	NoLock bool

	// Observe is told what happens, as [Options.Observe] is.
	Observe func(Event)
}

// Fault is what is wrong with a file.
type Fault string

// The faults, in the order of which one is said of a file that has several.
const (
	FaultUnreadable Fault = "unreadable" // it, or what it was made of, cannot be read
	FaultMissing    Fault = "missing"    // a manifest tells of the output, and it is not there
	FaultChanged    Fault = "changed"    // the output is not what was written
	FaultOrphaned   Fault = "orphaned"   // the mask is not there of which the output was made
	FaultStale      Fault = "stale"      // the mask, or what this program makes of it, is another
	FaultWrong      Fault = "wrong"      // computed anew, the output or its line in the manifest is another
	FaultForeign    Fault = "foreign"    // it has the name of an output, and no manifest tells of it
	FaultDamaged    Fault = "damaged"    // a line of the manifest cannot be read or says what cannot be
)

// Faults lists them all.
var Faults = []Fault{
	FaultUnreadable, FaultMissing, FaultChanged, FaultOrphaned, FaultStale, FaultWrong, FaultForeign, FaultDamaged,
}

// Finding is something that is not as it should be.
type Finding struct {
	Fault  Fault
	Path   string  // of the file
	Line   int     // of a manifest that is damaged, from 1; else 0
	Reason string  // what is wrong, as a clause that follows the path; may be empty
	Record *Record // the manifest's line on it, nil if there is none
}

// Verification is what [Verify] found.
type Verification struct {
	Findings []Finding // sorted by path
	Warnings []Warning // what is no fault, and should be known

	Roots    []string // the output roots
	Items    int      // of which the manifests tell
	Outputs  int      // likewise
	Good     int      // outputs that are as they should be
	Computed int      // items of which the outputs were computed anew
	Left     int      // items that were not looked at, because the context ended
	Bytes    int64    // of the masks and outputs that were read
	Elapsed  time.Duration
}

// Count returns how many findings are of that fault.
func (v *Verification) Count(f Fault) int {
	n := 0
	for _, x := range v.Findings {
		if x.Fault == f {
			n++
		}
	}
	return n
}

// Verify finds out whether the masks and outputs of which manifests tell are what
// those say. It changes nothing and trusts nothing but the manifests: every digest is
// computed from the bytes that are there. What is not as it should be is no error.
//
// The manifests are those in the paths, below them, and above them as far as they
// tell of what is there; with none the error says so. A path that is not there is an
// [*OptionError]. It is an error if a run is at work on an output root, before or
// after, or was in the meantime: then what was found may have been the work half done.
// If the context ended, the error is its own. In both of these cases what was found
// is returned with it.
func Verify(ctx context.Context, o VerifyOptions) (*Verification, error) {
	start := time.Now()
	if err := o.check(); err != nil {
		return nil, err
	}
	v := &verifier{
		VerifyOptions: o, out: &Verification{}, roots: map[string]*verifyRoot{}, claimed: map[string]bool{}, suffixes: map[string]bool{},
		digests: newDigests(""),
	}
	v.run = &run{Options: Options{Jobs: o.Jobs, Observe: o.Observe}}
	v.ctx, v.stop = context.WithCancel(ctx)
	defer v.stop()
	if err := v.open(); err != nil {
		return nil, err
	}
	v.phase("checking digests", v.jobs, v.check)
	v.lookAround()
	if v.ctx.Err() == nil {
		if err := v.deepen(); err != nil {
			return nil, err
		}
	}
	err := ctx.Err()
	if err == nil {
		err = v.undisturbed()
	}
	v.finish()
	v.out.Elapsed = time.Since(start)
	return v.out, err
}

func (o *VerifyOptions) check() error {
	switch {
	case len(o.Paths) == 0:
		return optionError("", "there is nothing to verify: give the folder that precompute was given, or its --out")
	case o.Masks != "" && !doublestar.ValidatePattern(o.Masks):
		return optionError("", "%q is no glob", o.Masks)
	case o.MaxMemory < 0:
		return optionError("", "max-memory is %d, and must be a number of bytes", o.MaxMemory)
	case o.Jobs < 0:
		return optionError("", "jobs is %d, and must be at least 1", o.Jobs)
	}
	return nil
}

// verifier is one call of Verify.
type verifier struct {
	*run
	VerifyOptions
	out *Verification

	roots    map[string]*verifyRoot // by their real paths
	order    []*verifyRoot          // as they were found
	trees    []searched             // the folders that were named
	claimed  map[string]bool        // absolute paths of outputs of which a manifest tells
	suffixes map[string]bool        // of those
	origins  Origins
	files    annotationFiles
	digests  *digests // in memory alone
	items    []claims // likewise numbered as jobs
	read     atomic.Int64
}

// claims is what became of an item.
type claims struct {
	done     bool // the digests are checked
	computed bool // the outputs are, anew
	outputs  int
	findings []Finding
	good     []holding
}

// holding is a claim that holds for some outputs.
type holding struct {
	*Record
	kinds []Kind
	input *job // the mask, as it was identified
}

// finish adds up what was found, and puts it in order.
func (v *verifier) finish() {
	p := v.out
	p.Items = len(v.items)
	for i := range v.items {
		it := &v.items[i]
		if !it.done {
			p.Left++
		}
		if it.computed {
			p.Computed++
		}
		p.Outputs += it.outputs
		for _, h := range it.good {
			p.Good += len(h.kinds)
		}
		p.Findings = append(p.Findings, it.findings...)
	}
	slices.SortFunc(p.Findings, func(a, b Finding) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line),
			cmp.Compare(slices.Index(Faults, a.Fault), slices.Index(Faults, b.Fault)), strings.Compare(a.Reason, b.Reason))
	})
	p.Findings = slices.CompactFunc(p.Findings, func(a, b Finding) bool {
		return a.Path == b.Path && a.Line == b.Line && a.Fault == b.Fault && a.Reason == b.Reason
	})
	p.Warnings = v.warnings.list()
	for _, w := range p.Warnings {
		v.tell(Event{Kind: EventWarning, Text: w.Text})
	}
	p.Bytes = v.read.Load()
}

// found notes something that is about no item.
func (v *verifier) found(f Finding) { v.out.Findings = append(v.out.Findings, f) }

// unreadable is the finding of a file, or folder, that cannot be read.
func unreadable(path string, err error) Finding {
	return Finding{Fault: FaultUnreadable, Path: path, Reason: reason(path, err)}
}

// reason is the error without the path, which stands before it anyway.
func reason(path string, err error) string {
	return strings.TrimPrefix(cause(err).Error(), path+": ")
}
