package render

import (
	"image"
	"image/draw"
)

// layout is where everything goes on the page.
type layout struct {
	f     *Figure
	fonts fonts
	rows  int
	cols  int
	cell  image.Point // size of the largest picture

	pictures []*image.RGBA

	left, top  int   // of the first cell's picture
	stepX      int   // from column to column
	rowY       []int // top of each row's pictures
	size       image.Point
	barHeight  int // of the bar at the right
	belowTop   int // of the bars below
	cellTitles bool
}

// What pictures are enlarged to: the longer side of a single one, all in a row
// together, and one in a row at least; the same for thumbs.
const (
	sideOfOne  = 1100
	rowOfMany  = 1500
	leastSide  = 240
	sheetWidth = 1400
	leastThumb = 150
)

func (f *Figure) layout() *layout {
	l := &layout{f: f, cols: f.Columns}
	if l.cols <= 0 || l.cols > len(f.Cells) {
		l.cols = max(1, len(f.Cells))
	}
	l.rows = (len(f.Cells) + l.cols - 1) / l.cols
	l.drawPictures()
	l.fonts = newFonts(max(l.cols*l.cell.X/80, l.cell.X/38, 13))
	l.place()
	return l
}

// drawPictures brings the pictures to their size.
func (l *layout) drawPictures() {
	enlarge := l.f.Enlarge
	if enlarge == 0 {
		largest := 0
		for _, c := range l.f.Cells {
			b := c.Picture.Bounds()
			largest = max(largest, b.Dx(), b.Dy())
		}
		side := sideOfOne
		if l.cols > 1 {
			side = max(leastSide, rowOfMany/l.cols)
		}
		enlarge = nearest(side, largest)
	}
	for i := range l.f.Cells {
		p := l.f.Cells[i].draw(enlarge)
		l.pictures = append(l.pictures, p)
		l.cell.X, l.cell.Y = max(l.cell.X, p.Rect.Dx()), max(l.cell.Y, p.Rect.Dy())
		l.cellTitles = l.cellTitles || l.f.Cells[i].Title != ""
	}
}

// nearest returns the factor that brings length nearest to want, at least 1.
func nearest(want, length int) int {
	length = max(1, length)
	return max(1, (2*want+length)/(2*length))
}

// place decides where the pictures go, and how large the page is.
func (l *layout) place() {
	f, em := l.f, l.fonts.em
	l.left = em
	y := em
	if f.Title != "" {
		y += l.fonts.title.height
	}
	if f.Note != "" {
		y += l.fonts.small.height
	}
	if f.Title != "" || f.Note != "" {
		y += em / 2
	}
	if f.ColumnTitles != nil {
		y += l.fonts.body.height + em/4
	}
	l.stepX = l.cell.X + em*3/4
	for range l.rows {
		if f.RowTitles != nil {
			y += l.fonts.small.height
		}
		if l.cellTitles {
			y += l.fonts.small.height + em/5
		}
		l.rowY = append(l.rowY, y)
		y += l.cell.Y + em*3/4
	}
	y -= em * 3 / 4
	l.top = l.rowY[0]
	l.barHeight = y - l.top
	if l.rows > 1 {
		l.barHeight = min(l.barHeight, 40*em) // for many rows, a bar at the top
	}
	right := l.left + l.width()
	if f.Right != nil {
		right += em + f.Right.upright(nil, image.Point{}, l.barHeight, l.fonts)
	}
	l.belowTop = y + em*2/3
	deepest := 0
	for _, s := range f.Below {
		if s != nil {
			deepest = max(deepest, s.flat(nil, image.Point{}, l.cell.X, l.fonts))
		}
	}
	if deepest > 0 {
		y = l.belowTop + deepest
	}
	l.size = image.Pt(right+em, y+em)
}

// width is that of all columns.
func (l *layout) width() int { return (l.cols-1)*l.stepX + l.cell.X }

// draw draws everything.
func (l *layout) draw(page draw.Image) {
	f, em := l.f, l.fonts.em
	y := em
	center := func(t *typeface, s string, x, y, width int) image.Point {
		return image.Pt(x+max(0, width-t.width(s))/2, y)
	}
	if f.Title != "" {
		s := l.fonts.title.fit(f.Title, l.size.X-2*em)
		l.fonts.title.draw(page, center(l.fonts.title, s, l.left, y, l.width()), s, ink)
		y += l.fonts.title.height
	}
	if f.Note != "" {
		s := l.fonts.small.fit(f.Note, l.size.X-2*em)
		l.fonts.small.draw(page, center(l.fonts.small, s, l.left, y, l.width()), s, faint)
		y += l.fonts.small.height
	}
	if f.Title != "" || f.Note != "" {
		y += em / 2
	}
	for i, s := range f.ColumnTitles {
		x := l.left + i*l.stepX
		s = l.fonts.body.fit(s, l.cell.X)
		l.fonts.body.draw(page, center(l.fonts.body, s, x, y, l.cell.X), s, ink)
	}
	for i, p := range l.pictures {
		x, y := l.left+i%l.cols*l.stepX, l.rowY[i/l.cols]
		size := p.Rect.Size()
		at := image.Pt(x+(l.cell.X-size.X)/2, y)
		draw.Draw(page, image.Rectangle{at, at.Add(size)}, p, image.Point{}, draw.Src)
		if t := f.Cells[i].Title; t != "" {
			t = l.fonts.small.fit(t, l.cell.X)
			l.fonts.small.draw(page, center(l.fonts.small, t, x, y-l.fonts.small.height-em/5, l.cell.X), t, ink)
		}
	}
	for r, s := range f.RowTitles {
		top := l.rowY[r] - l.fonts.small.height
		if l.cellTitles {
			top -= l.fonts.small.height + em/5
		}
		l.fonts.small.draw(page, image.Pt(l.left, top), l.fonts.small.fit(s, l.width()), ink)
	}
	if f.Right != nil {
		f.Right.upright(page, image.Pt(l.left+l.width()+em, l.top), l.barHeight, l.fonts)
	}
	for i, s := range f.Below {
		if s != nil {
			s.flat(page, image.Pt(l.left+i*l.stepX, l.belowTop), l.cell.X, l.fonts)
		}
	}
}
