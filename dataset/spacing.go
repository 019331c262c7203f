package dataset

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/weightmap/weightmap/internal/tiff"
)

// spacings is what the distances between pixels were that files stated and that were
// used. It is safe for use by several goroutines.
type spacings struct {
	mu     sync.Mutex
	text   string
	stated bool // some file said something
	differ bool
}

// add notes the spacing that was used for an item; nil if its file states none.
func (s *spacings) add(spacing []float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := ""
	if spacing != nil {
		text = spacingText(spacing)
	}
	s.differ = s.differ || s.stated && text != s.text
	s.text, s.stated = text, true
}

// note is a sentence about the distances, or "" if they are in pixels.
func (s *spacings) note() string {
	const unit = "distances, sigma included, are in those units"
	switch {
	case s.differ:
		return "spacing from each file: " + unit
	case strings.Trim(s.text, "1,") == "":
		return ""
	}
	return fmt.Sprintf("spacing %s from the files: %s", s.text, unit)
}

// spacingText is what --spacing takes. Numbers that a file has in single precision get
// the digits of that.
func spacingText(spacing []float64) string {
	parts := make([]string, len(spacing))
	for i, v := range spacing {
		bits := 64
		if float64(float32(v)) == v {
			bits = 32
		}
		parts[i] = strconv.FormatFloat(v, 'g', -1, bits)
	}
	return strings.Join(parts, ",")
}

// unusedSpacing returns the size of the voxels of a TIFF, of so many axes, if the file
// states one that is not even. It is in metadata that many programs leave as they were,
// or write without being asked, so that it is no more than a reason to ask.
func unusedSpacing(t *tiff.File, axes int) []float64 {
	size := t.Voxel()
	spacing := size[3-axes:]
	least, most := slices.Min(spacing), slices.Max(spacing)
	if least == 0 || most <= 1.001*least {
		return nil
	}
	return spacing
}
