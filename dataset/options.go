package dataset

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/weightmap/weightmap/labeling"
	"github.com/weightmap/weightmap/weights"
)

// Options says what [Precompute] is to do. [DefaultOptions] is where to start.
type Options struct {
	// Paths are mask files, files of annotations, folders and globs. See [Find].
	Paths []string

	// Masks is a glob that says which files are masks; see [FindOptions].
	Masks string

	// Read says how to read masks that leave a choice.
	Read ReadOptions

	// Instances says what the objects of a mask are.
	Instances Instances

	// Connectivity says which pixels of a component touch; 0 is 8 in 2-D and 26 in 3-D.
	Connectivity labeling.Connectivity

	// Ignore is a mask value whose pixels weigh 0, count for no class and belong to
	// no object; nil ignores nothing but crowds of annotations.
	Ignore *int64

	// MinSize is the number of pixels below which an object is background.
	MinSize int

	// Ridge cuts a ridge of background, one pixel wide, between objects that touch.
	Ridge bool

	// Spacing is the distance between pixels along each axis, in the order of the
	// shape; nil is what the file states, or 1.
	Spacing []float64

	// Weights is the border term. Its Class, Spacing and Workers are not used.
	Weights weights.UNet

	// Balance is the class term.
	Balance Balance

	// Save lists what to write.
	Save []Kind

	// Half writes weights, d1 and d2 as float16.
	Half bool

	// Out is the folder that outputs go to, in a tree like that of the masks; "" is
	// next to the masks.
	Out string

	// Suffix takes the place of "weights" in the names of outputs; "" leaves it.
	Suffix string

	// Jobs is the number of items worked on at a time; 0 is one for each processor.
	Jobs int

	// MaxMemory is what the process may take, in bytes; 0 is no limit. Items wait until
	// there is memory for them, and one for which there never is fails. What is asked of
	// Go's runtime is up to the caller; see [debug.SetMemoryLimit].
	MaxMemory int64

	// Force makes everything anew, whatever the manifest says, and replaces files in the
	// outputs' places that no manifest knows.
	Force bool

	// DryRun finds out what there is to do and writes nothing.
	DryRun bool

	// FailFast ends the run with the first item that fails.
	FailFast bool

	// Version is the program's, for the manifest.
	Version string

	// Observe is told what happens, as it happens; nil tells nobody. It is never
	// called twice at a time, and should return soon.
	Observe func(Event)
}

// DefaultOptions returns what the U-Net paper does, where it says so: weights with
// w0 = 10 and σ = 5 next to the masks, balanced over the data set.
func DefaultOptions(paths ...string) Options {
	return Options{Paths: paths, Weights: weights.DefaultUNet(), Save: []Kind{Weights}}
}

// An OptionError says what is wrong with the options, or with options and data set
// together: something its caller can mend, and for which nothing was written.
type OptionError struct {
	Problem string
	Hint    string // what to do about it, or ""
}

func (e *OptionError) Error() string { return e.Problem }

func optionError(hint, format string, args ...any) error {
	return &OptionError{fmt.Sprintf(format, args...), hint}
}

