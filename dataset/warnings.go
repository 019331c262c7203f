package dataset

import (
	"fmt"
	"sync"
)

// Warning is something about the data that its user should know.
type Warning struct {
	Kind    string `json:"kind"`
	Items   int    `json:"items"`   // of which it is true
	Example string `json:"example"` // one of them
	Text    string `json:"text"`    // a sentence with all of that
}

// The kinds of warnings, in the order in which they are given.
const (
	warnTouching   = "touching"
	warnHuge       = "huge"
	warnPieces     = "pieces"
	warnEmpty      = "empty"
	warnOverlap    = "overlap"
	warnCovered    = "covered"
	warnCrowd      = "crowd"
	warnFormat     = "format"
	warnSpacing    = "spacing"
	warnReplaced   = "replaced"
	warnSpared     = "spared"
	warnOutdated   = "outdated"
	warnManifest   = "manifest"
	warnNotLocking = "unlocked"
	warnNotTaken   = "annotations"
	warnUnknown    = "unknown"
	warnLeftOver   = "leftover"
	warnClasses    = "classes"
)

var warningKinds = []string{
	warnTouching, warnHuge, warnPieces, warnEmpty, warnOverlap, warnCovered, warnCrowd, warnFormat, warnSpacing, warnReplaced, warnSpared,
	warnOutdated, warnManifest, warnNotLocking, warnNotTaken, warnUnknown, warnLeftOver, warnClasses,
}

// warnings counts what there is to warn of, kind by kind, so that each is said
// once. Of equals the first in the order of items is the example, whoever came
// first. It is safe for use by several goroutines.
type warnings struct {
	mu     sync.Mutex
	counts map[string]*warningCount
}

type warningCount struct {
	items, amount  int
	at             int // of the example
	example, about string
}

// add notes that it is true of item number at, by some amount.
func (w *warnings) add(kind string, at int, example string, amount int, about string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.counts == nil {
		w.counts = map[string]*warningCount{}
	}
	c, ok := w.counts[kind]
	if !ok {
		c = &warningCount{at: at, example: example, about: about}
		w.counts[kind] = c
	}
	c.items++
	c.amount += amount
	if at < c.at {
		c.at, c.example, c.about = at, example, about
	}
}

// list returns what was counted, in sentences.
func (w *warnings) list() []Warning {
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []Warning
	for _, kind := range warningKinds {
		if c, ok := w.counts[kind]; ok {
			list = append(list, Warning{kind, c.items, c.example, c.text(kind)})
		}
	}
	return list
}

func (c *warningCount) text(kind string) string {
	masks := plural(c.items, "mask", "masks")
	such := fmt.Sprintf(" (such as %s)", c.example)
	if c.items == 1 {
		such = fmt.Sprintf(" (%s)", c.example)
	}
	switch kind {
	case warnTouching:
		return fmt.Sprintf("in %s objects touch, %s in all%s: with no background between them the border term cannot act there; --ridge cuts some",
			masks, plural(c.amount, "pair", "pairs"), such)
	case warnHuge:
		return fmt.Sprintf("in %s one component has most of the foreground%s: if those are objects that touch, masks with an id for each object would tell them apart",
			plural(c.items, "binary mask", "binary masks"), such)
	case warnPieces:
		return fmt.Sprintf("in %s the only value is in several pieces, which are one object by its id%s: --instances components makes an object of each",
			masks, such)
	case warnEmpty:
		return fmt.Sprintf("%s no object%s: there the weights are the background's alone", plural(c.items, "mask has", "masks have"), such)
	case warnOverlap:
		return fmt.Sprintf("in %s files overlap, in %s in all%s: the later file, by name, has those",
			plural(c.items, "folder", "folders"), plural(c.amount, "pixel", "pixels"), such)
	case warnCovered:
		return fmt.Sprintf("in %s annotations overlap, in %s in all%s: the later one in the file has those",
			plural(c.items, "image", "images"), plural(c.amount, "pixel", "pixels"), such)
	case warnCrowd:
		return fmt.Sprintf("in %s there are crowds, of %s in all%s: nobody told their objects apart, so they weigh 0",
			plural(c.items, "image", "images"), plural(c.amount, "pixel", "pixels"), such)
	case warnFormat:
		return fmt.Sprintf("%s%s: %s", masks, such, c.about)
	case warnSpacing:
		return fmt.Sprintf("%s voxel sizes that are not even%s, as %s, and they are not used: distances are in pixels; --spacing %s measures in those units",
			plural(c.items, "mask states", "masks state"), such, c.about, c.about)
	case warnReplaced:
		return fmt.Sprintf("%s had outputs that no manifest knows%s: they were replaced", masks, such)
	case warnSpared:
		return fmt.Sprintf("%s outputs that no manifest knows%s: those that are not what would be made stay, and --force replaces them",
			plural(c.items, "mask has", "masks have"), such)
	case warnOutdated:
		return fmt.Sprintf("%s other outputs of an earlier run%s, which are out of date now: --save makes them anew",
			plural(c.items, "mask has", "masks have"), such)
	case warnManifest:
		return fmt.Sprintf("%s of a manifest cannot be read%s, and count for nothing", plural(c.amount, "line", "lines"), such)
	case warnUnknown:
		return fmt.Sprintf("no manifest tells of %s%s: weightmap precompute makes their outputs; if they are no masks, --masks GLOB says which are",
			masks, such)
	case warnLeftOver:
		return fmt.Sprintf("%s left by runs that were killed%s: the next run there removes them",
			plural(c.items, "temporary file was", "temporary files were"), such)
	case warnClasses:
		more := ""
		if n := c.items - 1; n > 0 {
			more = ", and likewise in " + plural(n, "more folder", "more folders")
		}
		return fmt.Sprintf("the maps in %s have %d class terms (%s)%s: one run over all their masks gives them the same",
			c.example, c.amount, c.about, more)
	case warnNotTaken:
		return fmt.Sprintf("%s holds annotations, and was not taken: if those are what is meant, and not the images in its folder, name the file itself", c.example)
	default:
		return fmt.Sprintf("%s cannot be locked (%s): let no other run work there at the same time", c.example, c.about)
	}
}
