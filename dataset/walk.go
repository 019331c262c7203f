package dataset

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weightmap/weightmap/internal/atomicfile"
	"github.com/weightmap/weightmap/internal/realpath"
)

// folder is a folder that was walked through.
type folder struct {
	root, rel string   // rel is "" for the root itself, and has slashes
	names     []string // of its files, sorted
	temps     []string // of temporary files, which are hidden
	item      bool     // each file is an object
}

func (d *folder) path() string { return filepath.Join(d.root, filepath.FromSlash(d.rel)) }

// walk lists the folders in and below root, sorted. Symbolic links are followed
// after all else, so that what is really below root bears its own name.
func (f *finder) walk(root string) []folder { return f.walkIf(root, nil) }

// walkIf looks only into folders for which enter, if there is one, is true.
func (f *finder) walkIf(root string, enter func(rel string) bool) []folder {
	w := walker{finder: f, root: root, enter: enter, visited: map[string]bool{}}
	w.visit("", realpath.Of(root))
	for len(w.links) > 0 {
		rel := w.links[0]
		w.links = w.links[1:]
		real, err := filepath.EvalSymlinks(w.path(rel))
		if err == nil {
			real = absolute(real)
			w.visit(rel, real)
		}
	}
	slices.SortFunc(w.folders, func(a, b folder) int { return strings.Compare(a.rel, b.rel) })
	return w.folders
}

type walker struct {
	*finder
	root    string
	enter   func(rel string) bool
	folders []folder
	links   []string        // to folders, to be followed
	visited map[string]bool // real paths
}

func (w *walker) path(rel string) string { return filepath.Join(w.root, filepath.FromSlash(rel)) }

func (w *walker) visit(rel, real string) {
	if w.visited[real] || rel != "" && w.out != "" && real == w.out || w.ctx.Err() != nil {
		return
	}
	w.visited[real] = true
	entries, err := os.ReadDir(w.path(rel))
	if err != nil {
		w.found.Errors = append(w.found.Errors, err)
		return
	}
	at := len(w.folders)
	w.folders = append(w.folders, folder{root: w.root, rel: rel})
	var names, temps []string
	for _, e := range entries {
		name := e.Name()
		if isHidden(name) {
			if atomicfile.IsTemp(name) && e.Type().IsRegular() {
				temps = append(temps, name)
			}
			continue
		}
		below := path.Join(rel, name)
		mode := e.Type()
		link := mode&fs.ModeSymlink != 0
		if link {
			// A link that leads nowhere stays a file, so that reading it says so.
			if info, err := os.Stat(w.path(below)); err == nil {
				mode = info.Mode()
			}
		}
		switch {
		case !mode.IsDir() || isZarrName(name) && isZarr(w.path(below)):
			names = append(names, name)
			if isManifest(name) {
				w.learn(w.path(rel), name)
			}
		case w.enter != nil && !w.enter(below):
		case link:
			w.links = append(w.links, below)
		default:
			w.visit(below, filepath.Join(real, name))
		}
	}
	w.folders[at].names, w.folders[at].temps = names, temps
}

// isHidden reports whether a file is none of its user's own making: macOS leaves
// ._a.png beside a.png on foreign disks, and __MACOSX in archives.
func isHidden(name string) bool { return strings.HasPrefix(name, ".") || name == "__MACOSX" }

// isObjectFolder reports whether each of the masks in the folder is one object.
func (f *finder) isObjectFolder(dir string, masks []string) bool {
	dir = absolute(dir)
	if !strings.EqualFold(filepath.Base(dir), "masks") {
		return false
	}
	of := filepath.Dir(dir)
	yes, known := objectsBeside(of, masks)
	if known {
		return yes
	}
	// No images here, but there may be in the folders of other images.
	above := filepath.Dir(of)
	yes, known = f.objectFolders[above]
	if !known {
		yes = f.anyObjectsBelow(above, filepath.Base(dir))
		f.objectFolders[above] = yes
	}
	return yes
}

func (f *finder) anyObjectsBelow(above, masks string) bool {
	entries, err := os.ReadDir(above)
	if err != nil {
		return false // then its neighbours are nobody's business
	}
	for _, e := range entries {
		of := filepath.Join(above, e.Name())
		if yes, _ := objectsBeside(of, imagesIn(filepath.Join(of, masks))); yes {
			return true
		}
	}
	return false
}

// objectsBeside reports whether the folder has a single image in images, whose mask
// is none of the masks by its name; known is false if there are no images.
func objectsBeside(of string, masks []string) (yes, known bool) {
	images := imagesIn(filepath.Join(of, "images"))
	if len(images) == 0 || len(masks) == 0 {
		return false, false
	}
	name := stem(images[0])
	named := slices.ContainsFunc(masks, func(m string) bool { return stem(m) == name })
	return len(images) == 1 && !named && (len(masks) > 1 || name == filepath.Base(of)), true
}

// imagesIn lists the images of a folder; none if it is not there.
func imagesIn(dir string) []string {
	entries, _ := os.ReadDir(dir)
	var names []string
	for _, e := range entries {
		if !e.IsDir() && !isHidden(e.Name()) && IsImage(e.Name()) {
			names = append(names, e.Name())
		}
	}
	return names
}

// absolute is the path from the top, without asking the disk where it can.
func absolute(p string) string {
	if a, err := filepath.Abs(p); err == nil {
		return a
	}
	return filepath.Clean(p)
}

// relative is the path of a file as seen from a folder, with slashes.
func relative(dir, p string) string {
	rel, err := filepath.Rel(dir, p)
	if err != nil {
		rel, err = filepath.Rel(absolute(dir), absolute(p))
	}
	if err != nil {
		rel = absolute(p) // on another drive
	}
	return filepath.ToSlash(rel)
}
