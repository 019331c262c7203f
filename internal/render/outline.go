package render

import (
	"image"
	"image/color"

	"github.com/weightmap/weightmap/grid"
)

// outline draws lines around the objects, on their own side of their edges, so
// that what lies between them stays to be seen. Pixels are enlarged k times. The
// picture's edge is no edge of an object.
func outline(dst *image.RGBA, labels *grid.Labels, k int, pen color.Color) {
	h, w := labels.Shape[0], labels.Shape[1]
	c := color.RGBAModel.Convert(pen).(color.RGBA)
	thick := max(1, (k+1)/4)
	fill := func(x0, y0, x1, y1 int) {
		for y := y0; y < y1; y++ {
			for x := x0; x < x1; x++ {
				dst.SetRGBA(x, y, c)
			}
		}
	}
	for y := range h {
		for x := range w {
			id := labels.Data[y*w+x]
			if id == 0 {
				continue
			}
			differs := func(dy, dx int) bool {
				yy, xx := y+dy, x+dx
				return yy >= 0 && yy < h && xx >= 0 && xx < w && labels.Data[yy*w+xx] != id
			}
			x0, y0, x1, y1 := x*k, y*k, (x+1)*k, (y+1)*k
			if differs(-1, 0) {
				fill(x0, y0, x1, y0+thick)
			}
			if differs(1, 0) {
				fill(x0, y1-thick, x1, y1)
			}
			if differs(0, -1) {
				fill(x0, y0, x0+thick, y1)
			}
			if differs(0, 1) {
				fill(x1-thick, y0, x1, y1)
			}
			// A corner where only the diagonal neighbour differs joins two lines.
			for _, d := range [4][2]int{{-1, -1}, {-1, 1}, {1, -1}, {1, 1}} {
				if k > 1 && differs(d[0], d[1]) {
					cx, cy := x0, y0
					if d[1] > 0 {
						cx = x1 - thick
					}
					if d[0] > 0 {
						cy = y1 - thick
					}
					fill(cx, cy, cx+thick, cy+thick)
				}
			}
		}
	}
}
