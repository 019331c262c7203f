package dataset

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weightmap/weightmap/grid"
)

// Origin is where an output comes from.
type Origin struct {
	// Kind is what the output is; −1 where neither a manifest nor its name tells.
	Kind Kind

	// Record is the manifest's line on it, nil if there is none.
	Record *Record

	dir  string // of the manifest with the record
	item *Item  // nil if it was not found
	lost error  // why it was not, if that was annotated
	base string // path of the outputs of the item, without what tells them apart
	sfx  string // their suffix
}

// Origins looks up where outputs come from. It reads each manifest once, and
// serves one goroutine. The zero Origins is ready for use.
type Origins struct {
	manifests map[string]map[string]*Record // by folder and output path; nil where there is none
	annotated annotationFiles
}

// Of finds out where the output at path comes from: from the manifest of its folder
// or of one above, or else from its name and what is beside it. That nothing is
// found is no error. It does not look whether the output is up to date.
func (all *Origins) Of(path string) (*Origin, error) {
	for dir := filepath.Dir(path); ; dir = filepath.Join(dir, "..") {
		records, err := all.manifest(dir)
		if err != nil {
			return nil, err
		}
		output := relative(dir, path)
		if r := records[output]; r != nil {
			return r.origin(dir, output, &all.annotated), nil
		}
		if abs := absolute(dir); abs == filepath.Dir(abs) {
			return originByName(path), nil
		}
	}
}

// manifest returns a folder's records by the outputs they tell of.
func (all *Origins) manifest(dir string) (map[string]*Record, error) {
	if records, ok := all.manifests[dir]; ok {
		return records, nil
	}
	if all.manifests == nil {
		all.manifests = map[string]map[string]*Record{}
	}
	all.manifests[dir] = nil
	m, err := openManifest(dir)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return nil, nil // a folder above that is nobody's business
	case err != nil:
		return nil, err
	}
	records := map[string]*Record{}
	for _, r := range m.records {
		for ; r != nil; r = r.other {
			for _, k := range Kinds {
				if out := *r.Outputs.at(k); out != nil {
					records[string(out.Path)] = r
				}
			}
		}
	}
	all.manifests[dir] = records
	return records, nil
}

// origin is that of an output, by the manifest in dir.
func (r *Record) origin(dir, output string, annotated *annotationFiles) *Origin {
	o := &Origin{Kind: -1, Record: r, dir: dir, base: filepath.Join(dir, filepath.FromSlash(string(r.Item))), sfx: r.Suffix}
	for _, k := range Kinds {
		if out := *r.Outputs.at(k); out != nil && string(out.Path) == output {
			o.Kind = k
		}
	}
	input := r.inputPath(dir)
	if r.Input.Image != "" {
		o.item, o.lost = annotated.item(context.Background(), input, string(r.Input.Image))
	} else if item, err := itemAt(input); err == nil {
		o.item = item
	}
	return o
}

// sizes is the size of an image of annotations, which their file may not state.
func (r *Record) sizes() (s Sizes) {
	if r.Input.Image != "" && len(r.Shape) == 2 {
		s.Height, s.Width = r.Shape[0], r.Shape[1]
	}
	return s
}

// originByName goes by the names that precompute gives its outputs. With a suffix
// the name of the weights could be that of anything, so that of a.S.npy nothing is
// known, while a.S.d1.npy tells.
func originByName(path string) *Origin {
	o := &Origin{Kind: -1}
	dir, name := filepath.Dir(path), strings.TrimSuffix(filepath.Base(path), ".npy")
	for _, k := range Kinds {
		if s, ok := strings.CutSuffix(name, "."+k.String()); ok {
			o.Kind, name = k, s
			break
		}
	}
	o.base = filepath.Join(dir, name)
	if o.Kind < 0 {
		return o
	}
	o.item = itemCalled(o.base)
	if cut := strings.LastIndexByte(name, '.'); o.item == nil && cut > 0 && o.Kind != Weights {
		base := filepath.Join(dir, name[:cut])
		if item := itemCalled(base); item != nil {
			o.item, o.base, o.sfx = item, base, name[cut+1:]
		}
	}
	return o
}

