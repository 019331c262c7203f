package tiff

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
)

// Axes is what a file states its pages to be: planes of channels, slices in depth
// and points of time.
type Axes struct {
	Channels, Slices, Times int
	// Names are those of the channels, "" for one that has none; nil if there are none.
	Names []string
	// Planes tells of each page which of them it is, from 0.
	Planes []Plane
}

// Plane is the place of one page.
type Plane struct{ Channel, Slice, Time int }

// Axes returns what the file states, by ImageJ, OME-XML or tifffile, or nil if it
// states nothing. A statement that does not fit the number of pages is an error.
func (f *File) Axes() (*Axes, error) {
	text, err := f.Pages[0].tags.text(tagDescription)
	if err != nil {
		return nil, fmt.Errorf("tiff: %w", err)
	}
	a, err := stated(text, len(f.Pages))
	if err != nil || a == nil {
		return nil, err
	}
	// A single plane is what it is, even if the metadata are of a larger image that
	// it was taken from.
	if len(f.Pages) == 1 {
		return nil, nil
	}
	if len(a.Planes) != len(f.Pages) {
		return nil, fmt.Errorf("tiff: states %d channels, %d slices and %d points of time, and has %d pages",
			a.Channels, a.Slices, a.Times, len(f.Pages))
	}
	return a, nil
}

func stated(text string, pages int) (*Axes, error) {
	switch {
	case strings.HasPrefix(text, "ImageJ="):
		return imageJ(text)
	case strings.HasPrefix(text, "{"):
		return shaped(text, pages), nil
	case strings.Contains(text, "<OME ") && pages > 1:
		return ome(text, pages)
	}
	return nil, nil
}

// newAxes numbers planes in an order of letters, the first varying fastest.
func newAxes(channels, slices, times int, order string) *Axes {
	a := &Axes{Channels: channels, Slices: slices, Times: times}
	n := channels * slices * times
	for i := range n {
		var p Plane
		for _, axis := range order {
			switch axis {
			case 'C':
				p.Channel, i = i%channels, i/channels
			case 'Z':
				p.Slice, i = i%slices, i/slices
			case 'T':
				p.Time, i = i%times, i/times
			}
		}
		a.Planes = append(a.Planes, p)
	}
	return a
}

// maxPlanes is more than a stack of masks has.
const maxPlanes = 1 << 16

// imageJ reads lines like "slices=5".
func imageJ(text string) (*Axes, error) {
	var err error
	get := func(key string) int {
		for line := range strings.Lines(text) {
			value, ok := strings.CutPrefix(strings.TrimSpace(line), key+"=")
			if !ok {
				continue
			}
			n, e := strconv.Atoi(value)
			if e != nil || n < 1 || n > maxPlanes {
				err = fmt.Errorf("tiff: its ImageJ description states %s=%.20s", key, value)
			}
			return n
		}
		return 0
	}
	images, channels, slices, frames := get("images"), get("channels"), get("slices"), get("frames")
	if channels+slices+frames == 0 {
		slices = images
	}
	channels, slices, frames = max(1, channels), max(1, slices), max(1, frames)
	if err == nil && (channels*slices > maxPlanes || channels*slices*frames > maxPlanes) {
		err = fmt.Errorf("tiff: its ImageJ description states %d channels, %d slices and %d frames", channels, slices, frames)
	}
	if err != nil {
		return nil, err
	}
	return newAxes(channels, slices, frames, "CZT"), nil
}

// shaped reads what tifffile writes: {"shape": [3, 64, 64], "axes": "ZYX"}. Without
// axes it states nothing but the shape, which the pages have anyway.
func shaped(text string, pages int) *Axes {
	var d struct {
		Shape []int
		Axes  string
	}
	if json.Unmarshal([]byte(text), &d) != nil || len(d.Axes) != len(d.Shape) || len(d.Axes) < 2 {
		return nil
	}
	size := map[rune]int{'C': 1, 'Z': 1, 'T': 1}
	order := ""
	n := 1
	for i, axis := range d.Axes {
		switch axis {
		case 'X', 'Y', 'S':
		case 'C', 'Z', 'T':
			if d.Shape[i] < 1 || d.Shape[i] > maxPlanes || n*d.Shape[i] > maxPlanes {
				return nil
			}
			n *= d.Shape[i]
			size[axis] = d.Shape[i]
			order = string(axis) + order
		default:
			return nil
		}
	}
	if n != pages {
		return nil
	}
	return newAxes(size['C'], size['Z'], size['T'], order)
}

