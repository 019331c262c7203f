package dataset

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/weightmap/weightmap/internal/atomicfile"
	"github.com/weightmap/weightmap/internal/realpath"
)

// ConvertOptions says what [Convert] is to do.
type ConvertOptions struct {
	// Paths are masks, files of annotations, folders and globs; see [Find].
	Paths []string

	// Masks is a glob that says which files of folders are masks; see [FindOptions].
	Masks string

	// Out is the folder that label images go to, in a tree like that of the masks, or
	// with OutFile the one file to write.
	Out     string
	OutFile bool

	// Format is what to write.
	Format LabelFormat

	// Read says how to read masks that leave a choice.
	Read ReadOptions

	// Ignore is the number to write for pixels of crowds, of which nobody said what
	// there is. It must be that of no object; 0 makes them background.
	Ignore int32

	// Force replaces files that are there.
	Force bool

	// Observe is told of each label image, in order; nil tells nobody.
	Observe func(*Converted)
}

// Converted is what became of one mask.
type Converted struct {
	Input  string // a file, or a folder with an object in each file
	Image  string // the id of an image of a file of annotations, or ""
	Output string // "" if there is no name for it
	Err    error  // names the path

	// What follows is known without Err.

	Shape   []int
	Dtype   string    // of the mask's numbers
	Written string    // type that they were written as
	IDs     int       // how many different numbers there are but 0
	Min     int64     // the smallest number, or 0 if that is smaller
	Max     uint64    // the largest
	Spacing []float64 // what the mask states, which label images do not keep; or nil
	Ignored int       // pixels of crowds
	Overlap int       // pixels that several objects claim, of which one has them
	Warning string
}

// Convert reads masks of any kind and writes them as label images of one: the same
// numbers, pixel for pixel. One that fails, which Observe is told, does not stop the
// others. The error is an [*OptionError], for which nothing was written, or that of
// ctx.
func Convert(ctx context.Context, o ConvertOptions) error {
	c := &converter{ConvertOptions: o, ctx: ctx, taken: map[string]*step{}, safe: map[string]error{}}
	if err := c.plan(); err != nil {
		return err
	}
	for i := range c.steps {
		s := c.steps[i]
		done := &Converted{Input: s.item.Path(), Image: s.item.ImageID, Output: s.output, Err: s.err}
		if s.err == nil {
			done.Err = c.convert(s, done)
		}
		if err := ctx.Err(); err != nil && done.Err != nil {
			return err
		}
		if o.Observe != nil {
			o.Observe(done)
		}
	}
	return nil
}

// step is one label image to be written.
type step struct {
	item   Item
	output string
	err    error // it cannot be done
}

type converter struct {
	ConvertOptions
	ctx   context.Context
	steps []*step
	taken map[string]*step // by the output
	safe  map[string]error // of folders that outputs go to
}

// plan lists what is to be written.
func (c *converter) plan() error {
	var all []Item
	for _, p := range c.Paths {
		items, err := c.find(p)
		if err != nil {
			return err
		}
		for _, it := range items {
			if err := c.ctx.Err(); err != nil {
				return err
			}
			if err := c.add(it); err != nil {
				return err
			}
		}
		all = append(all, items...)
	}
	if c.OutFile && len(c.steps) > 1 {
		return optionError("name a folder to write to, and --to what", "%s is one file, and there are %d masks", c.Out, len(c.steps))
	}
	var errs []error
	for _, s := range c.steps {
		if s.err != nil {
			errs = append(errs, s.err)
		}
	}
	return checkSizes(all, errs, c.Read.Sizes)
}

// find lists the masks that a path names. A file is taken whatever its name.
func (c *converter) find(p string) ([]Item, error) {
	info, err := os.Stat(p)
	if err == nil && (info.Mode().IsRegular() || info.IsDir() && isZarr(p)) {
		p = filepath.Clean(p)
		root, name := filepath.Dir(p), filepath.Base(p)
		items, errs, yes := annotatedItems(c.ctx, root, name)
		if err := c.ctx.Err(); err != nil {
			return nil, err
		}
		c.cannot(p, errs)
		if yes {
			return items, nil
		}
		return []Item{{Root: root, Name: name, Files: []string{p}, Base: stem(name)}}, nil
	}
	o := FindOptions{Masks: c.Masks}
	if !c.OutFile {
		o.Out = c.Out
	}
	found, err := find(c.ctx, []string{p}, o)
	if err != nil {
		return nil, err
	}
	c.cannot(p, found.Errors)
	return found.Items, nil
}

