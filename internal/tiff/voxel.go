package tiff

import (
	"encoding/xml"
	"math"
	"strconv"
	"strings"
)

// Voxel returns the size of a voxel, z, y and x, in whatever unit the file has for all of
// them, or 0 for one that it does not state: by OME-XML or by ImageJ. Nothing is made of
// what cannot be understood.
func (f *File) Voxel() (size [3]float64) {
	first := f.Pages[0]
	text, err := first.tags.text(tagDescription)
	switch {
	case err != nil:
	case strings.HasPrefix(text, "ImageJ="):
		size[1], size[2] = 1/first.tags.rational(tagYResolution), 1/first.tags.rational(tagXResolution)
		for line := range strings.Lines(text) {
			if v, ok := strings.CutPrefix(strings.TrimSpace(line), "spacing="); ok {
				size[0], _ = strconv.ParseFloat(v, 64)
				size[0] = math.Abs(size[0]) // of stacks taken downwards it is below 0
			}
		}
	case strings.Contains(text, "<OME "):
		size = omeVoxel(text)
	}
	for i, v := range size {
		if !(v > 0 && v <= math.MaxFloat64) {
			size[i] = 0
		}
	}
	return size
}

// micrometres are the units of OME-XML that images have. What is missing is of µm.
var micrometres = map[string]float64{"": 1, "µm": 1, "μm": 1, "nm": 1e-3, "mm": 1e3, "cm": 1e4, "m": 1e6}

func omeVoxel(text string) (size [3]float64) {
	var d struct {
		Image []struct {
			Pixels struct {
				Z  float64 `xml:"PhysicalSizeZ,attr"`
				Y  float64 `xml:"PhysicalSizeY,attr"`
				X  float64 `xml:"PhysicalSizeX,attr"`
				ZU string  `xml:"PhysicalSizeZUnit,attr"`
				YU string  `xml:"PhysicalSizeYUnit,attr"`
				XU string  `xml:"PhysicalSizeXUnit,attr"`
			}
		}
	}
	if xml.Unmarshal([]byte(text), &d) != nil || len(d.Image) != 1 {
		return size
	}
	p := d.Image[0].Pixels
	size = [3]float64{p.Z, p.Y, p.X}
	if p.ZU == p.YU && p.YU == p.XU {
		return size
	}
	for i, unit := range []string{p.ZU, p.YU, p.XU} {
		size[i] *= micrometres[unit] // 0 for one that is not known
	}
	return size
}
