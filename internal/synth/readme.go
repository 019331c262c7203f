package synth

import (
	"fmt"
	"strconv"
	"strings"
)

// Flags returns the command-line flags that ask for the set.
func (s Set) Flags() string {
	flags := fmt.Sprintf("--seed %d --images %d --size %s --stack %s", s.Seed, s.Images, sides(s.Size), sides(s.Stack))
	if s.Objects > 0 {
		flags += fmt.Sprintf(" --objects %d", s.Objects)
	}
	return flags
}

// sides writes a shape as the flags do.
func sides(shape []int) string {
	if shape == nil {
		return "none"
	}
	parts := make([]string, len(shape))
	for i, n := range shape {
		parts[i] = strconv.Itoa(n)
	}
	return strings.Join(parts, ",")
}

// readme is the text that goes with the set.
func (s Set) readme() string {
	var b strings.Builder
	fmt.Fprintf(&b, `# Drawn nuclei

Everything here was drawn by

    weightmap synth %s DIR

No microscope has seen these nuclei. About one in six touches another: there is no
background between their ids, and in the binary masks they are one component.

`, s.Flags())
	if s.Images > 0 {
		b.WriteString(`- nuclei/images, nuclei/labels: 8-bit images, and their nuclei as 16-bit ids 1 to n
- binary/masks: the same nuclei as 0 and 255
- stage1_train: the first image (at most 256 × 320 of it) in the layout of the 2018 Data
  Science Bowl: a folder an image, a 0/255 file a nucleus
`)
	}
	if s.Stack != nil {
		fmt.Fprintf(&b, `- stack/images, stack/labels: a stack (depth, height, width) as uint8 and uint16 NPY; its
  planes are twice as far apart as its pixels (spacing %d,1,1)
`, PlaneStep)
	}
	return b.String()
}
