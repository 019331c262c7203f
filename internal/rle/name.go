package rle

import (
	"fmt"
	"path/filepath"
	"strings"
	"unicode"
)

// CheckName returns an error unless a name that comes from within a file can be that
// of a file, in the folder it is meant for, on any system.
func CheckName(name string) error {
	const longest = 200 // room for an extension
	switch {
	case name == "" || len(name) > longest:
		return fmt.Errorf("a name of %d characters", len(name))
	case strings.HasPrefix(name, "."), strings.HasSuffix(name, "."), strings.TrimSpace(name) != name,
		strings.ContainsAny(name, `/\:*?"<>|`), strings.ContainsFunc(name, unicode.IsControl), !filepath.IsLocal(name):
		return fmt.Errorf("%.60q cannot be the name of a file", name)
	}
	return nil
}

// maxAxis is more rows, or columns, than an image has. Runs and outlines take no more
// bytes for a huge image than for a small one, so a size cannot be checked against
// the length of the file.
const maxAxis = 1 << 20

// CheckSize returns the number of pixels of an image whose size a file declares, or
// an error if there are none, too many, or more rows or columns than an image has.
func CheckSize(height, width, maxPixels int) (int, error) {
	if height > maxAxis || width > maxAxis {
		return 0, fmt.Errorf("declares %d×%d pixels, and at most %d along each axis are allowed", height, width, maxAxis)
	}
	if height < 1 || width < 1 || height > maxPixels/width {
		return 0, fmt.Errorf("declares %d×%d pixels, and 1 to %d are allowed", height, width, maxPixels)
	}
	return height * width, nil
}
