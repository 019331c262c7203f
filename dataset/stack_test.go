package dataset

import (
	"encoding/binary"
	"fmt"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// stack is a TIFF of 8-bit pages, each a row of so many pixels of the page's number, with a
// description and the resolution of the first, as numerators over 1000.
func stack(pages, width int, description string, xResolution, yResolution uint32) []byte {
	le := binary.LittleEndian
	b := []byte("II*\x00\x00\x00\x00\x00")
	link := 4 // where the offset of the next page's tags is
	for p := range pages {
		at := map[string]int{}
		at["pixels"] = len(b)
		for range width {
			b = append(b, byte(p+1))
		}
		at["text"] = len(b)
		b = append(b, description+"\x00"...)
		at["x"] = len(b)
		b = le.AppendUint32(le.AppendUint32(b, xResolution), 1000)
		at["y"] = len(b)
		b = le.AppendUint32(le.AppendUint32(b, yResolution), 1000)
		le.PutUint32(b[link:], uint32(len(b)))
		tags := [][4]int{{256, 3, 1, width}, {257, 3, 1, 1}, {258, 3, 1, 8}, {259, 3, 1, 1}, {262, 3, 1, 1}, {270, 2, len(description) + 1, at["text"]},
			{273, 4, 1, at["pixels"]}, {277, 3, 1, 1}, {278, 3, 1, 1}, {279, 4, 1, width}, {282, 5, 1, at["x"]}, {283, 5, 1, at["y"]}}
		b = le.AppendUint16(b, uint16(len(tags)))
		for _, t := range tags {
			b = le.AppendUint16(le.AppendUint16(b, uint16(t[0])), uint16(t[1]))
			b = le.AppendUint32(le.AppendUint32(b, uint32(t[2])), uint32(t[3]))
		}
		link = len(b)
		b = le.AppendUint32(b, 0)
	}
	return b
}

const omePixels = `<?xml version="1.0"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"><Image ID="Image:0"><Pixels DimensionOrder="XYZCT" SizeX="5" SizeY="1" SizeT="1" `

func TestChannelsByTheirNames(t *testing.T) {
	content := stack(4, 5, omePixels+`SizeC="4" SizeZ="1"><Channel Name="DAPI"/><Channel Name="GFP"/><Channel Name="3"/><Channel Name="gfp"/></Pixels></Image></OME>`, 1000, 1000)
	path := filepath.Join(t.TempDir(), "a.ome.tif")
	put(t, path, string(content))
	for channel, want := range map[string]int32{"DAPI": 1, "dapi": 1, "1": 1, "2": 2, "3": 3, "4": 4} {
		im, err := Read(path, ReadOptions{Channel: channel})
		if err != nil || im.Values.Data[0] != want {
			t.Errorf("channel %s: %v, %v", channel, im, err)
		}
	}
	for channel, want := range map[string]string{
		"RFP": `has no channel "RFP": it states 4 (DAPI, GFP, 3, gfp)`,
		"GFP": `has several channels "GFP": choose one by its number, 1 to 4`,
		"5":   `has no channel "5"`,
		"":    "states 4 channels: choose one with --channel",
	} {
		if _, err := Read(path, ReadOptions{Channel: channel}); err == nil || !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("channel %q: %v", channel, err)
		}
	}
}

func TestSizesOfPlanesHaveTwoAxes(t *testing.T) {
	_, err := ReadBytes(stack(1, 5, "", 1000, 1000), ReadOptions{MaxPixels: 4})
	if err == nil || !strings.Contains(err.Error(), "a size of [1 5],") {
		t.Error(err)
	}
}

