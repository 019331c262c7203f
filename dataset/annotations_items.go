package dataset

import (
	"context"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
	"sync"
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
	switch {
	case err != nil && mayBeAnnotations(name):
		return nil, []error{err}, true
	case err != nil || !yes:
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

// annotationFiles remembers those that were gone through, by their paths. The zero value
// is ready for use, by several goroutines.
type annotationFiles struct{ opened sync.Map }

// item returns the image of an id in a file of annotations.
func (all *annotationFiles) item(ctx context.Context, path, id string) (*Item, error) {
	open, _ := all.opened.LoadOrStore(path, sync.OnceValues(func() (*Annotations, error) { return openAnnotations(ctx, path) }))
	a, err := open.(func() (*Annotations, error))()
	if err != nil {
		return nil, err
	}
	i, ok := a.byName()[id]
	if !ok {
		return nil, noImageError{path, id}
	}
	return &Item{
		Root: filepath.Dir(path), Name: filepath.Base(path), Files: []string{path}, ImageID: id, Base: id,
		from: a, index: i,
	}, nil
}

// noImageError is that of an image which is no more in a file of annotations. It is one
// of what does not exist.
type noImageError struct{ path, id string }

func (e noImageError) Error() string { return e.path + ": has no image " + e.id + " any more" }

func (e noImageError) Is(target error) bool { return target == fs.ErrNotExist }
