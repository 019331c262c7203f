package coco

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/weightmap/weightmap/internal/rle"
)

// drawer makes runs of segmentations, all of one image.
type drawer struct {
	height, width int
	budget        int // points of outlines that may still be drawn
}

// runs returns the parts of a segmentation, which together are the object.
func (d *drawer) runs(segmentation json.RawMessage) ([]rle.Runs, error) {
	switch s := bytes.TrimSpace(segmentation); {
	case len(s) == 0 || string(s) == "null" || string(s) == "[]":
		return nil, errors.New("has no segmentation")
	case s[0] == '[':
		var polygons [][]float64
		if err := json.Unmarshal(s, &polygons); err != nil {
			return nil, err
		}
		var all []rle.Runs
		for _, p := range polygons {
			runs, err := d.polygon(p)
			if err != nil {
				return nil, err
			}
			all = append(all, runs)
		}
		return all, nil
	}
	var r struct {
		Size   []int
		Counts json.RawMessage
	}
	if err := json.Unmarshal(segmentation, &r); err != nil {
		return nil, err
	}
	if !slices.Equal(r.Size, []int{d.height, d.width}) {
		return nil, fmt.Errorf("its runs are of an image of size %v, and the image is %d×%d", r.Size, d.height, d.width)
	}
	var (
		runs   rle.Runs
		text   string
		counts []int
	)
	err := json.Unmarshal(r.Counts, &text)
	if err == nil {
		runs, err = rle.FromString(text, d.height*d.width)
	} else if err = json.Unmarshal(r.Counts, &counts); err == nil {
		runs, err = rle.FromCounts(counts, d.height*d.width)
	}
	return []rle.Runs{runs}, err
}

// polygon fills an outline x0, y0, x1, y1, … as the COCO API does (rleFrPoly of
// maskApi.c): it is drawn five times as large, one point a step of its longer axis,
// and a column's pixels toggle where the outline crosses the column's middle.
func (d *drawer) polygon(xy []float64) (rle.Runs, error) {
	if len(xy) < 6 || len(xy)%2 != 0 {
		return nil, fmt.Errorf("has a polygon of %d numbers, which is no area", len(xy))
	}
	const scale = 5
	// So far out nobody annotates, and the outline is as long as it is far.
	limit := 4*float64(max(d.height, d.width)) + 1000
	n := len(xy) / 2
	x, y := make([]int, n+1), make([]int, n+1)
	for i := range n {
		if !(math.Abs(xy[2*i]) <= limit && math.Abs(xy[2*i+1]) <= limit) {
			return nil, fmt.Errorf("has the point (%v, %v), far outside the image", xy[2*i], xy[2*i+1])
		}
		x[i], y[i] = nearest(scale*xy[2*i]), nearest(scale*xy[2*i+1])
	}
	x[n], y[n] = x[0], y[0]

	var toggles []int // pixels, down the columns
	started := false
	var u, v int // the point before
	point := func(pu, pv int) {
		if started && pu != u {
			// The middle of a pixel's column lies between two columns of points.
			left, top := pu, min(pv, v)
			if pu > u {
				left--
			}
			if left >= 0 && left%scale == scale/2 && left/scale < d.width {
				row := math.Ceil((float64(top)+.5)/scale - .5)
				row = min(max(row, 0), float64(d.height))
				toggles = append(toggles, left/scale*d.height+int(row))
			}
		}
		u, v, started = pu, pv, true
	}
	for i := range n {
		x0, y0, x1, y1 := x[i], y[i], x[i+1], y[i+1]
		dx, dy := abs(x1-x0), abs(y1-y0)
		if d.budget -= max(dx, dy) + 1; d.budget < 0 {
			return nil, errors.New("the outlines are far too long for the image's size")
		}
		// Lines are drawn from the lower end, so that they are the same both ways.
		flip := dx >= dy && x0 > x1 || dx < dy && y0 > y1
		if flip {
			x0, y0, x1, y1 = x1, y1, x0, y0
		}
		long, slope := dx, float64(y1-y0)/float64(dx)
		if dx < dy {
			long, slope = dy, float64(x1-x0)/float64(dy)
		}
		for k := range long + 1 {
			t := k
			if flip {
				t = long - k
			}
			switch {
			case dx == 0 && dy == 0:
				point(x0, y0)
			case dx >= dy:
				point(t+x0, nearest(float64(y0)+float64(slope*float64(t))))
			default:
				point(nearest(float64(x0)+float64(slope*float64(t))), t+y0)
			}
		}
	}
	slices.Sort(toggles)
	var runs rle.Runs
	end := 0
	for _, p := range toggles {
		runs = append(runs, p-end)
		end = p
	}
	return append(runs, d.height*d.width-end), nil
}

// nearest rounds as the COCO API does, which for numbers below zero is not always to
// the nearest. The conversion keeps the sum from being fused with a product before it.
func nearest(f float64) int { return int(float64(f) + .5) }

func abs(n int) int { return max(n, -n) }
