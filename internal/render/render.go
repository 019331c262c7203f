// Package render draws maps for people to look at: in colour, with a colour bar
// and a title, beside the image and the objects they belong to.
//
// A [Figure] is a table of pictures. One made of one map, with its objects outlined:
//
//	sum := render.Summarize(weights.Data)
//	s := render.Scale{Lo: sum.Min, Hi: sum.Max, Colors: render.Inferno(), Label: "weight"}
//	f := render.Figure{
//		Title: "cells-01",
//		Cells: []render.Cell{{Picture: s.Paint(weights), Outline: labels}},
//		Right: &s,
//	}
//	err := render.WritePNG(w, f.Draw(), nil)
//
// Pixels are enlarged as they are, by whole numbers; text and lines are drawn after
// that and stay sharp. Every value has the colour that the bar shows for it, except
// that what is not finite has a colour of its own, named beside the bar, and no part
// in the range.
package render

import (
	"image"
	"image/color"
	"image/draw"

	"github.com/disintegration/imaging"

	"github.com/weightmap/weightmap/grid"
)

// Figure is a table of pictures with titles and colour bars.
type Figure struct {
	Title string // above everything
	Note  string // small, under the title

	Cells   []Cell // in reading order
	Columns int    // 0 puts all cells into one row

	ColumnTitles []string // above each column, or nil
	RowTitles    []string // above each row, at the left, or nil

	Right *Scale   // colour bar at the right, for all cells
	Below []*Scale // colour bar below each column, nil for none

	// Enlarge is how many pixels wide and high a pixel is drawn; 0 picks what is
	// easy to look at.
	Enlarge int
}

// Cell is a picture in a Figure.
type Cell struct {
	Title   string // above the picture
	Picture image.Image
	Outline *grid.Labels // objects to outline, of the picture's size, or nil
	Ink     color.Color  // of the outlines; nil is white
}

// Colours of the page.
var (
	paper = color.RGBA{255, 255, 255, 255}
	ink   = color.RGBA{26, 26, 26, 255}
	faint = color.RGBA{110, 110, 110, 255}
)

// Draw draws the figure.
func (f *Figure) Draw() *image.RGBA {
	l := f.layout()
	page := image.NewRGBA(image.Rectangle{Max: l.size})
	fill(page, page.Rect, paper)
	l.draw(page)
	return page
}

// Thumb returns the cell for a figure of many: its picture enlarged, or reduced,
// to fit into a square of that side, with its outlines. Such figures have Enlarge 1.
func (c Cell) Thumb(side int) Cell {
	size := c.Picture.Bounds().Size()
	var p image.Image = c.draw(max(1, side/max(1, size.X, size.Y)))
	if size.X > side || size.Y > side {
		p = imaging.Fit(p, side, side, imaging.Box)
	}
	return Cell{Title: c.Title, Picture: p}
}

// ThumbSide is the side of thumbs that makes a sheet of so many columns a good page.
func ThumbSide(columns int) int { return max(leastThumb, sheetWidth/max(1, columns)) }

// draw returns the picture enlarged k times, with its outlines.
func (c *Cell) draw(k int) *image.RGBA {
	size := c.Picture.Bounds().Size()
	big := image.NewRGBA(image.Rect(0, 0, size.X*k, size.Y*k))
	magnify(big, c.Picture, k)
	if c.Outline != nil {
		pen := c.Ink
		if pen == nil {
			pen = paper
		}
		outline(big, c.Outline, k, pen)
	}
	return big
}

// magnify draws each pixel of src as a square of k by k.
func magnify(dst *image.RGBA, src image.Image, k int) {
	b := src.Bounds()
	line := image.NewRGBA(image.Rect(0, 0, b.Dx(), 1))
	for y := range b.Dy() {
		draw.Draw(line, line.Rect, src, image.Pt(b.Min.X, b.Min.Y+y), draw.Src)
		row := dst.Pix[y*k*dst.Stride : y*k*dst.Stride+b.Dx()*k*4]
		for x := range b.Dx() {
			for j := range k {
				copy(row[(x*k+j)*4:], line.Pix[x*4:x*4+4])
			}
		}
		for j := 1; j < k; j++ {
			copy(dst.Pix[(y*k+j)*dst.Stride:], row)
		}
	}
}
