package dataset

import (
	"encoding/binary"
	"fmt"
	"path/filepath"
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
