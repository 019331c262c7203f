package edt

import (
	"math"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/parallel"
)

// kind is what a sweep finds for each pixel.
type kind int

const (
	nearest kind = iota // the distance to the nearest site of a mask
	feature             // that, and what belongs to the site: its index in a mask, its label in a label grid
	edge                // the distance to the nearest pixel that is not of the same object
	two                 // distance and id of the two nearest distinct objects
)

// A sweep takes a grid through its axes. After the scan of the first, every pixel
// knows the steps to the nearest site along that axis. Every further axis replaces
// what the pixels of a line know by the lower envelope of what they all know.
//
// The grid is scanned plane by plane, a plane being all that has one position on the
// first axis: a row of an image, an image of a stack. The steps that the scan counts
// always fit 32 bits; it is their squares that are counted in S.
type sweep[S number] struct {
	plan
	lines []line[S]
	inf   S // the square of no distance

	planes, stretches int           // a stretch, and in all
	shared            bool          // by several workers
	before, after     record[int32] // what is known before each stretch and, if it is shared, after it
}

// plan is what a sweep is to do, whatever its squares are counted in.
type plan struct {
	inputs
	metric
	o     Options
	shape []int

	made       int     // axes of length 1 put before the others to have two
	far        int32   // more steps than any line has
	reach      int     // so many steps are too far to matter
	scanWeight float64 // what the square of a step of the scan is worth
	limited    bool
	gaps       bool    // only background with d1 + d2 within the limit is of interest
	limit      float64 // the largest square of interest
}

// transform does the whole of it.
func (s *sweep[S]) transform(in *inputs, shape []int, m metric, o Options) {
	if grid.Size(shape) == 0 {
		return
	}
	s.inputs, s.metric, s.o = *in, m, o
	s.shape, s.made = shape, max(0, 2-len(shape))
	if s.made > 0 { // a line is an image of one row
		s.shape = append([]int{1, 1}[:s.made:s.made], shape...)
	}
	longest := 0 // of the lines that are loaded
	for _, k := range s.shape[1:] {
		longest = max(longest, k)
	}
	farthest := max(longest, s.shape[0]) + 2
	s.inf, s.far = infinite[S](), int32(farthest)
	s.reach, s.scanWeight = farthest, s.axisWeight(0)
	s.limited = o.Radius > 0 && s.kind == two
	s.gaps, s.limit = false, math.Inf(1)
	if s.limited {
		s.gaps = o.Gaps
		s.limit = o.Radius / m.scale * (o.Radius / m.scale)
		s.reach = int(min(float64(s.reach), math.Sqrt(s.limit/s.scanWeight)+2))
	}
	workers := max(1, o.Workers)
	for len(s.lines) < workers {
		s.lines = append(s.lines, line[S]{})
	}
	s.divide(workers)
	for w := range s.lines[:workers] {
		s.lines[w].reserve(s.kind, longest, grid.Size(s.shape[1:]), s.planes, len(s.shape) > 2)
	}

	team := parallel.Gather(min(workers, s.stretches))
	defer team.Dismiss()
	team.Do((*scout[S])(s), s.stretches, s.stretches)
	if s.stretches > 2 {
		team.Do((*merging[S])(s), grid.Size(s.shape[1:]), workers)
	}
	team.Do(s, s.stretches, s.stretches)
	s.inputs = inputs{}
}

// axisWeight is what the square of a step along the axis is worth.
func (p *plan) axisWeight(axis int) float64 {
	if axis < p.made {
		return 1
	}
	return p.weight(axis - p.made)
}

// border reports whether the pixels outside the image along the axis are sites. The
// row that a line was made an image with has no outside.
func (p *plan) border(axis int) bool {
	return p.o.BorderIsBackground && axis >= p.made && (p.kind == nearest || p.kind == edge)
}
