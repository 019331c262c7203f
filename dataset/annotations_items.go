package dataset

import (
	"context"
	"fmt"
	"path"
	"path/filepath"
	"strings"
)

// mayBeAnnotations goes by the name alone.
func mayBeAnnotations(name string) bool {
	ext := strings.ToLower(filepath.Ext(name))
	return ext == ".json" || ext == ".csv"
}

// firstAnnotations returns the first of the files that is one of annotations, or "". It
// does not look into more than a few: some programs write a JSON file an image.
func firstAnnotations(paths []string) string {
	for _, p := range paths[:min(len(paths), 100)] {
		if yes, err := IsAnnotations(p); yes && err == nil {
			return p
		}
	}
	return ""
}

// annotated makes items of the images of a file, if it is one of annotations, and
// reports whether it is.
func (f *finder) annotated(root, name string) bool {
	items, errs, yes := annotatedItems(f.ctx, root, name)
	f.found.Items = append(f.found.Items, items...)
	f.found.Errors = append(f.found.Errors, errs...)
	return yes
}

// annotatedItems makes an item of each image of a file, if it is one of annotations. An
// error is that of an image whose name is not safe, or of the whole file.
func annotatedItems(ctx context.Context, root, name string) (items []Item, errs []error, yes bool) {
	it := Item{Root: root, Name: name}
	it.Files = []string{it.Path()}
	yes, err := IsAnnotations(it.Files[0])
	if err != nil || !yes {
		return nil, nil, false // reading it as a mask says why
	}
	a, err := openAnnotations(ctx, it.Files[0])
	if err != nil {
		return nil, []error{err}, true
	}
	for i, id := range a.Names {
		if err := a.CheckName(i); err != nil {
			errs = append(errs, err)
			continue
		}
		it.from, it.index, it.ImageID, it.Base = a, i, id, path.Join(path.Dir(name), id)
		items = append(items, it)
	}
	return items, errs, true
}

// annotationFiles remembers those that were gone through, by their paths. It serves one
// goroutine; the zero value is ready for use.
type annotationFiles map[string]*openedAnnotations

type openedAnnotations struct {
	*Annotations
	err error
}

// item returns the image of an id in a file of annotations.
func (all *annotationFiles) item(path, id string) (*Item, error) {
	a, ok := (*all)[path]
	if !ok {
		if *all == nil {
			*all = annotationFiles{}
		}
		a = &openedAnnotations{}
		a.Annotations, a.err = OpenAnnotations(path)
		(*all)[path] = a
	}
	if a.err != nil {
		return nil, a.err
	}
	i, ok := a.byName()[id]
	if !ok {
		return nil, fmt.Errorf("%s: has no image %s any more", path, id)
	}
	return &Item{
		Root: filepath.Dir(path), Name: filepath.Base(path), Files: []string{path}, ImageID: id, Base: id,
		from: a.Annotations, index: i,
	}, nil
}
