package labeling

import (
	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/parallel"
)

// Every row costs something, however short it is. So an image whose rows are shorter than this,
// and of which there are more, is labelled lying on its side.
const narrow = 8

// lying is an image on its side, and what the ids there become.
type lying struct {
	mask   grid.Mask
	labels grid.Labels
	ids    []int32
	shape  [2]int
	call   upright
}

// upright is what the lying image is turned from, and to.
type upright struct {
	pixels []uint8
	labels []int32
	h, w   int
}

// componentsLying labels an image that it turns and turns back. What touches stays the
// same, but not the raster order.
func (l *Labeler) componentsLying(dst *grid.Labels, mask *grid.Mask, c Connectivity) (*grid.Labels, int) {
	t := &l.lying
	h, w := mask.Shape[0], mask.Shape[1]
	t.call = upright{mask.Data, dst.Data, h, w}
	t.shape = [2]int{w, h}
	t.mask = grid.Mask{Shape: t.shape[:], Data: grow(t.mask.Data, h*w)}
	t.labels = grid.Labels{Shape: t.shape[:], Data: grow(t.labels.Data, h*w)}
	parallel.Do((*turning)(t), h, l.Workers)
	_, n := l.Components(&t.labels, &t.mask, c)

	t.ids = grow(t.ids, n+1)
	clear(t.ids)
	t.ids[0] = -1 // until the others have theirs
	next := int32(1)
	for y := range h {
		for i := y; i < h*w; i += h {
			if id := t.labels.Data[i]; t.ids[id] == 0 {
				t.ids[id] = next
				next++
			}
		}
	}
	t.ids[0] = 0
	parallel.Do((*turningBack)(t), h, l.Workers)
	t.call = upright{}
	return dst, n
}

type turning lying

// Run turns some rows of pixels.
func (t *turning) Run(_, lo, hi int) {
	h, w := t.call.h, t.call.w
	for x := range w {
		column := t.mask.Data[x*h : (x+1)*h]
		for y := lo; y < hi; y++ {
			column[y] = t.call.pixels[y*w+x]
		}
	}
}

type turningBack lying

// Run writes some rows of labels.
func (t *turningBack) Run(_, lo, hi int) {
	h, w := t.call.h, t.call.w
	for x := range w {
		column := t.labels.Data[x*h : (x+1)*h]
		for y := lo; y < hi; y++ {
			t.call.labels[y*w+x] = t.ids[column[y]]
		}
	}
}
