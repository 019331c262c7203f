package dataset

import (
	"math"

	"github.com/weightmap/weightmap/internal/dtype"
	"github.com/weightmap/weightmap/weights"
)

// declared is what the header of a file says of its pixels, before memory is taken for
// them.
type declared struct {
	shape  []int
	beside int // bytes a pixel that reading takes, besides those of the values
}

// declare tells who rations memory, if anybody does. The error is that of the file.
func (o *ReadOptions) declare(d declared) error {
	if o.declared == nil {
		return nil
	}
	return o.declared(d)
}

// The bytes that reading takes for a pixel, besides the four of its value.

// besideNumbers is for arrays of a type: those with numbers that an int32 may not hold
// are read as wider ones then; and where the number of elements is not known to be
// true, memory grows by doubling.
func besideNumbers(t dtype.Type, grows bool) int {
	n := 0
	if t == dtype.Uint32 || t.Size() > 4 || t.Float() {
		n = 8
	}
	if grows {
		n += 2 + n/2
	}
	return n
}

// need estimates the memory that an item takes, in bytes: the most of it that is in use
// at any time between opening its files and writing its last output. That is when its
// maps are computed: then there are the values, the labels and what the kernels use.
func (o *Options) need(it *Item, d declared) int64 {
	pixels := 1.
	for _, k := range d.shape {
		pixels *= float64(k)
	}
	plane := 0.
	if len(d.shape) > 2 {
		plane = pixels / float64(max(1, d.shape[0]))
	}
	const (
		value = 4
		label = 4
		mask  = 1
		// labelling is what finding components, cutting ridges or looking for pieces
		// takes besides the labels.
		labelling = 6
		buffers   = 2 << 20 // of a worker
	)
	reading := float64(d.beside)
	if it.Folder {
		reading += value // of the file that is laid over those before
	}
	each := value + max(reading, label+labelling)
	if o.Ignore != nil || it.from != nil {
		each += mask
	}
	kernels, planes := o.kernels()
	each += kernels
	total := pixels*each + (plane*planes+buffers)*float64(o.jobs())
	return int64(min(total, math.MaxInt64/4))
}

// kernels is what is computed and kept for a pixel, outputs included, and what a
// worker has of a stack's planes on their way.
func (o *Options) kernels() (each, plane float64) {
	const (
		two     = 16          // d1, d2 and whose they are
		ends    = 2 * two / 8 // what is known before and after the stretches that package edt scans
		stretch = two * 8     // of planes, if they are large
		way     = 3*two + 8   // what a plane knows there and back, and offers to the other axes
	)
	distances := o.saves(D1) || o.saves(D2)
	if distances {
		each += two
	}
	if o.saves(Weights) {
		each += 4
		if o.Weights.W0 > 0 {
			distances = true
			if o.Weights.Inside == weights.InsideBorder {
				each += 5 // the boundary, and the distance to it
			}
		}
	}
	if distances {
		each += ends
		plane = stretch + way
	}
	if o.saves(Target) {
		each++
	}
	return each, plane
}
