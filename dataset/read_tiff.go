package dataset

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/tiff"
)

func readTIFF(f *file, o ReadOptions) (*Image, error) {
	t, err := tiff.Open(f, f.size)
	if err != nil {
		return nil, err
	}
	pages, err := choosePages(t, &o)
	if err != nil {
		return nil, err
	}
	p := pages[0]
	shape := []int{len(pages), p.Height, p.Width}
	if len(pages) == 1 {
		shape = shape[1:]
	}
	if err := checkPixels(o, shape...); err != nil {
		return nil, err
	}
	channel, err := channelIndex(o.Channel, p.Samples)
	if err != nil {
		return nil, err
	}
	if p.Samples == 1 {
		channel = 0
	}
	if err := o.declare(declaredTIFF(pages)); err != nil {
		return nil, err
	}
	im, err := fromNumbers(p.Type, tiffAs[int32](t, pages, channel), tiffAs[int64](t, pages, channel), tiffAs[uint64](t, pages, channel))
	if err != nil {
		return nil, err
	}
	if o.Page != AllPages {
		im.Unused = unusedSpacing(t, len(shape))
	}
	// Colours that cannot be read change no number.
	if colours, err := p.Palette(); err == nil {
		im.Warning = disordered(colours, im.Values)
	}
	return im, nil
}

// declaredTIFF is what pages declare: they are read with all samples, of which one is
// taken then.
func declaredTIFF(pages []*tiff.Page) declared {
	p := pages[0]
	d := declared{shape: []int{len(pages), p.Height, p.Width}, beside: besideNumbers(p.Type, false)}
	if len(pages) == 1 {
		d.shape = d.shape[1:]
	}
	if p.Samples > 1 {
		d.beside += p.Samples * (4 + d.beside)
	}
	// A strip may be a whole page, compressed and not.
	d.beside += 2 * p.Samples * p.Type.Size() / len(pages)
	return d
}

// choosePages returns the pages that make the image. A channel that is a page of
// its own is taken here, and no longer in the options then.
func choosePages(t *tiff.File, o *ReadOptions) ([]*tiff.Page, error) {
	n := len(t.Pages)
	if o.Page > n {
		return nil, fmt.Errorf("has no page %d: there are %d", o.Page, n)
	}
	if o.Page > 0 {
		return t.Pages[o.Page-1 : o.Page], nil
	}
	pages := t.Pages
	if o.Page != AllPages {
		axes, err := t.Axes()
		if err != nil {
			return nil, err
		}
		if axes != nil {
			if pages, err = slicePages(t, axes, o); err != nil {
				return nil, err
			}
		}
	}
	for _, p := range pages {
		if first := pages[0]; p.Height != first.Height || p.Width != first.Width || p.Samples != first.Samples || p.Type != first.Type {
			return nil, fmt.Errorf("page %d is %d×%d of %v and page %d is %d×%d of %v, which make no stack: choose one with --page",
				first.Number, first.Height, first.Width, first.Type, p.Number, p.Height, p.Width, p.Type)
		}
	}
	return pages, nil
}

// slicePages returns the slices in depth, of one channel at one time.
func slicePages(t *tiff.File, axes *tiff.Axes, o *ReadOptions) ([]*tiff.Page, error) {
	const hint = "choose one with --page, or take all pages as a stack with --page all"
	if axes.Times > 1 {
		return nil, fmt.Errorf("states %d points of time, which are no stack: %s", axes.Times, hint)
	}
	channel := 0
	if axes.Channels > 1 {
		if o.Channel == "" {
			return nil, fmt.Errorf("states %d channels: choose one with --channel 1 to %d, or take all pages as a stack with --page all",
				axes.Channels, axes.Channels)
		}
		var err error
		if channel, err = planeChannel(o.Channel, axes); err != nil {
			return nil, err
		}
		o.Channel = ""
	}
	pages := make([]*tiff.Page, axes.Slices)
	for i, plane := range axes.Planes {
		if plane.Channel == channel {
			pages[plane.Slice] = t.Pages[i]
		}
	}
	if i := slices.Index(pages, nil); i >= 0 {
		return nil, fmt.Errorf("states %d slices, and has no slice %d", axes.Slices, i+1)
	}
	return pages, nil
}

// planeChannel returns the place, from 0, of a channel that is pages of its own: by its
// number, or by the name that only it has.
func planeChannel(name string, axes *tiff.Axes) (int, error) {
	if n, err := strconv.Atoi(name); err == nil && n >= 1 && n <= axes.Channels {
		return n - 1, nil
	}
	same := func(s string) bool { return strings.EqualFold(s, name) }
	at := slices.IndexFunc(axes.Names, same)
	if at >= 0 && !slices.ContainsFunc(axes.Names[at+1:], same) {
		return at, nil
	}
	if at >= 0 {
		return 0, fmt.Errorf("has several channels %q: choose one by its number, 1 to %d", name, axes.Channels)
	}
	if strings.Join(axes.Names, "") == "" {
		return 0, fmt.Errorf("has no channel %q: it states %d", name, axes.Channels)
	}
	return 0, fmt.Errorf("has no channel %q: it states %d (%.200s)", name, axes.Channels, strings.Join(axes.Names, ", "))
}

// tiffAs reads the pages as T, as often as it is called.
func tiffAs[T grid.Element](t *tiff.File, pages []*tiff.Page, channel int) func() (*grid.Grid[T], error) {
	return func() (*grid.Grid[T], error) {
		g, err := tiff.Read[T](t, pages)
		if err != nil {
			return nil, err
		}
		shape := g.Shape[:3] // pages, height, width
		if len(pages) == 1 {
			shape = shape[1:]
		}
		if g, err = oneSample(g, pages[0], channel); err != nil {
			return nil, err
		}
		return grid.From(g.Data, shape...), nil
	}
}

// oneSample takes one sample of each pixel; of all if there is a channel, or if
// they agree. The transparency agrees if it is that of an opaque image.
func oneSample[T grid.Element](g *grid.Grid[T], p *tiff.Page, channel int) (*grid.Grid[T], error) {
	n := p.Samples
	if n == 1 {
		return g, nil
	}
	out := grid.New[T](g.Shape[:3]...)
	opaque, equal := true, true
	for i := range out.Data {
		c := g.Data[i*n : (i+1)*n]
		if channel >= 0 {
			out.Data[i] = c[channel]
			continue
		}
		first := 0
		if p.Alpha == 0 {
			first = 1
		}
		for s, v := range c {
			if s != p.Alpha && v != c[first] {
				return nil, disagree(fmt.Sprint(c), i%p.Width, i/p.Width%p.Height)
			}
		}
		if p.Alpha >= 0 {
			alpha := c[p.Alpha]
			opaque, equal = opaque && isOpaque(alpha, p), equal && alpha == c[first]
			if !opaque && !equal {
				return nil, disagree(fmt.Sprintf("gray %v, alpha %v", c[first], alpha), i%p.Width, i/p.Width%p.Height)
			}
		}
		out.Data[i] = c[first]
	}
	return out, nil
}

// isOpaque reports whether a transparency is the largest number of its type, or 1
// as floats have it.
func isOpaque[T grid.Element](v T, p *tiff.Page) bool {
	if p.Type.Float() {
		return v == 1
	}
	return uint64(v) == 1<<p.Bits-1
}