// ome reads OME-XML, by https://docs.openmicroscopy.org/ome-model/latest/ome-tiff/specification.html.
func ome(text string, pages int) (*Axes, error) {
	var d struct {
		Image []struct {
			Pixels struct {
				DimensionOrder      string `xml:",attr"`
				SizeC, SizeZ, SizeT int    `xml:",attr"`
				Channel             []struct {
					SamplesPerPixel int    `xml:",attr"`
					Name            string `xml:",attr"`
				}
				TiffData []struct {
					IFD                    *int `xml:",attr"`
					PlaneCount             *int `xml:",attr"`
					FirstC, FirstZ, FirstT int  `xml:",attr"`
				}
			}
		}
	}
	if err := xml.Unmarshal([]byte(text), &d); err != nil {
		return nil, fmt.Errorf("tiff: its OME-XML: %w", err)
	}
	if len(d.Image) != 1 {
		return nil, fmt.Errorf("tiff: states that it holds %d images: choose a page with --page", len(d.Image))
	}
	p := d.Image[0].Pixels
	order := strings.TrimPrefix(p.DimensionOrder, "XY")
	if p.SizeC < 1 || p.SizeZ < 1 || p.SizeT < 1 || p.SizeC > maxPlanes || p.SizeZ > maxPlanes || p.SizeT > maxPlanes ||
		len(order) != 3 || !strings.Contains(order, "C") || !strings.Contains(order, "Z") || !strings.Contains(order, "T") {
		return nil, fmt.Errorf("tiff: its OME-XML states %d channels, %d slices and %d points of time in the order %q",
			p.SizeC, p.SizeZ, p.SizeT, p.DimensionOrder)
	}
	// Channels that are samples of one pixel are on one page.
	channels := p.SizeC
	if len(p.Channel) > 0 && p.Channel[0].SamplesPerPixel > 1 {
		channels = len(p.Channel)
	}
	if channels*p.SizeZ > maxPlanes || channels*p.SizeZ*p.SizeT != pages {
		return nil, fmt.Errorf("tiff: its OME-XML states %d channels, %d slices and %d points of time, and the file has %d pages",
			channels, p.SizeZ, p.SizeT, pages)
	}
	a := newAxes(channels, p.SizeZ, p.SizeT, order)
	if len(p.Channel) == channels {
		for _, c := range p.Channel {
			a.Names = append(a.Names, c.Name)
		}
	}
	if len(p.TiffData) == 0 {
		return a, nil
	}
	// Each TiffData says of which planes, from one on in their order, the pages are.
	at := map[Plane]int{}
	for i, plane := range a.Planes {
		at[plane] = i
	}
	planes := make([]Plane, pages)
	done := make([]bool, pages)
	for _, t := range p.TiffData {
		first, ok := at[Plane{t.FirstC, t.FirstZ, t.FirstT}]
		page, count := 0, 1
		switch {
		case t.IFD != nil && t.PlaneCount != nil:
			page, count = *t.IFD, *t.PlaneCount
		case t.IFD != nil:
			page = *t.IFD
		case t.PlaneCount != nil:
			count = *t.PlaneCount
		default:
			count = pages
		}
		if !ok || page < 0 || count < 0 || page > pages-count || first > pages-count {
			return nil, fmt.Errorf("tiff: its OME-XML places planes on pages that the file lacks")
		}
		for i := range count {
			planes[page+i], done[page+i] = a.Planes[first+i], true
		}
	}
	for i, ok := range done {
		if !ok {
			return nil, fmt.Errorf("tiff: its OME-XML does not say what page %d is", i+1)
		}
	}
	a.Planes = planes
	return a, nil
}

// addContiguous adds the pages that have no tags of their own: ImageJ writes only
// the first page's where a stack is beyond 4 GB, and tifffile if asked to; the
// others follow it in the file, uncompressed.
func (f *File) addContiguous() error {
	first := f.Pages[0]
	if len(f.Pages) != 1 || first.compression != compressionNone || first.tiled {
		return nil
	}
	text, err := first.tags.text(tagDescription)
	if err != nil {
		return fmt.Errorf("tiff: %w", err)
	}
	pages := 0
	bytes := first.rowBytes() * int64(first.Height)
	if first.planar {
		bytes *= int64(first.Samples)
	}
	switch {
	case strings.HasPrefix(text, "ImageJ="):
		a, err := imageJ(text)
		if err != nil {
			return err
		}
		pages = len(a.Planes)
	case strings.HasPrefix(text, "{"):
		var d struct {
			Shape     []int
			Truncated bool
		}
		if json.Unmarshal([]byte(text), &d) != nil || !d.Truncated {
			return nil
		}
		elements := int64(1)
		for _, n := range d.Shape {
			if n < 1 || elements > f.size*8/int64(n) {
				return nil
			}
			elements *= int64(n)
		}
		pages = int(min(maxPlanes, elements/(int64(first.Width)*int64(first.Height)*int64(first.Samples))))
	}
	if pages < 2 {
		return nil
	}
	tiles, err := first.tiles()
	if err != nil {
		return fmt.Errorf("tiff: page 1: %w", err)
	}
	end := tiles[0].offset
	for _, t := range tiles {
		if t.offset != end {
			return nil
		}
		end += t.count
	}
	// If only the one page has bytes, the statement is of the image it was taken from.
	switch have := (f.size - tiles[0].offset) / bytes; {
	case have < 2:
		return nil
	case have < int64(pages):
		return fmt.Errorf("tiff: states %d pages, and has the bytes of %d", pages, have)
	}
	for i := 1; i < pages; i++ {
		p := *first
		p.Number, p.skip = i+1, int64(i)*bytes
		f.Pages = append(f.Pages, &p)
	}
	return nil
}
