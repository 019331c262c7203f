package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/weightmap/weightmap/dataset"
	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/dtype"
	"github.com/weightmap/weightmap/internal/npy"
	"github.com/weightmap/weightmap/internal/render"
)

// mapFile is a map that was read, and what it was made of.
type mapFile struct {
	path   string
	shape  []int
	dtype  string
	sum    render.Summary
	values *grid.Map
	ids    *grid.Labels // of integer files, whose numbers are names

	origin  *dataset.Origin
	objects *grid.Labels // the objects it was made of, nil where they were not found
	count   int          // of objects, or −1
}

// forget lets go of the pixels.
func (m *mapFile) forget() { m.values, m.ids, m.objects = nil, nil, nil }

// readMap reads a map of floats or integers with two or three axes.
func readMap(path string) (*mapFile, error) {
	m, err := readArray(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

func readArray(path string) (*mapFile, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err.(*os.PathError).Err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	h, err := npy.ReadHeader(f)
	if err != nil {
		return nil, err
	}
	if n := len(h.Shape); n != 2 && n != 3 {
		return nil, fmt.Errorf("shape %v is neither (height, width) nor (depth, height, width)", h.Shape)
	}
	if n, ok := grid.CheckedSize(h.Shape); ok && n == 0 {
		return nil, fmt.Errorf("shape %v has no pixels", h.Shape)
	}
	limits := npy.Limits{Bytes: info.Size()}
	m := &mapFile{path: path, shape: h.Shape, dtype: h.Dtype.String(), count: -1}
	switch {
	case !h.Dtype.Float():
		if m.ids, err = npy.ReadData[int32](f, h, limits); err != nil {
			return nil, err
		}
		m.values, m.count = convert[float32](m.ids), countIDs(m.ids)
		m.sum = render.Summarize(convert[float64](m.ids).Data)
	case h.Dtype == dtype.Float64:
		wide, err := npy.ReadData[float64](f, h, limits)
		if err != nil {
			return nil, err
		}
		m.values = convert[float32](wide)
		m.sum = render.Summarize(wide.Data)
	default:
		if m.values, err = npy.ReadData[float32](f, h, limits); err != nil {
			return nil, err
		}
		m.sum = render.Summarize(m.values.Data)
	}
	return m, nil
}

func convert[U, T grid.Element](g *grid.Grid[T]) *grid.Grid[U] {
	out := grid.New[U](g.Shape...)
	for i, v := range g.Data {
		out.Data[i] = U(v)
	}
	return out
}

// slice returns the slice of a stack that is drawn, 0 of an image.
func (l *look) slice(m *mapFile) (int, error) {
	switch {
	case len(m.shape) == 2:
		return 0, nil
	case l.slices != oneSlice:
		return m.depth() / 2, nil
	case l.z >= m.depth():
		return 0, fmt.Errorf("%s: there is no slice %d; the last is %d", m.path, l.z, m.depth()-1)
	}
	return l.z, nil
}

// depth is the number of slices; 1 in two dimensions.
func (m *mapFile) depth() int {
	if len(m.shape) == 2 {
		return 1
	}
	return m.shape[0]
}

// plane returns slice z of a stack, and an image as it is.
func plane[T grid.Element](g *grid.Grid[T], z int) *grid.Grid[T] {
	if g == nil || len(g.Shape) == 2 {
		return g
	}
	return g.Sub(z)
}

// mapName is a map's name without what all maps have in theirs.
func mapName(path string) string {
	name := strings.TrimSuffix(filepath.Base(path), ".npy")
	return strings.TrimSuffix(name, "."+dataset.Weights.String())
}

// pictureName is the file that shows the map. It is one that precompute knows to be
// no mask.
func pictureName(path string) string {
	name := filepath.Base(path)
	stem := strings.TrimSuffix(name, filepath.Ext(name))
	for _, k := range dataset.Kinds {
		if strings.HasSuffix(stem, "."+k.String()) {
			return stem + ".png"
		}
	}
	return stem + "." + dataset.Weights.String() + ".png"
}

// quantity says what the values are, for titles and for bars.
func (m *mapFile) quantity() (title, bar string) {
	switch {
	case m.ids != nil:
		return fmt.Sprintf("objects (%d)", m.count), ""
	case m.origin.Kind == dataset.D1:
		return "d₁, to the nearest object", m.unit()
	case m.origin.Kind == dataset.D2:
		return "d₂, to the second nearest", m.unit()
	case m.origin.Kind == dataset.Weights:
		return "weight", "weight"
	}
	return "value", "value"
}

// unit is that of distances.
func (m *mapFile) unit() string {
	if r := m.origin.Record; r != nil && r.Parameters != nil {
		for _, s := range r.Parameters.Spacing {
			if s != 1 {
				return "distance (units of the spacing)"
			}
		}
	}
	return "distance (px)"
}

func countIDs(ids *grid.Labels) int {
	seen := map[int32]bool{}
	for _, id := range ids.Data {
		if id != 0 {
			seen[id] = true
		}
	}
	return len(seen)
}
