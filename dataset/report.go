package dataset

import (
	"path/filepath"
	"time"

	"github.com/weightmap/weightmap/weights"
)

// Report is what a run of [Precompute] did.
type Report struct {
	Items []Result // in the order in which they were found

	Made    int // items of which outputs were made, or would be, but for the dry run
	Current int // items with nothing to do
	Failed  int // items, and what could not be looked into
	Left    int // items that the run did not come to, because it was ended

	Objects int64         // of the items made
	Pixels  int64         // of the items made
	Elapsed time.Duration // of the whole run

	// Instances is what the objects of the masks are: what Options said, or what was
	// decided. It is InstancesFiles if all items are folders.
	Instances Instances

	// Class is the class term; nil where each image has its own, or there are no weights.
	Class *weights.Class

	Outputs int      // files passed over in the search because they are outputs
	Roots   []string // the output roots

	// Annotations is a file of annotations that was not taken; see Found.
	Annotations string

	Errors   []error   // of what could not be looked into, and is no item; see Found
	Warnings []Warning // one for each kind
}

// Result is what became of an item.
type Result struct {
	Item   Item
	Status Status
	Err    error   // if it failed
	Record *Record // if it was made or is current

	outputs *outputs
}

// Paths lists the files of the item's outputs that were asked for.
func (r *Result) Paths() []string {
	paths := make([]string, len(r.outputs.kinds))
	for i, k := range r.outputs.kinds {
		paths[i] = r.outputs.path(&r.Item, k)
	}
	return paths
}

// outputs is what the outputs of all items in one root have in common.
type outputs struct {
	dir, suffix string
	kinds       []Kind
}

func (o *outputs) path(it *Item, k Kind) string {
	return filepath.Join(o.dir, filepath.FromSlash(fileName(it.Base, o.suffix, k)))
}

// Status is what became of an item.
type Status string

const (
	StatusMade    Status = "made"    // outputs were made
	StatusWould   Status = "would"   // they would be, but for the dry run
	StatusCurrent Status = "current" // all outputs are there and up to date
	StatusFailed  Status = "failed"
	StatusLeft    Status = "left" // the run was ended before
)

// Event is what [Options.Observe] is told.
type Event struct {
	Kind  EventKind
	Text  string  // of a note, a warning or a phase
	Total int     // of a phase: how many steps it has
	Item  *Item   // of a start and a step
	Done  *Result // of a result
}

// EventKind tells events apart.
type EventKind int

const (
	EventNote    EventKind = iota // what was decided
	EventWarning                  // what the user should look into
	EventPhase                    // a part of the run begins
	EventStart                    // an item is being worked on
	EventStep                     // that is over
	EventResult                   // what became of an item
)