// itemCalled returns the item whose outputs have that base and are beside it: a
// mask file of that name, the folder masks of a folder of that name, or such a
// folder of masks.
func itemCalled(base string) *Item {
	dir, name := filepath.Dir(base), filepath.Base(base)
	entries, _ := os.ReadDir(dir)
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	beside := func(name string) bool { return slices.Contains(names, name) }
	for _, n := range names {
		path := filepath.Join(dir, n)
		if stem(n) != name || !IsImage(n) || isOutput(n, nil, beside) {
			continue
		}
		if item, err := itemAt(path); err == nil {
			return item
		}
	}
	for _, folder := range []string{filepath.Join(dir, "masks"), base} {
		if folder != base && filepath.Base(absolute(dir)) != name {
			continue
		}
		if item, err := itemAt(folder); err == nil && len(item.Files) > 0 {
			return item
		}
	}
	return nil
}

// itemAt returns the item that a mask file is, or a folder with an object in each file.
func itemAt(path string) (*Item, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	item := &Item{Root: filepath.Dir(path), Name: filepath.Base(path), Files: []string{path}, Folder: info.IsDir()}
	if !item.Folder {
		return item, nil
	}
	item.Files = nil
	for _, n := range imagesIn(path) {
		item.Files = append(item.Files, filepath.Join(path, n))
	}
	return item, nil
}

// OriginFrom is the origin of outputs made of the mask at path: a file, or a folder
// with an object in each file.
func OriginFrom(path string) (*Origin, error) {
	item, err := itemAt(path)
	if err != nil {
		return nil, err
	}
	if len(item.Files) == 0 {
		return nil, fmt.Errorf("%s: there are no masks in it", path)
	}
	return &Origin{Kind: -1, item: item, base: filepath.Join(filepath.Dir(path), stem(filepath.Base(path)))}, nil
}

// Mask is the path of the mask: a file, which may be one of annotations, or a folder; ""
// if it was not found.
func (o *Origin) Mask() string {
	if o.item == nil {
		return ""
	}
	return o.item.Path()
}

// Lost is why the image that the outputs were made of is not found in its file of
// annotations, if that is so.
func (o *Origin) Lost() error { return o.lost }

// Path is where another output of the same mask is, if it was made.
func (o *Origin) Path(k Kind) string { return fileName(o.base, o.sfx, k) }

// Objects reads the mask and makes objects of it as they were made for the output,
// if there is a record of that, and else by what the values of this one mask look like.
func (o *Origin) Objects(ctx context.Context) (*grid.Labels, error) {
	switch {
	case o.lost != nil:
		return nil, o.lost
	case o.item == nil:
		return nil, errors.New("the mask is not known")
	}
	var opts Options
	mode := InstancesAuto
	if o.Record != nil && o.Record.Parameters != nil {
		var err error
		if opts, err = o.Record.Parameters.options(); err != nil {
			return nil, err
		}
		mode, opts.Read.Sizes = opts.Instances, o.Record.sizes()
	}
	p, err := load(ctx, o.item, &opts)
	if err != nil {
		return nil, err
	}
	switch {
	case mode != InstancesAuto:
	case o.item.hasObjects():
		mode = InstancesFiles
	default:
		if mode, _, err = decide([]surveyed{{o.item, p.look()}}); err != nil {
			mode = InstancesIDs // values that look like classes are at least told apart
		}
	}
	labels, _ := p.label(p.values, mode, &opts)
	return labels, nil
}

// FindMaps lists the weight maps in and below a folder, sorted: by the manifests
// there, which know them by any name, and by their usual name.
func FindMaps(dir string) ([]string, error) {
	var maps []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != dir && isHidden(d.Name()):
			return fs.SkipDir
		case d.IsDir():
			m, err := openManifest(path)
			if err != nil {
				return err
			}
			for _, r := range m.records {
				for ; r != nil; r = r.other {
					if r.Outputs.Weights == nil {
						continue
					}
					file := filepath.Join(path, filepath.FromSlash(string(r.Outputs.Weights.Path)))
					if _, err := os.Stat(file); err == nil {
						maps = append(maps, file)
					}
				}
			}
		case strings.HasSuffix(d.Name(), "."+Weights.String()+".npy") && !isHidden(d.Name()):
			maps = append(maps, path)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(maps)
	return slices.Compact(maps), nil
}
