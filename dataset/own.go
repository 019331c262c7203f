package dataset

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/weightmap/weightmap/internal/atomicfile"
)

// checkOwn refuses an output root in which something else has the place of a file that
// this program keeps there: it is found out before all the work is done, and a named
// pipe would let it wait for ever.
func checkOwn(dir string) error {
	for _, name := range []string{ManifestName, cacheName, lockName} {
		path := filepath.Join(dir, name)
		info, err := os.Lstat(path)
		if err == nil && !info.Mode().IsRegular() && info.Mode()&fs.ModeSymlink == 0 {
			return fmt.Errorf("%s: is no regular file, and in the way: move it elsewhere", path)
		}
	}
	return nil
}

// openOwn opens a file that this program keeps, never through a symbolic link, which
// might lead to a file of somebody else's.
func openOwn(path string, flag int) (*os.File, error) {
	return os.OpenFile(path, flag|noFollow, 0o666)
}

// isLink reports whether there is a symbolic link at path.
func isLink(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}

// replaceLink puts a copy of what a symbolic link leads to in its place.
func replaceLink(path string) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		f, err := openRegular(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = io.Copy(w, f)
		return err
	})
}