// cannot puts what cannot be done on the list.
func (c *converter) cannot(path string, errs []error) {
	for _, err := range errs {
		c.steps = append(c.steps, &step{item: Item{Root: path}, err: err})
	}
}

// add puts a step on the list, unless it is there.
func (c *converter) add(it Item) error {
	s := &step{item: it, output: c.Out}
	if !c.OutFile {
		s.output = filepath.Join(c.Out, filepath.FromSlash(it.Base)+c.Format.Extension())
	}
	other := c.taken[s.output]
	switch {
	case c.OutFile || other == nil:
		c.taken[s.output] = s
		c.steps = append(c.steps, s)
	case realpath.Of(other.item.Path()) != realpath.Of(it.Path()) || other.item.index != it.index:
		return optionError("give the folder they have in common, or write them to different folders",
			"%s and %s would both be written to %s", &other.item, &it, s.output)
	}
	return nil
}

// convert makes one label image, and tells of it in done.
func (c *converter) convert(s *step, done *Converted) error {
	if err := c.mayWrite(s); err != nil {
		return err
	}
	im, err := c.read(s)
	if err != nil {
		return err
	}
	done.Spacing, done.Overlap, done.Warning = im.Spacing, im.Overlap, im.Warning
	done.IDs = im.count()
	if done.Ignored, err = im.markIgnored(c.Ignore); err != nil {
		return fmt.Errorf("%s: %w", &s.item, err)
	}
	t, err := im.labelType(c.Format)
	if err != nil {
		return fmt.Errorf("%s: %w", &s.item, err)
	}
	if err := c.ctx.Err(); err != nil {
		return err
	}
	if err := c.prepare(s.output); err != nil {
		return err
	}
	err = atomicfile.Write(s.output, func(w io.Writer) error {
		if _, err := im.Write(contextWriter{c.ctx, w}, c.Format); err != nil {
			return err
		}
		return c.ctx.Err()
	})
	if err != nil {
		return err
	}
	done.Shape, done.Dtype, done.Written = im.Values.Shape, im.Dtype, t.String()
	done.Min, done.Max = im.extent()
	return nil
}

func (c *converter) read(s *step) (*Image, error) {
	switch {
	case s.item.from != nil:
		return s.item.from.Read(s.item.index, c.Read)
	case s.item.Folder:
		p, err := load(c.ctx, &s.item, &Options{Read: c.Read})
		if err != nil {
			return nil, err
		}
		return &Image{Values: p.values, Dtype: "uint16", Spacing: p.spacing, Warning: p.warning, Overlap: p.overlap}, nil
	}
	return Read(s.item.Files[0], c.Read)
}

// mayWrite refuses to replace what is there, unless that was asked for, and a mask
// by itself even then.
func (c *converter) mayWrite(s *step) error {
	info, err := os.Lstat(s.output)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.IsDir():
		return fmt.Errorf("%s: is a folder", s.output)
	}
	for _, f := range s.item.Files {
		in, err := os.Stat(f)
		if err != nil {
			continue // which reading it will say
		}
		if out, err := os.Stat(s.output); err == nil && os.SameFile(in, out) {
			return fmt.Errorf("%s: is the mask itself, and is not replaced: write elsewhere", s.output)
		}
	}
	if !c.Force {
		return fmt.Errorf("%s: is there already; --force replaces it", s.output)
	}
	return nil
}

// prepare makes the folder for an output, and refuses one that a symbolic link below
// the folder that was named leads out of it.
func (c *converter) prepare(output string) error {
	dir := filepath.Dir(output)
	err, known := c.safe[dir]
	if known {
		return err
	}
	top := dir
	if !c.OutFile {
		top = c.Out
	}
	err = realpath.Mkdir(top, dir)
	c.safe[dir] = err
	return err
}

// markIgnored gives the pixels of Ignore a number, and says how many there are.
func (im *Image) markIgnored(number int32) (n int, err error) {
	if im.Ignore == nil {
		return 0, nil
	}
	for i, v := range im.Values.Data {
		switch {
		case im.Ignore.Data[i] != 0:
			n++
			im.Values.Data[i] = number
		case v == number && v != 0:
			return 0, fmt.Errorf("the number %d for crowds is that of an object: choose a larger one", number)
		}
	}
	return n, nil
}

// count returns how many different numbers there are but 0.
func (im *Image) count() int {
	if im.Original != nil {
		return len(im.Original)
	}
	seen := map[int32]bool{}
	last := int32(0)
	for _, v := range im.Values.Data {
		if v != last && v != 0 {
			seen[v] = true
		}
		last = v
	}
	return len(seen)
}
