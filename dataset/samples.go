package dataset

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/npy"
	"github.com/weightmap/weightmap/internal/realpath"
)

// Sample is what a network learns from: an image, what it is to find there, and what
// each pixel of that weighs. [Samples] finds them; one that names its files itself
// has the pixels of its mask that are not 0 for a target.
type Sample struct {
	// Name is the path of the mask's outputs below the folder that was searched, with
	// slashes, without what tells them apart.
	Name string

	Image   string // path of the image; "" if none was found
	Mask    string // path of the mask: a file, which may be one of annotations, or a folder
	Weights string // path of the weight map

	origin *Origin
	saved  map[Kind]string // paths of outputs that are up to date
}

// SampleOptions says which samples [Samples] lists.
type SampleOptions struct {
	// Masks is the glob that was given to [Precompute], if there was one: it says
	// which files of the folder ought to have weights. See [FindOptions].
	Masks string

	// Suffix is the one that was given to [Precompute].
	Suffix string
}

// Samples lists the samples in and below a folder, by the manifests there, sorted by
// name: the folder of the masks, or that in which [Precompute] wrote its outputs.
//
// It is an [*OptionError] if there is none, and if a mask has no weights, or others
// than those that were made of it as it is now: then Precompute must come first.
func Samples(ctx context.Context, dir string, o SampleOptions) ([]Sample, error) {
	if info, err := os.Stat(dir); err != nil {
		return nil, err
	} else if !info.IsDir() {
		return nil, optionError("name the folder that precompute was given, or its --out", "%s is no folder", dir)
	}
	s := sampler{ctx: ctx, dir: dir, SampleOptions: o, known: map[string]bool{}, folders: map[string]bool{}}
	if s.Suffix == Weights.String() {
		s.Suffix = ""
	}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && p != dir && isHidden(d.Name()):
			return fs.SkipDir
		case d.IsDir():
			return s.folder(p)
		}
		return nil
	})
	if err == nil {
		err = s.unknown()
	}
	if err != nil {
		return nil, err
	}
	const first = "run weightmap precompute first"
	switch {
	case len(s.problems) == 1:
		return nil, optionError(first, "%s", s.problems[0])
	case len(s.problems) > 1:
		return nil, optionError(first, "%s, and likewise with %s", s.problems[0], plural(len(s.problems)-1, "more mask", "more masks"))
	case len(s.samples) == 0:
		return nil, optionError(first, "in %s there is no manifest that tells of weights", dir)
	}
	slices.SortFunc(s.samples, func(a, b Sample) int { return strings.Compare(a.Name, b.Name) })
	for i, b := range s.samples[1:] {
		if a := s.samples[i]; a.Name == b.Name {
			return nil, optionError("", "%s and %s are two weight maps of %s", a.Weights, b.Weights, a.Name)
		}
	}
	return s.samples, nil
}

type sampler struct {
	SampleOptions
	ctx      context.Context
	dir      string
	samples  []Sample
	known    map[string]bool // masks that have weights, and images, by their real paths
	masks    bool            // some were made of masks that are not in a file of annotations
	folders  map[string]bool // where masks were found, besides dir
	problems []string

	annotated annotationFiles
}

// folder takes the samples of which a folder's manifest tells.
func (s *sampler) folder(dir string) error {
	m, err := openManifest(dir)
	if err != nil || len(m.records) == 0 {
		return err
	}
	digests, err := openDigests(dir, false, false)
	if err != nil {
		return err
	}
	real := realpath.Of(dir)
	for _, claim := range m.records {
		problem := ""
		for r := claim; r != nil; r = r.other {
			if r.Outputs.Weights == nil || r.Suffix != s.Suffix {
				continue
			}
			var sample Sample
			if sample, problem, err = s.sample(dir, digests, r); err != nil {
				return err
			}
			s.known[realpath.Of(sample.Mask)] = true
			s.masks = s.masks || r.Input.Image == ""
			if from := r.whence(dir, real); from != "" {
				s.folders[from] = true
			}
			if problem == "" {
				s.samples = append(s.samples, sample)
				if sample.Image != "" {
					s.known[realpath.Of(sample.Image)] = true
				}
				break
			}
		}
		if problem != "" {
			s.problems = append(s.problems, problem)
		}
	}
	slices.Sort(s.problems)
	return nil
}

