package main

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io/fs"
	"math"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/weightmap/weightmap/dataset"
	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/render"
)

// cellsOf returns the pictures of a row, one for each name in l.with and the map
// last, and widens the scales by what they show. A scale is that of its column.
func (l *look) cellsOf(ctx context.Context, m *mapFile, z int, scales []*render.Scale) ([]render.Cell, error) {
	var cells []render.Cell
	outline := plane(m.objects, z)
	if !l.outline {
		outline = nil
	}
	for i, name := range l.with {
		var c render.Cell
		switch name {
		case "image":
			img, err := l.photo(m, z)
			if err != nil {
				return nil, err
			}
			c = render.Cell{Picture: img}
		case "mask":
			if m.objects == nil {
				return nil, fmt.Errorf("%s: the mask it was made of was not found; --mask names it", m.path)
			}
			ids := plane(m.objects, z)
			c = render.Cell{Picture: render.PaintIDs(ids), Outline: ids, Ink: color.Black}
		default:
			d, err := l.distance(m, name)
			if err != nil {
				return nil, err
			}
			c = render.Cell{Picture: scales[i].Paint(plane(d.values, z)), Outline: outline}
		}
		cells = append(cells, c)
	}
	last := render.Cell{Outline: outline}
	if m.ids != nil {
		ids := plane(m.ids, z)
		last = render.Cell{Picture: render.PaintIDs(ids), Outline: ids, Ink: color.Black}
	} else {
		last.Picture = scales[len(l.with)].Paint(plane(m.values, z))
	}
	return append(cells, last), nil
}

// photo returns the image that the map belongs to.
func (l *look) photo(m *mapFile, z int) (image.Image, error) {
	path := l.image
	if path == "" {
		path = m.origin.Image()
	}
	if path == "" {
		return nil, fmt.Errorf("%s: the image it belongs to was not found; --image names it", m.path)
	}
	return render.ReadPhoto(path, m.shape, z)
}

// distance reads the distance map d1 or d2 that belongs to a map.
func (l *look) distance(m *mapFile, name string) (*mapFile, error) {
	kind := dataset.D1
	if name == "d2" {
		kind = dataset.D2
	}
	path := m.origin.Path(kind)
	d, err := readMap(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s: there is no %s for --with %s; precompute --save weights,d1,d2 makes them", m.path, filepath.Base(path), name)
	case err != nil:
		return nil, err
	case !slices.Equal(d.values.Shape, m.shape):
		return nil, fmt.Errorf("%s: shape %v, but that of %s is %v", path, d.values.Shape, m.path, m.shape)
	}
	return d, nil
}

// newScales returns a scale for each column, as yet without a range.
func (l *look) newScales(m *mapFile) []*render.Scale {
	none := math.NaN()
	var scales []*render.Scale
	for _, name := range l.with {
		var s *render.Scale
		if name == "d1" || name == "d2" {
			s = &render.Scale{Lo: none, Hi: none, Colors: render.Viridis(), Label: m.unit()}
		}
		scales = append(scales, s)
	}
	if m.ids != nil {
		return append(scales, nil)
	}
	s := &render.Scale{Lo: none, Hi: none, Colors: l.colors}
	_, s.Label = m.quantity()
	if k := m.origin.Kind; (k == dataset.D1 || k == dataset.D2) && !l.colored {
		s.Colors = render.Viridis()
	}
	return append(scales, s)
}

// widen makes the scales' ranges include the map, and its distances if they are shown.
func (l *look) widen(m *mapFile, scales []*render.Scale) error {
	for i, name := range l.with {
		if scales[i] == nil {
			continue
		}
		d, err := l.distance(m, name)
		if err != nil {
			return err
		}
		scales[i].Include(d.sum)
	}
	if s := scales[len(l.with)]; s != nil {
		s.Include(m.sum)
		if l.ranged {
			s.Lo, s.Hi = l.lo, l.hi
		}
	}
	return nil
}

// columnTitles names the columns.
func (l *look) columnTitles(m *mapFile) []string {
	var titles []string
	for _, name := range l.with {
		switch name {
		case "mask":
			name = "objects"
		case "d1":
			name = "d₁, to the nearest object"
		case "d2":
			name = "d₂, to the second nearest"
		}
		titles = append(titles, name)
	}
	last, _ := m.quantity()
	return append(titles, last)
}

