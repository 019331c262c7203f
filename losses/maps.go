package losses

import (
	"math"
	"slices"

	"github.com/weightmap/weightmap/edt"
	"github.com/weightmap/weightmap/grid"
)

// distances measures the images of a batch one after another, with memory to be used
// again. Every axis after the first is space. Ignored pixels count as background.
type distances struct {
	edt               edt.Scratch
	mask              grid.Mask // one image
	view              grid.Map  // one image of truth or prediction
	truth, prediction grid.Map
}

// measure stores, for each image, what f makes of the mask source > threshold.
func (d *distances) measure(dst *grid.Map, b Batch, source []float32, threshold float32, spacing []float64,
	f func(*grid.Map, *grid.Mask, edt.Options) *grid.Map) *grid.Map {
	shape := b.Logits.Shape
	dst.Shape = append(dst.Shape[:0], shape...)
	dst.Data = resize(dst.Data, len(source))
	if shape[0] == 0 {
		return dst
	}
	size := len(source) / shape[0]
	d.mask.Shape = append(d.mask.Shape[:0], shape[1:]...)
	d.mask.Data = resize(d.mask.Data, size)
	d.view.Shape = append(d.view.Shape[:0], shape[1:]...)
	for lo := 0; lo < len(source); lo += size {
		for i, v := range source[lo : lo+size] {
			d.mask.Data[i] = 0
			if v > threshold && !b.ignored(lo+i) {
				d.mask.Data[i] = 1
			}
		}
		d.view.Data = dst.Data[lo : lo+size]
		f(&d.view, &d.mask, edt.Options{Spacing: spacing, Scratch: &d.edt})
	}
	return dst
}

func (b Batch) ignored(i int) bool {
	return b.Ignore != nil && b.Ignore.Data[i] != 0 || b.Weight != nil && b.Weight.Data[i] == 0
}

// depth is the distance of each pixel of the truth to the background.
func (d *distances) depth(b Batch, spacing []float64) *grid.Map {
	return d.measure(&d.truth, b, b.Target.Data, 0.5, spacing, edt.Transform)
}

// level is [LevelSet] of the truth.
func (d *distances) level(b Batch, spacing []float64) *grid.Map {
	return d.measure(&d.truth, b, b.Target.Data, 0.5, spacing, LevelSet)
}

// toBoundary returns the distances to the boundary of the truth and of the prediction:
// inside to the nearest pixel outside, outside to the nearest inside; 0 if there is none.
func (d *distances) toBoundary(b Batch, spacing []float64) (truth, prediction *grid.Map) {
	truth = d.measure(&d.truth, b, b.Target.Data, 0.5, spacing, edt.Signed)
	prediction = d.measure(&d.prediction, b, b.Logits.Data, 0, spacing, edt.Signed)
	for _, m := range [...]*grid.Map{truth, prediction} {
		for i, v := range m.Data {
			m.Data[i] = finite(float32(math.Abs(float64(v))))
		}
	}
	return truth, prediction
}

// toBoundaryPixels moves the zero of a signed distance from between the pixels to the
// outermost pixels of the object.
func toBoundaryPixels(phi []float32, spacing []float64) {
	step := float32(1)
	if len(spacing) > 0 {
		step = float32(slices.Min(spacing))
	}
	for i, v := range phi {
		if v < 0 {
			v += step
		}
		phi[i] = finite(v)
	}
}

// finite returns v, and 0 for the infinity that stands where there is nothing to
// measure to.
func finite(v float32) float32 {
	if math.IsInf(float64(v), 0) {
		return 0
	}
	return v
}
