package render

import (
	"image"
	"image/color"
	"slices"

	"github.com/weightmap/weightmap/edt"
	"github.com/weightmap/weightmap/grid"
)

// palette is that of Okabe and Ito (2008), which the colour-blind can tell apart,
// without its black, which is the background.
var palette = [...]color.RGBA{
	{86, 180, 233, 255}, // sky blue
	{230, 159, 0, 255},  // orange
	{0, 158, 115, 255},  // green
	{240, 228, 66, 255}, // yellow
	{204, 121, 167, 255},
	{0, 114, 178, 255}, // blue
	{213, 94, 0, 255},  // vermilion
}

// PaintIDs returns the picture of {H, W} ids: objects that are neighbours have
// different colours, and background is black.
func PaintIDs(labels *grid.Labels) *image.RGBA {
	h, w := labels.Shape[0], labels.Shape[1]
	colors := colorIDs(labels)
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i, id := range labels.Data {
		c := color.RGBA{A: 255}
		if id != 0 {
			c = palette[colors[id]]
		}
		img.Pix[4*i], img.Pix[4*i+1], img.Pix[4*i+2], img.Pix[4*i+3] = c.R, c.G, c.B, 255
	}
	return img
}

// colorIDs gives each id one of the palette's colours. Neighbours are the objects
// whose Voronoi cells share a border, so that those differ too that only nearly
// touch. That graph is almost always planar and its ids are taken in order of how
// few neighbours are left once they are taken out (Matula and Beck 1983), for
// which six colours are enough.
func colorIDs(labels *grid.Labels) map[int32]int {
	near := map[int32][]int32{}
	for _, id := range labels.Data {
		if id != 0 {
			near[id] = nil
		}
	}
	if len(near) == 0 {
		return nil
	}
	cells := edt.NearestLabel(nil, labels, edt.Options{})
	eachPair(cells, func(a, b int32) {
		if !slices.Contains(near[a], b) {
			near[a], near[b] = append(near[a], b), append(near[b], a)
		}
	})
	order := smallestLast(near)
	colors := make(map[int32]int, len(near))
	var used [len(palette)]int
	for _, id := range slices.Backward(order) {
		var taken [len(palette)]int
		for _, other := range near[id] {
			if c, ok := colors[other]; ok {
				taken[c]++
			}
		}
		best := 0
		for c := range palette {
			if taken[c] < taken[best] || taken[c] == taken[best] && used[c] < used[best] {
				best = c
			}
		}
		colors[id] = best
		used[best]++
	}
	return colors
}

// eachPair calls f with the ids of neighbouring pixels, corners included, where
// they differ.
func eachPair(labels *grid.Labels, f func(a, b int32)) {
	h, w := labels.Shape[0], labels.Shape[1]
	for y := range h {
		for x := range w {
			id := labels.Data[y*w+x]
			for _, d := range [4][2]int{{0, 1}, {1, -1}, {1, 0}, {1, 1}} {
				yy, xx := y+d[0], x+d[1]
				if yy < h && xx >= 0 && xx < w && labels.Data[yy*w+xx] != id {
					f(id, labels.Data[yy*w+xx])
				}
			}
		}
	}
}

// smallestLast takes the ids out one by one, always one with the fewest neighbours
// left, and returns them in that order.
func smallestLast(near map[int32][]int32) []int32 {
	degree := make(map[int32]int, len(near))
	most := 0
	for id, others := range near {
		degree[id] = len(others)
		most = max(most, len(others))
	}
	buckets := make([][]int32, most+1)
	ids := make([]int32, 0, len(near))
	for id := range near {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		buckets[degree[id]] = append(buckets[degree[id]], id)
	}
	order := ids[:0:0]
	for k := 0; k <= most; {
		n := len(buckets[k])
		if n == 0 {
			k++
			continue
		}
		id := buckets[k][n-1]
		buckets[k] = buckets[k][:n-1]
		if d, ok := degree[id]; !ok || d != k {
			continue // it moved to another bucket
		}
		delete(degree, id)
		order = append(order, id)
		for _, other := range near[id] {
			if d, ok := degree[other]; ok {
				degree[other] = d - 1
				buckets[d-1] = append(buckets[d-1], other)
				k = min(k, d-1)
			}
		}
	}
	return order
}