// draw draws a map: one picture, a row of them, or all slices of a stack.
func (l *look) draw(ctx context.Context, m *mapFile) (*render.Figure, *render.Scale, error) {
	scales := l.newScales(m)
	if err := l.widen(m, scales); err != nil {
		return nil, nil, err
	}
	own := scales[len(l.with)]
	f := &render.Figure{Title: mapName(m.path), Enlarge: l.scale}
	z, err := l.slice(m)
	if err != nil {
		return nil, nil, err
	}
	montage := len(m.shape) == 3 && l.slices == allSlices
	switch {
	case montage:
		f.Title = fmt.Sprintf("%s, all %d slices", f.Title, m.depth())
	case len(m.shape) == 3:
		f.Title = fmt.Sprintf("%s, slice %d of 0 to %d", f.Title, z, m.depth()-1)
	}
	if l.title != nil {
		f.Title = *l.title
	} else {
		f.Note = m.note(own)
	}
	if montage {
		return f, own, l.montage(ctx, m, f, scales)
	}
	if f.Cells, err = l.cellsOf(ctx, m, z, scales); err != nil {
		return nil, nil, err
	}
	if l.with == nil {
		f.Right = own
		return f, own, nil
	}
	f.ColumnTitles, f.Below = l.columnTitles(m), scales
	return f, own, nil
}

// montage puts all slices of a stack into the figure.
func (l *look) montage(ctx context.Context, m *mapFile, f *render.Figure, scales []*render.Scale) error {
	f.Columns = columnsFor(m.depth(), m.shape[2], m.shape[1])
	f.Right = scales[0]
	for z := range m.depth() {
		if err := ctx.Err(); err != nil {
			return err
		}
		cells, err := l.cellsOf(ctx, m, z, scales)
		if err != nil {
			return err
		}
		cells[0].Title = strconv.Itoa(z)
		f.Cells = append(f.Cells, l.thumb(cells[0], f.Columns))
	}
	f.Enlarge = 1
	return nil
}

// thumb brings a cell to the size it has on a sheet.
func (l *look) thumb(c render.Cell, columns int) render.Cell {
	side := render.ThumbSide(columns)
	if l.scale > 0 {
		size := c.Picture.Bounds().Size()
		side = l.scale * max(size.X, size.Y)
	}
	return c.Thumb(side)
}

// columnsFor returns how many columns make a page of n pictures of that size about
// as wide as a screen, with few places left empty.
func columnsFor(n, width, height int) int {
	const screen, most = 1.6, 10
	ideal := int(math.Round(math.Sqrt(screen * float64(n) * float64(height) / float64(width))))
	ideal = min(max(ideal, 1), n, most)
	best := ideal
	empty := func(columns int) int { return (columns - n%columns) % columns }
	for _, c := range []int{ideal + 1, ideal - 1} {
		if c >= 1 && c <= min(n, most) && empty(c) < empty(best) {
			best = c
		}
	}
	return best
}

// note is the line under the title.
func (m *mapFile) note(s *render.Scale) string {
	note := fmt.Sprintf("%s, %s", shapeText(m.shape), m.dtype)
	if m.count >= 0 {
		note += fmt.Sprintf(", %d objects", m.count)
	}
	if s != nil && !math.IsNaN(m.sum.Min) {
		note += fmt.Sprintf(", %.3g to %.3g", m.sum.Min, m.sum.Max)
	}
	return note
}

// rawPicture draws the map as plain gray.
func (l *look) rawPicture(m *mapFile) (img image.Image, lo, hi float64, err error) {
	z, err := l.slice(m)
	if err != nil {
		return nil, 0, 0, err
	}
	lo, hi = m.sum.Min, m.sum.Max
	if l.ranged {
		lo, hi = l.lo, l.hi
	}
	if l.bits == 8 {
		return render.Raw8(plane(m.values, z), lo, hi), lo, hi, nil
	}
	return render.Raw16(plane(m.values, z), lo, hi), lo, hi, nil
}

// objectsFor reads the objects that a map was made of. That none are found is no
// error; that a mask was named and does not fit is one.
func (l *look) objectsFor(ctx context.Context, m *mapFile) (*grid.Labels, error) {
	origin := m.origin
	if l.mask != "" {
		var err error
		if origin, err = dataset.OriginFrom(l.mask); err != nil {
			return nil, err
		}
	}
	if origin.Mask() == "" {
		return nil, origin.Lost()
	}
	labels, err := origin.Objects(ctx)
	switch {
	case err != nil:
		return nil, err
	case slices.Equal(labels.Shape, m.shape):
		return labels, nil
	case l.mask != "":
		return nil, fmt.Errorf("%s: shape %v, but that of %s is %v", l.mask, labels.Shape, m.path, m.shape)
	}
	return nil, nil
}