// sample makes sure that what a manifest claims is so, and else says what is not.
func (s *sampler) sample(dir string, d *digests, r *Record) (_ Sample, problem string, err error) {
	if err := s.ctx.Err(); err != nil {
		return Sample{}, "", err
	}
	out := Sample{
		Name:    path.Clean(path.Join("/", relative(s.dir, dir), string(r.Item)))[1:],
		Weights: filepath.Join(dir, filepath.FromSlash(string(r.Outputs.Weights.Path))),
		origin:  r.origin(dir, string(r.Outputs.Weights.Path), &s.annotated),
		saved:   map[Kind]string{},
	}
	switch lost := out.origin.lost; {
	case lost != nil && (!errors.Is(lost, fs.ErrNotExist) || errors.As(lost, new(noImageError))):
		out.Mask = r.inputPath(dir)
		return out, fmt.Sprintf("%s was made of what is there no more: %v", out.Weights, lost), nil
	case out.origin.item == nil:
		out.Mask = r.inputPath(dir)
		return out, out.Mask + " is gone, of which " + out.Weights + " was made", nil
	}
	out.Mask, out.Image = out.origin.Mask(), out.origin.Image()
	j := &job{Result: &Result{Item: *out.origin.item}, root: &root{dir: dir, digests: d}}
	if err := (&run{ctx: s.ctx, Options: Options{Read: ReadOptions{Sizes: r.sizes()}}}).identify(j); err != nil {
		return out, "", err
	}
	if j.sum != r.Input.SHA256 {
		return out, out.from() + " has changed since " + out.Weights + " was made of it", nil
	}
	for _, k := range Kinds {
		file := *r.Outputs.at(k)
		if file == nil {
			continue
		}
		p := filepath.Join(dir, filepath.FromSlash(string(file.Path)))
		sum, _, err := d.of(s.ctx, p)
		switch {
		case s.ctx.Err() != nil:
			return out, "", s.ctx.Err()
		case err == nil && sum == file.SHA256:
			out.saved[k] = p
		case k != Weights: // then it is made again, as it is where it was not asked for
		case errors.Is(err, fs.ErrNotExist):
			return out, out.from() + " has no weights: " + p + " is gone", nil
		case err != nil:
			return out, "", err
		default:
			return out, p + " is not what precompute made of " + out.from(), nil
		}
	}
	return out, "", nil
}

// unknown looks for masks of which no manifest tells. Where all are annotated, what
// lies there are the images.
func (s *sampler) unknown() error {
	if len(s.samples) > 0 && !s.masks && s.Masks == "" {
		return nil
	}
	var errs []error
	for _, dir := range append([]string{s.dir}, sortedKeys(s.folders)...) {
		found, err := find(s.ctx, []string{dir}, FindOptions{Masks: s.Masks, Suffix: s.Suffix})
		if err != nil {
			return err
		}
		for _, it := range found.Items {
			if !s.known[realpath.Of(it.Path())] {
				s.problems = append(s.problems, it.Path()+" has no weights")
			}
		}
		errs = append(errs, found.Errors...)
	}
	return errors.Join(errs...)
}

// from names what the sample was made of, for messages.
func (s *Sample) from() string {
	if s.origin != nil && s.origin.item != nil {
		return s.origin.item.String()
	}
	return s.Mask
}

// objects returns the labels, numbered from 1, as they were when the weights were
// made. Of a sample that is not from [Samples] nobody knows how they were made.
func (s *Sample) objects(ctx context.Context) (*grid.Labels, error) {
	if p, ok := s.saved[Labels]; ok {
		return npy.ReadFile[int32](p, 0)
	}
	origin := s.origin
	if origin == nil {
		var err error
		if origin, err = OriginFrom(s.Mask); err != nil {
			return nil, err
		}
	}
	return origin.Objects(ctx)
}

// target returns 1 on objects and else 0: what [Target] is.
func (s *Sample) target(ctx context.Context) (*grid.Mask, error) {
	if p, ok := s.saved[Target]; ok {
		return npy.ReadFile[uint8](p, 0)
	}
	labels, err := s.objects(ctx)
	if err != nil {
		return nil, err
	}
	return foreground(nil, labels), nil
}
