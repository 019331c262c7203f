package dataset

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/weightmap/weightmap/internal/realpath"
)

// Item is what one set of outputs is made of: a mask file, a folder of files that hold
// one object each, or an image of a file of annotations.
type Item struct {
	// Root is the folder that Name starts from.
	Root string

	// Name is the path of the file or folder below Root, with slashes.
	Name string

	// Files are the paths of the mask files, in the order in which objects overlap:
	// one, unless Folder.
	Files []string

	// Folder says that each file is an object.
	Folder bool

	// ImageID is that of an image in a file of annotations, which holds the objects of
	// many; "" if the file is a mask.
	ImageID string

	// Base is the path of the outputs below the output root, with slashes, without
	// what tells them apart: for masks/a.png it is masks/a, and for image 7 of
	// annotations/instances.json it is annotations/7.
	Base string

	from  *Annotations // that the image is in, or nil
	index int          // its place there
}

// Path is the path of the file or folder.
func (it *Item) Path() string { return filepath.Join(it.Root, filepath.FromSlash(it.Name)) }

// String is the path, with the image if the file has several.
func (it *Item) String() string {
	if it.from == nil {
		return it.Path()
	}
	return it.Path() + ", image " + it.ImageID
}

// hasObjects reports whether the objects are told apart without looking at values.
func (it *Item) hasObjects() bool { return it.Folder || it.from != nil }

// FindOptions says which files [Find] takes for masks.
type FindOptions struct {
	// Masks is a glob for the paths of masks below a folder, with slashes; one
	// without a slash is for their names. *, ?, [a-z], {a,b} and ** mean what they
	// mean in a shell, ** any number of folders. Files of other types than images
	// are taken only where the glob spells out their extension. "" is the rule of [Find].
	Masks string

	// Folders makes an item of each folder of masks, whose files are its objects.
	Folders bool

	// Suffix is the one given to outputs, which are no masks. Those that manifests in
	// the folders or above them speak of are known.
	Suffix string

	// Out is the folder that outputs go to, in which there are no masks; "" is none.
	Out string
}

// Found is what [Find] returns.
type Found struct {
	Items   []Item
	Outputs int     // files passed over because they are outputs
	Errors  []error // what could not be looked into: folders, files of annotations, images of those

	// Annotations is a file of annotations in a folder in which no folder is one of
	// masks, or no file is a mask. Such files of folders are not taken, for many folders
	// have the same objects as masks, or have several such files, for several purposes.
	Annotations string
}

// maskFolders are the names of folders that hold masks, in any case.
var maskFolders = []string{"masks", "mask", "labels", "label", "annotations", "gt", "seg"}

func isMaskFolder(name string) bool {
	return slices.Contains(maskFolders, strings.ToLower(name))
}

// Find lists the masks that paths name, sorted by name within each path, each once.
//
// A path is a mask file, a folder or a glob. Of a folder that contains, at any
// depth, folders called masks, mask, labels, label, annotations, gt or SEG, the
// images in those are masks, else all images in it. A folder masks beside a folder
// images with a single image of another name, as in the Data Science Bowl 2018,
// has an object in each file, and is one item; one with no folder images beside it
// goes by its neighbours. Symbolic links are followed, but no folder is visited
// twice. Hidden files and outputs are passed over.
//
// A file of annotations (see [Annotations]) is an item for each of its images, in its
// order, and must be named, or matched by a glob that spells out its extension.
//
// A path that is neither there nor a glob is an [*OptionError].
func Find(paths []string, o FindOptions) (*Found, error) {
	return find(context.Background(), paths, o)
}