// check returns the first thing that is wrong with the options by themselves.
func (o *Options) check() error {
	finite := func(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
	switch u := o.Weights; {
	case len(o.Paths) == 0:
		return optionError("", "no masks are named: give a file, a folder or a glob")
	case len(o.Save) == 0:
		return optionError("", "there is nothing to save")
	case !finite(u.W0) || u.W0 < 0:
		return optionError("", "w0 is %v, and must be a number from 0 on", u.W0)
	case !finite(u.Sigma) || u.Sigma <= 0:
		return optionError("", "sigma is %v, and must be a number above 0", u.Sigma)
	case o.Masks != "" && !doublestar.ValidatePattern(o.Masks):
		return optionError("", "%q is no glob", o.Masks)
	case strings.ContainsAny(o.Suffix, "/\\\x00") || strings.HasPrefix(o.Suffix, ".") || strings.HasSuffix(o.Suffix, "."):
		return optionError("", "the suffix %q cannot be the middle of a file name", o.Suffix)
	case o.MinSize < 0:
		return optionError("", "min-size is %d, and must be a number of pixels", o.MinSize)
	case o.Jobs < 0:
		return optionError("", "jobs is %d, and must be at least 1", o.Jobs)
	case o.MaxMemory < 0:
		return optionError("", "max-memory is %d, and must be a number of bytes", o.MaxMemory)
	case o.Connectivity != 0 && !o.Connectivity.Valid(2) && !o.Connectivity.Valid(3):
		return optionError("", "connectivity is %d, and must be 4 or 8 (2-D), or 6, 18 or 26 (3-D)", o.Connectivity)
	case len(o.Spacing) == 1 || len(o.Spacing) > 3:
		return optionError("", "spacing has %d numbers, and must have one for each axis: 2 or 3", len(o.Spacing))
	}
	if c := o.Balance.Class; o.Balance.Mode == BalanceGiven && !(classWeight(c.Background) && classWeight(c.Foreground)) {
		return optionError("", "class weights are %v and %v, and must be numbers from 0 on", c.Background, c.Foreground)
	}
	for _, s := range o.Spacing {
		if !finite(s) || s <= 0 {
			return optionError("", "spacing is %v, and must be above 0", s)
		}
	}
	return nil
}

func (o *Options) jobs() int {
	if o.Jobs > 0 {
		return o.Jobs
	}
	return runtime.GOMAXPROCS(0)
}

func (o *Options) suffix() string {
	if o.Suffix == Weights.String() {
		return ""
	}
	return o.Suffix
}

// Instances says what the objects of a mask are.
type Instances int

const (
	// InstancesAuto decides once for the data set: the files of an item that has
	// several, and likewise the objects of annotations; components where all masks are
	// binary, else ids. It refuses to decide where the values look like classes.
	InstancesAuto Instances = iota

	// InstancesComponents: the connected components of equal value.
	InstancesComponents

	// InstancesIDs: the pixels of equal value.
	InstancesIDs

	// InstancesFiles: the non-zero pixels of each file of an item, or of each object of
	// annotations. Where two overlap, the later one has the pixel.
	InstancesFiles
)

var instancesNames = []string{"auto", "components", "ids", "files"}

func (i Instances) String() string { return instancesNames[i] }

// ParseInstances reads what String returns.
func ParseInstances(s string) (Instances, error) { return parseName[Instances](s, instancesNames) }

// Balance is how the class term w_c of the weights is found.
type Balance struct {
	Mode  BalanceMode
	Class weights.Class // for BalanceGiven
}

// BalanceMode is one of the ways to balance classes.
type BalanceMode int

const (
	BalanceDataset BalanceMode = iota // w_c = N/(2·N_c) over all masks of the run
	BalanceImage                      // the same over each mask
	BalanceNone                       // 1 for both classes
	BalanceGiven                      // two numbers
)

var balanceNames = []string{"dataset", "image", "none"}

// String is the balance as [ParseBalance] reads it.
func (b Balance) String() string {
	if b.Mode == BalanceGiven {
		return classText(b.Class)
	}
	return balanceNames[b.Mode]
}

// classText has all digits, so that it gives the same weights when read.
func classText(c weights.Class) string {
	return exact(c.Background) + "," + exact(c.Foreground)
}

// exact is the shortest text that is read as the same number again.
func exact(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// ParseBalance reads dataset, image, none, or the weights of background and
// foreground with a comma between them.
func ParseBalance(s string) (Balance, error) {
	if i := slices.Index(balanceNames, s); i >= 0 {
		return Balance{Mode: BalanceMode(i)}, nil
	}
	back, fore, two := strings.Cut(s, ",")
	if !two {
		return Balance{}, fmt.Errorf("%q is none of dataset, image, none, and not two numbers like 0.6,3.1", s)
	}
	b := Balance{Mode: BalanceGiven}
	for _, p := range []struct {
		text string
		to   *float64
	}{{back, &b.Class.Background}, {fore, &b.Class.Foreground}} {
		v, err := strconv.ParseFloat(strings.TrimSpace(p.text), 64)
		if err != nil || !classWeight(v) {
			return b, fmt.Errorf("%q is no class weight: it must be a number from 0 on", p.text)
		}
		*p.to = v
	}
	return b, nil
}

// classWeight reports whether a pixel can weigh as much.
func classWeight(v float64) bool { return v >= 0 && v <= math.MaxFloat32 }

// parseName returns the place of a name in the list of those there are.
func parseName[T ~int](s string, names []string) (T, error) {
	i := slices.Index(names, s)
	if i < 0 {
		return 0, fmt.Errorf("%q is none of %s", s, strings.Join(names, ", "))
	}
	return T(i), nil
}
