package dataset

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/dtype"
	"github.com/weightmap/weightmap/labeling"
	"github.com/weightmap/weightmap/weights"
)

// pixels is what the files of an item hold, before objects are made of it.
type pixels struct {
	values  *grid.Labels // 0 is background; of an item that has objects, the number of one, from 1
	ignore  *grid.Mask   // not zero where the value is to be ignored; nil if there is none
	dtype   string
	spacing []float64
	unused  []float64 // spacing that the file states and that is not taken
	warning string
	objects bool // the values are objects, not what somebody numbered
	overlap int  // pixels that more than one object claims

	number func(int32) string // the file's own number for a value
}

func newPixels(im *Image) *pixels {
	return &pixels{values: im.Values, dtype: im.Dtype, spacing: im.Spacing, unused: im.Unused, warning: im.Warning, number: im.Number}
}

// load reads the files of an item. Ignored pixels are taken out of the values.
func load(ctx context.Context, it *Item, o *Options) (*pixels, error) {
	if it.from != nil {
		im, err := it.from.Read(it.index, o.Read)
		if err != nil {
			return nil, err
		}
		p := newPixels(im)
		p.objects, p.ignore, p.overlap = true, im.Ignore, im.Overlap
		return p, o.checkAxes(it, p)
	}
	if !it.Folder {
		im, err := Read(it.Files[0], o.Read)
		if err != nil {
			return nil, err
		}
		p := newPixels(im)
		p.takeOut(im, o.Ignore)
		if err := im.checkPositive(); err != nil {
			return nil, fmt.Errorf("%s: %w", it.Files[0], err)
		}
		return p, o.checkAxes(it, p)
	}
	var p *pixels
	for k, path := range it.Files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		im, err := Read(path, o.Read)
		if err != nil {
			return nil, err
		}
		one := newPixels(im)
		one.takeOut(im, o.Ignore)
		if p == nil {
			p = one
			p.objects = true
			for i, v := range p.values.Data {
				if v != 0 {
					p.values.Data[i] = 1
				}
			}
			continue
		}
		if !slices.Equal(one.values.Shape, p.values.Shape) {
			return nil, fmt.Errorf("%s: its files differ in size: %s has shape %v, %s has %v",
				it.Path(), it.Files[0], p.values.Shape, path, one.values.Shape)
		}
		p.lay(one, int32(k+1))
	}
	return p, o.checkAxes(it, p)
}

// lay puts the object of another file over those before.
func (p *pixels) lay(one *pixels, id int32) {
	for i, v := range one.values.Data {
		if v == 0 {
			continue
		}
		if p.values.Data[i] != 0 {
			p.overlap++
		}
		p.values.Data[i] = id
	}
	if one.ignore != nil {
		if p.ignore == nil {
			p.ignore = grid.New[uint8](p.values.Shape...)
		}
		for i, m := range one.ignore.Data {
			p.ignore.Data[i] |= m
		}
	}
	if p.ignore != nil {
		for i, m := range p.ignore.Data {
			if m != 0 {
				p.values.Data[i] = 0
			}
		}
	}
	if p.warning == "" {
		p.warning = one.warning
	}
}

// takeOut marks the pixels of the value to be ignored, and makes them 0.
func (p *pixels) takeOut(im *Image, ignore *int64) {
	if ignore == nil {
		return
	}
	v, ok := im.Find(*ignore)
	if !ok {
		return
	}
	for i, w := range p.values.Data {
		if w != v {
			continue
		}
		if p.ignore == nil {
			p.ignore = grid.New[uint8](p.values.Shape...)
		}
		p.ignore.Data[i] = 1
		p.values.Data[i] = 0
	}
}

// checkPositive refuses values below 0: they are used for pixels nobody knows the
// class of, and nobody would want an object of them. Types without a sign have none.
func (im *Image) checkPositive() error {
	if im.Dtype == dtype.Bool.String() || strings.HasPrefix(im.Dtype, "uint") {
		return nil
	}
	below := int32(0) // numbers below 0 come first where values are renumbered: 1 to this
	for int(below) < len(im.Original) && im.Original[below] < 0 {
		below++
	}
	for i, v := range im.Values.Data {
		if v <= below && v != 0 {
			n := im.Number(v)
			return fmt.Errorf("the value %s at index %d is no object id and no class; --ignore %s leaves such pixels out", n, i, n)
		}
	}
	return nil
}

// checkAxes refuses what was asked for grids of another number of axes.
func (o *Options) checkAxes(it *Item, p *pixels) error {
	n := len(p.values.Shape)
	if o.Connectivity != 0 && !o.Connectivity.Valid(n) {
		return fmt.Errorf("%s: a mask of shape %v cannot have connectivity %d", it, p.values.Shape, o.Connectivity)
	}
	if o.Spacing != nil && len(o.Spacing) != n {
		return fmt.Errorf("%s: a mask of shape %v cannot have spacing %v", it, p.values.Shape, o.Spacing)
	}
	return nil
}

// label makes objects of the pixels, numbered from 1, and says how many. Where ids are
// the objects the labels are in dst, which may be the values themselves, or nil.
func (p *pixels) label(dst *grid.Labels, mode Instances, o *Options) (*grid.Labels, int) {
	c := o.connectivity(len(p.values.Shape))
	var labels *grid.Labels
	var n int
	switch {
	case mode == InstancesComponents && p.objects:
		labels, n = labeling.Components(nil, foreground(nil, p.values), c)
	case mode == InstancesComponents:
		labels, n = labeling.ComponentsByValue(nil, p.values, c)
	default:
		var ids []int32
		labels, ids = labeling.Relabel(dst, p.values)
		n = len(ids)
	}
	if o.MinSize > 1 {
		labels, n = labeling.RemoveSmall(labels, labels, o.MinSize)
	}
	if o.Ridge {
		// A thin object may be nothing but ridge.
		labels, n = labeling.RemoveSmall(labels, labeling.Ridge(nil, labels, c), 1)
	}
	return labels, n
}

// count counts the pixels of the classes.
func (p *pixels) count(labels *grid.Labels) Pixels {
	c := weights.CountPixels(labels, p.ignore)
	return Pixels{Background: c.Background, Foreground: c.Foreground, Ignored: int64(len(labels.Data)) - c.Background - c.Foreground}
}

// foreground is 1 where there is an object, else 0.
func foreground(dst *grid.Mask, labels *grid.Labels) *grid.Mask {
	dst = grid.Like(dst, labels.Shape)
	for i, v := range labels.Data {
		dst.Data[i] = 0
		if v != 0 {
			dst.Data[i] = 1
		}
	}
	return dst
}
