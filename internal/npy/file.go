package npy

import (
	"fmt"
	"io"
	"os"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/atomicfile"
)

// ReadFile reads the array of the file at path if it has at most maxElements
// elements; 0 is no limit. The error names the path.
func ReadFile[T grid.Element](path string, maxElements int) (*grid.Grid[T], error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	l := Limits{Elements: maxElements}
	if info.Mode().IsRegular() {
		l.Bytes = info.Size()
	}
	g, err := Read[T](f, l)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return g, nil
}

// WriteFile writes g to the file at path, whole or not at all. The error names the path.
func WriteFile[T grid.Element](path string, g *grid.Grid[T]) error {
	return atomicfile.Write(path, func(w io.Writer) error { return Write(w, g) })
}
