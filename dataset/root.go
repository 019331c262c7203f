package dataset

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"

	"github.com/weightmap/weightmap/internal/atomicfile"
	"github.com/weightmap/weightmap/internal/realpath"
)

// root is an output root: the folder that outputs are in, with the manifest of
// what they were made of.
type root struct {
	dir, real string
	lock      *lock
	readOnly  error // why nothing can be written here
	write     bool  // something may be written
	manifest  *manifest
	digests   *digests

	mu   sync.Mutex
	safe map[string]error // of folders that outputs go to
}

// openRoot reads what is known of an output root, and unless dry takes its lock.
// Where nothing can be written that is no error yet, for there may be no need.
func openRoot(dir string, o *Options, w *warnings) (*root, error) {
	r := &root{dir: dir, safe: map[string]error{}}
	if !o.DryRun {
		if err := checkOwn(dir); err != nil {
			return nil, err
		}
		err := os.MkdirAll(dir, 0o777)
		if err == nil {
			r.lock, err = acquire(dir)
		}
		switch {
		case err == nil:
		case errors.Is(err, errLocked):
			return nil, err
		case errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS):
			r.readOnly = err
		case isLockError(err):
			w.add(warnNotLocking, 0, dir, 1, cause(err).Error())
		default:
			return nil, err
		}
	}
	r.real = realpath.Of(dir)
	r.write = !o.DryRun && r.readOnly == nil
	var err error
	if r.manifest, err = openManifest(dir); err == nil {
		r.digests, err = openDigests(dir, o.Force, r.write)
	}
	if err != nil {
		r.close()
		return nil, err
	}
	if n := len(r.manifest.damaged); n > 0 {
		w.add(warnManifest, 0, filepath.Join(dir, ManifestName), n, "")
	}
	return r, nil
}

// isLockError reports whether it is the lock that failed, not opening its file.
func isLockError(err error) bool {
	var p *fs.PathError
	return errors.As(err, &p) && p.Op == "lock"
}

func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// close ends the writing and gives the lock back.
func (r *root) close() error {
	var err error
	if r.manifest != nil && r.write {
		err = r.manifest.close()
	}
	if r.digests != nil {
		err = errors.Join(err, r.digests.close())
	}
	if r.lock != nil {
		r.lock.release()
	}
	return err
}

// path is that of an output.
func (r *root) path(name string) string { return filepath.Join(r.dir, filepath.FromSlash(name)) }

// prepare makes the folder for an output, and refuses one that a symbolic link
// takes out of the root.
func (r *root) prepare(output string) error {
	dir := filepath.Dir(output)
	r.mu.Lock()
	defer r.mu.Unlock()
	err, known := r.safe[dir]
	if !known {
		if err = realpath.Mkdir(r.dir, dir); err != nil && !r.contains(dir) {
			err = fmt.Errorf("%w; --out DIR writes elsewhere", err)
		}
		r.safe[dir] = err
	}
	return err
}

// contains reports whether a folder is in the root, links resolved.
func (r *root) contains(dir string) bool { return realpath.Within(r.real, realpath.Of(dir)) }

// sweep removes the temporary files that runs which were killed left in folders.
// Only who has the lock may.
func (r *root) sweep(dirs []string) {
	for _, dir := range dirs {
		entries, err := os.ReadDir(dir)
		if err != nil || !r.contains(dir) {
			continue // a folder yet to be made, or one that is none of ours
		}
		for _, e := range entries {
			if atomicfile.IsTemp(e.Name()) && e.Type().IsRegular() {
				_ = os.Remove(filepath.Join(dir, e.Name()))
			}
		}
	}
}

// openRoots opens the output roots of the items, in the order of their names.
func openRoots(items []Item, o *Options, w *warnings) (map[string]*root, error) {
	dirs := map[string]string{} // by the real path
	for _, it := range items {
		dir := it.Root
		if o.Out != "" {
			dir = o.Out
		}
		if _, ok := dirs[dir]; !ok {
			dirs[dir] = realpath.Of(dir)
		}
	}
	byReal, byDir := map[string]*root{}, map[string]*root{}
	for _, dir := range sortedKeys(dirs) {
		real := dirs[dir]
		if byReal[real] == nil {
			r, err := openRoot(dir, o, w)
			if err != nil {
				for _, r := range byReal {
					_ = r.close()
				}
				return nil, err
			}
			byReal[real] = r
		}
		byDir[dir] = byReal[real]
	}
	return byDir, nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
