// Package realpath tells where paths lead once symbolic links are followed.
package realpath

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Of is the absolute path without symbolic links, as far as it exists.
func Of(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	if up := filepath.Dir(path); up != path {
		return filepath.Join(Of(up), filepath.Base(path))
	}
	return filepath.Clean(path)
}

// Within reports whether a path is that of the folder or in it, by their names alone.
func Within(dir, path string) bool {
	return path == dir || strings.HasPrefix(path, strings.TrimSuffix(dir, string(filepath.Separator))+string(filepath.Separator))
}

// Mkdir makes the folder dir and those above it, unless a symbolic link takes it out of
// the folder top: then that is the error.
func Mkdir(top, dir string) error {
	if !Within(Of(top), Of(dir)) {
		return fmt.Errorf("%s: a symbolic link leads out of %s, where nothing is written", dir, top)
	}
	return os.MkdirAll(dir, 0o777)
}