// find is Find, unless the context ends before.
func find(ctx context.Context, paths []string, o FindOptions) (*Found, error) {
	f := &finder{
		FindOptions: o, ctx: ctx, objectFolders: map[string]bool{},
		suffixes: map[string]bool{}, manifests: map[string]bool{},
	}
	if o.Suffix != "" {
		f.suffixes[o.Suffix] = true
	}
	if o.Out != "" {
		f.out = realpath.Of(o.Out)
		f.learn(o.Out, ManifestName)
	}
	if len(paths) > 1 {
		f.seen = map[string]bool{}
	}
	for _, p := range paths {
		if err := f.path(p); err != nil {
			return nil, err
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	return &f.found, nil
}

type finder struct {
	FindOptions
	ctx           context.Context
	found         Found
	out           string          // Out without symbolic links
	seen          map[string]bool // files found, without links in their folders
	objectFolders map[string]bool // by the folder above those of the images
	suffixes      map[string]bool // of outputs
	manifests     map[string]bool // those that were looked into
}

func (f *finder) path(p string) error {
	info, err := os.Stat(p)
	dir := absolute(p)
	if err == nil && !info.IsDir() {
		dir = filepath.Dir(dir)
	}
	f.learnAbove(dir)
	switch {
	case err == nil && info.IsDir() && isZarr(p):
		f.found.Errors = append(f.found.Errors, fmt.Errorf("%s: %w", p, errZarr))
	case err == nil && info.IsDir():
		f.folder(p, "")
	case err == nil:
		f.file(p)
	case errors.Is(err, fs.ErrNotExist) && strings.ContainsAny(p, "*?[{"):
		return f.glob(p)
	case errors.Is(err, fs.ErrNotExist):
		return optionError("", "%s: no such file or folder", p)
	default:
		return optionError("", "%v", err)
	}
	return nil
}

// file takes a file that was named, whatever its name.
func (f *finder) file(p string) {
	root, name := filepath.Dir(p), filepath.Base(p)
	if f.isOwn(name, onDisk(root)) {
		f.found.Outputs++
		return
	}
	f.add(root, "", []string{name}, f.Folders)
}

// onDisk asks for files of a folder by the file system.
func onDisk(dir string) func(string) bool {
	return func(name string) bool {
		_, err := os.Lstat(filepath.Join(dir, name))
		return err == nil
	}
}

// folder takes the masks in the folder rel below root, or in root if that is "".
func (f *finder) folder(root, rel string) {
	top := filepath.Join(root, filepath.FromSlash(rel))
	folders := f.masksOf(f.walk(top))
	for i := range folders {
		d := &folders[i]
		d.item = len(d.names) > 0 && (f.Folders || f.isObjectFolder(d.path(), d.names))
		if d.item && rel == "" && d.rel == "" {
			// The outputs of an item that is a folder belong next to it.
			root, rel = filepath.Join(root, ".."), filepath.Base(absolute(root))
		}
	}
	for _, d := range folders {
		f.add(root, path.Join(rel, d.rel), d.names, d.item)
	}
}

// glob takes what a pattern matches below its longest part without wildcards.
func (f *finder) glob(p string) error {
	base, pattern := doublestar.SplitPattern(filepath.ToSlash(p))
	if !doublestar.ValidatePattern(pattern) {
		return optionError("", "%s: no such file or folder, and no glob either", p)
	}
	root := filepath.FromSlash(base)
	if info, err := os.Stat(root); err != nil || !info.IsDir() {
		return optionError("", "%s: no such file or folder", p)
	}
	below := couldMatchBelow(pattern)
	for _, d := range f.walkIf(root, below) {
		if d.rel != "" && matches(pattern, d.rel) {
			f.folder(root, d.rel)
		}
		d.names = f.pick(d, func(rel string) bool { return matches(pattern, rel) }, pattern)
		f.add(root, d.rel, d.names, f.Folders)
	}
	return nil
}

func matches(pattern, name string) bool {
	ok, _ := doublestar.Match(pattern, name) // the pattern was validated
	return ok
}

// couldMatchBelow returns whether what the pattern matches could be in or below a
// folder, so that others need not be looked into.
func couldMatchBelow(pattern string) func(rel string) bool {
	parts := strings.Split(pattern, "/")
	if strings.ContainsAny(pattern, "{\\") {
		return func(string) bool { return true } // a slash may be within braces
	}
	return func(rel string) bool {
		for i, name := range strings.Split(rel, "/") {
			if i >= len(parts) {
				return false
			}
			if parts[i] == "**" {
				return true
			}
			if !matches(parts[i], name) {
				return false
			}
		}
		return true
	}
}

// masksOf leaves the masks of a folder, by the glob or by the rule.
func (f *finder) masksOf(folders []folder) []folder {
	inMaskFolder := func(rel string) bool { return slices.ContainsFunc(strings.Split(rel, "/"), isMaskFolder) }
	byRule := slices.ContainsFunc(folders, func(d folder) bool { return inMaskFolder(d.rel) })
	none := true
	var others []string // files that may be of annotations
	for i := range folders {
		d := &folders[i]
		for _, name := range d.names {
			if mayBeAnnotations(name) {
				others = append(others, filepath.Join(d.path(), name))
			}
		}
		switch {
		case f.Masks != "" && !strings.Contains(f.Masks, "/"):
			d.names = f.pick(*d, func(rel string) bool { return matches(f.Masks, path.Base(rel)) }, f.Masks)
		case f.Masks != "":
			d.names = f.pick(*d, func(rel string) bool { return matches(f.Masks, rel) }, f.Masks)
		default:
			d.names = f.pick(*d, func(string) bool { return !byRule || inMaskFolder(d.rel) }, "")
		}
		none = none && len(d.names) == 0
	}
	if (none || f.Masks == "" && !byRule) && f.found.Annotations == "" {
		f.found.Annotations = firstAnnotations(others)
	}
	return folders
}

// pick returns the names of a folder's files that are wanted, are images (or of
// the extension that the pattern spells out) and are no outputs.
func (f *finder) pick(d folder, want func(rel string) bool, pattern string) []string {
	ext := path.Ext(pattern)
	spelt := ext != "" && !strings.ContainsAny(ext, "*?[]{}")
	var names []string
	beside := func(name string) bool { _, ok := slices.BinarySearch(d.names, name); return ok }
	for _, name := range d.names {
		if !(spelt || IsImage(name)) || !want(path.Join(d.rel, name)) {
			continue
		}
		if f.isOwn(name, beside) {
			f.found.Outputs++
			continue
		}
		names = append(names, name)
	}
	return names
}

func (f *finder) isOwn(name string, beside func(string) bool) bool {
	return isOutput(name, f.suffixes, beside) || isManifest(name)
}

// learnAbove learns from the manifests of a folder and those that it is in.
func (f *finder) learnAbove(dir string) {
	for !f.manifests[filepath.Join(dir, ManifestName)] {
		f.learn(dir, ManifestName)
		dir = filepath.Dir(dir)
	}
}

// learn finds out from a folder's manifest which suffixes outputs were given.
func (f *finder) learn(dir, manifest string) {
	file := filepath.Join(dir, manifest)
	if f.manifests[file] {
		return
	}
	f.manifests[file] = true
	// What cannot be read here is an error later on, if it matters.
	_ = readLines(file, func(_ int, _ int64, line []byte) {
		var l struct{ Suffix string }
		if bytes.Contains(line, []byte(`"suffix"`)) && json.Unmarshal(line, &l) == nil && l.Suffix != "" {
			f.suffixes[l.Suffix] = true
		}
	})
}

// add makes items of the files of a folder.
func (f *finder) add(root, rel string, names []string, item bool) {
	dir := filepath.Join(root, filepath.FromSlash(rel))
	if f.seen != nil {
		real := realpath.Of(dir)
		names = slices.DeleteFunc(names, func(name string) bool {
			key := filepath.Join(real, name)
			if f.seen[key] {
				return true
			}
			f.seen[key] = true
			return false
		})
	}
	if len(names) == 0 {
		return
	}
	names = slices.DeleteFunc(names, func(name string) bool {
		return f.store(filepath.Join(dir, name)) || f.annotated(root, path.Join(rel, name))
	})
	if len(names) == 0 {
		return
	}
	if !item {
		for _, name := range names {
			at, file := path.Join(rel, name), filepath.Join(dir, name)
			if strings.HasSuffix(file, at) { // as a rule, and then one text is enough
				at = file[len(file)-len(at):]
			}
			f.found.Items = append(f.found.Items, Item{
				Root: root, Name: at, Files: []string{file},
				Base: at[:len(at)-len(name)+len(stem(name))],
			})
		}
		return
	}
	it := Item{Root: root, Name: rel, Folder: true, Base: rel}
	if isMaskFolder(filepath.Base(absolute(dir))) {
		// masks in <id>: the outputs are <id>/<id>.weights.npy and so on.
		it.Base = path.Join(path.Dir(rel), filepath.Base(filepath.Dir(absolute(dir))))
	}
	for _, name := range names {
		it.Files = append(it.Files, filepath.Join(dir, name))
	}
	f.found.Items = append(f.found.Items, it)
}

// store refuses a Zarr store, which is a folder, and reports whether it is one.
func (f *finder) store(p string) bool {
	yes := isZarrName(p) && isZarr(p)
	if yes {
		f.found.Errors = append(f.found.Errors, fmt.Errorf("%s: %w", p, errZarr))
	}
	return yes
}

// stem is a file's name without its extension, which of a.nii.gz is both.
func stem(name string) string {
	for _, ext := range []string{".nii.gz"} {
		if n := len(name) - len(ext); n > 0 && strings.EqualFold(name[n:], ext) {
			return name[:n]
		}
	}
	if s := strings.TrimSuffix(name, path.Ext(name)); s != "" {
		return s
	}
	return name
}
