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
	pixels []uint8 // of the upright image
}

// componentsLying labels an image that it turns and turns back. What touches stays the
// same, but not the raster order.
func (l *Labeler) componentsLying(dst *grid.Labels, mask *grid.Mask, c Connectivity) (*grid.Labels, int) {
	t := &l.lying
	h, w := mask.Shape[0], mask.Shape[1]
	t.pixels, t.shape = mask.Data, [2]int{w, h}
	t.mask = grid.Mask{Shape: t.shape[:], Data: grow(t.mask.Data, h*w)}
	t.labels = grid.Labels{Shape: t.shape[:], Data: grow(t.labels.Data, h*w)}
	parallel.Share((*turning)(t), h, blocksEach*l.Workers, l.Workers)
	_, n := l.Components(&t.labels, &t.mask, c)

	t.ids = grow(t.ids, n+1)
	clear(t.ids)
	t.ids[0] = -1
	next, at := int32(0), 0
	for y := range h {
		for i := y; i < len(t.labels.Data); i += h {
			id := t.ids[t.labels.Data[i]]
			if id == 0 { // seen for the first time
				next++
				id = next
				t.ids[t.labels.Data[i]] = id
			}
			dst.Data[at] = max(id, 0)
			at++
		}
	}
	t.pixels = nil
	return dst, n
}

type turning lying

// Run turns some rows of pixels.
func (t *turning) Run(_, lo, hi int) {
	w, h := t.shape[0], t.shape[1]
	for x := range w {
		column := t.mask.Data[x*h : (x+1)*h]
		for y := lo; y < hi; y++ {
			column[y] = t.pixels[y*w+x]
		}
	}
}