// Voxels that are not even and that are not taken for the spacing are warned of, once.
func TestVoxelsThatAreNotUsed(t *testing.T) {
	ome := func(sizes string) string {
		return omePixels + sizes + ` SizeC="1" SizeZ="3"><Channel Name="a"/></Pixels></Image></OME>`
	}
	imageJ := "ImageJ=1.53t\nimages=3\nslices=3\nunit=micron\n"
	for _, c := range []struct {
		content []byte
		want    string
	}{
		{stack(3, 5, ome(`PhysicalSizeX="0.5" PhysicalSizeY="0.5" PhysicalSizeZ="2"`), 1000, 1000), "2,0.5,0.5"},
		{stack(3, 5, ome(`PhysicalSizeX="500" PhysicalSizeXUnit="nm" PhysicalSizeY="500" PhysicalSizeYUnit="nm" PhysicalSizeZ="2" PhysicalSizeZUnit="µm"`), 1000, 1000), "2,0.5,0.5"},
		{stack(3, 5, ome(`PhysicalSizeX="500" PhysicalSizeXUnit="nm" PhysicalSizeY="500" PhysicalSizeYUnit="nm" PhysicalSizeZ="0.5"`), 1000, 1000), ""},
		{stack(3, 5, ome(`PhysicalSizeX="0.5" PhysicalSizeY="0.5"`), 1000, 1000), ""},
		{stack(3, 5, ome(`PhysicalSizeX="x" PhysicalSizeY="0.5"`), 1000, 1000), ""},
		{stack(3, 5, imageJ+"spacing=3\n", 4000, 4000), "3,0.25,0.25"},
		{stack(3, 5, imageJ+"spacing=0.25\n", 4000, 4000), ""},
		{stack(3, 5, imageJ, 4000, 4000), ""},
		{stack(3, 5, imageJ+"spacing=3\n", 0, 4000), ""},
		{stack(1, 5, "ImageJ=1.53t\n", 2000, 4000), "0.25,0.5"},
		{stack(1, 5, "a camera", 2000, 4000), ""},
	} {
		dir := t.TempDir()
		for _, name := range []string{"a.tif", "b.tif"} {
			put(t, filepath.Join(dir, name), string(c.content))
		}
		o := plain(dir)
		report, err := Precompute(t.Context(), o)
		must(t, err)
		text := ""
		for _, w := range report.Warnings {
			if w.Kind == warnSpacing {
				text += w.Text
			}
		}
		want := ""
		if c.want != "" {
			want = "2 masks state voxel sizes that are not even (such as " + filepath.Join(dir, "a.tif") + "), as " + c.want +
				", and they are not used: distances are in pixels; --spacing " + c.want + " measures in those units"
		}
		if report.Made != 2 || text != want {
			t.Errorf("%d made, warned %q, want %q", report.Made, text, want)
		}
		if c.want == "" {
			continue
		}
		for v := range strings.SplitSeq(c.want, ",") {
			f, err := strconv.ParseFloat(v, 64)
			must(t, err)
			o.Spacing = append(o.Spacing, f)
		}
		report, err = Precompute(t.Context(), o)
		must(t, err)
		for _, w := range report.Warnings {
			if w.Kind == warnSpacing {
				t.Errorf("warned with the spacing given: %s", w.Text)
			}
		}
	}
}

// A run that measures in the units of the files says so, once.
func TestSpacingOfTheFilesIsSaid(t *testing.T) {
	volume := func(spacing ...float32) string {
		b := make([]byte, 352, 352+24)
		le := binary.LittleEndian
		le.PutUint32(b, 348)
		le.PutUint16(b[40:], 3)
		for i, s := range spacing {
			le.PutUint16(b[42+2*i:], []uint16{4, 3, 2}[i])
			le.PutUint32(b[80+4*i:], math.Float32bits(s))
		}
		le.PutUint16(b[70:], 2)
		le.PutUint32(b[108:], math.Float32bits(352))
		copy(b[344:], "n+1\x00")
		return string(append(b, make([]byte, 24)...))
	}
	for _, c := range []struct {
		files []string
		save  []Kind
		want  string
	}{
		{[]string{volume(0.7, 0.7, 2), volume(0.7, 0.7, 2)}, []Kind{Weights}, "spacing 2,0.7,0.7 from the files: distances, sigma included, are in those units"},
		{[]string{volume(0.7, 0.7, 2), volume(0.7, 0.7, 3)}, []Kind{D1}, "spacing from each file: distances, sigma included, are in those units"},
		{[]string{volume(0.7, 0.7, 2), volume(0.7, 0.7, 3)}, []Kind{Labels}, ""},
		{[]string{volume(1, 1, 1), volume(1, 1, 1)}, []Kind{Weights}, ""},
	} {
		dir := t.TempDir()
		for i, content := range c.files {
			put(t, filepath.Join(dir, fmt.Sprintf("%d.nii", i)), content)
		}
		o := plain(dir)
		o.Save = c.save
		said := ""
		o.Observe = func(e Event) {
			if e.Kind == EventNote && strings.Contains(e.Text, "spacing") {
				said += e.Text
			}
		}
		report, err := Precompute(t.Context(), o)
		must(t, err)
		if report.Made != 2 || said != c.want {
			t.Errorf("%d made, said %q, want %q", report.Made, said, c.want)
		}
		said, o.Force, o.Spacing = "", true, []float64{2, 1, 1}
		if _, err := Precompute(t.Context(), o); err != nil || said != "" {
			t.Errorf("with a spacing given: %v, said %q", err, said)
		}
	}
}
