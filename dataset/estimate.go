package dataset

import (
	"math"

	"github.com/weightmap/weightmap/internal/dtype"
	"github.com/weightmap/weightmap/weights"
)

// declared is what the header of a file says of its pixels, before memory is taken for
// them.
type declared struct {
	shape   []int
	beside  int       // bytes a pixel that reading takes, besides those of the values
	spacing []float64 // as in Image
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
		buffers   = 1 << 20
	)
	reading := float64(d.beside)
	if it.Folder {
		reading += value // of the file that is laid over those before
	}
	each := value + max(reading, label+labelling)
	if o.Ignore != nil || it.from != nil {
		each += mask
	}
	if o.Spacing != nil {
		d.spacing = o.Spacing
	}
	kernels, planes := o.kernels(d)
	each += kernels
	// A plane is on its way through the other axes twice, for each worker.
	total := pixels*each + plane*planes*2*float64(o.jobs()) + buffers
	return int64(min(total, math.MaxInt64/4))
}

// kernels is what is computed and kept for a pixel, outputs included, and what a
// stack's plane has on its way.
func (o *Options) kernels(d declared) (each, plane float64) {
	step := 4.
	if isUneven(d) {
		step = 8
	}
	distances := o.saves(D1) || o.saves(D2)
	if distances {
		each += 16 // d1, d2 and whose they are
		if step > 4 {
			each += 2 * step
		}
	}
	if o.saves(Weights) {
		each += 4
		if u := o.Weights; u.W0 > 0 {
			if !distances {
				each += 8 + 2*step
			}
			if u.Inside == weights.InsideBorder {
				each += 5 // the boundary, and the distance to it
				if step > 4 {
					each += step
				}
			}
		}
	}
	if o.saves(Target) {
		each++
	}
	if each > 8 {
		plane = 8 + 2*step
	}
	return each, plane
}

// isUneven reports whether distances are not counted in whole steps of 32 bits.
func isUneven(d declared) bool {
	squares := 0.
	for _, k := range d.shape {
		squares += float64(k+2) * float64(k+2)
	}
	for _, s := range d.spacing {
		if s != d.spacing[0] {
			return true
		}
	}
	return squares >= 1<<30
}
