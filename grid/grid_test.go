package grid_test

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"strings"
	"testing"

	"github.com/weightmap/weightmap/grid"
)

func Example() {
	m := grid.New[uint8](2, 3)
	m.Set(255, 1, 2)
	row := m.Sub(1)
	row.Data[0] = 7
	fmt.Println(m.Shape, m.Data)
	fmt.Println(row.Shape, row.Data)
	// Output:
	// [2 3] [0 0 0 7 0 255]
	// [3] [7 0 255]
}

// Gray and the mask are two names of the same pixels.
func ExampleGray() {
	m := grid.New[uint8](2, 2)
	grid.Gray(m).SetGray(1, 0, color.Gray{Y: 9})
	fmt.Println(m.Data)
	// Output: [0 9 0 0]
}

func TestIndexIsRowMajor(t *testing.T) {
	g := grid.New[int32](2, 3, 4)
	for i := range g.Data {
		g.Data[i] = int32(i)
	}
	want := int32(0)
	for z := range 2 {
		for y := range 3 {
			for x := range 4 {
				if got := g.At(z, y, x); got != want {
					t.Fatalf("At(%d,%d,%d) = %d, want %d", z, y, x, got, want)
				}
				if got := g.Sub(z).Sub(y).Data[x]; got != want {
					t.Fatalf("Sub(%d).Sub(%d).Data[%d] = %d, want %d", z, y, x, got, want)
				}
				want++
			}
		}
	}
}

func TestAxisCoversEveryElementOnce(t *testing.T) {
	shape := []int{2, 3, 4, 5}
	for a := range shape {
		seen := make([]int, grid.Size(shape))
		outer, n, inner := grid.Axis(shape, a)
		for o := range outer {
			for j := range inner {
				for i := range n {
					seen[(o*n+i)*inner+j]++
				}
			}
		}
		for i, k := range seen {
			if k != 1 {
				t.Fatalf("axis %d visits element %d %d times", a, i, k)
			}
		}
	}
}

func TestASubViewCannotGrowIntoItsNeighbour(t *testing.T) {
	g := grid.New[uint8](2, 2)
	_ = append(g.Sub(0).Data, 9)
	if g.Data[2] != 0 {
		t.Fatal("append to item 0 wrote into item 1")
	}
}

func TestCheckedSize(t *testing.T) {
	for _, c := range []struct {
		shape []int
		n     int
		ok    bool
	}{
		{nil, 1, true},
		{[]int{0}, 0, true},
		{[]int{3, 0, 5}, 0, true},
		{[]int{2, 3}, 6, true},
		{[]int{-1}, 0, false},
		{[]int{0, -1}, 0, false},
		{[]int{math.MaxInt, 2}, 0, false},
		{[]int{math.MaxInt, 0, 2}, 0, false},
		{[]int{math.MaxInt/2 + 1, math.MaxInt/2 + 1}, 0, false},
	} {
		n, ok := grid.CheckedSize(c.shape)
		if n != c.n || ok != c.ok {
			t.Errorf("CheckedSize(%v) = %d, %v; want %d, %v", c.shape, n, ok, c.n, c.ok)
		}
	}
}

func TestPanicsNameBothShapes(t *testing.T) {
	for name, f := range map[string]func(){
		"[2 2]":  func() { grid.Like(grid.New[uint8](2, 2), []int{3, 3}) },
		"[3 3]":  func() { grid.Like(grid.New[uint8](2, 2), []int{3, 3}) },
		"[4 5]":  func() { grid.From(make([]uint8, 3), 4, 5) },
		"[-1 5]": func() { grid.New[uint8](-1, 5) },
		"[1 2]":  func() { grid.New[uint8](1, 2).At(1, 0) },
	} {
		func() {
			defer func() {
				if r := recover(); r == nil || !strings.Contains(fmt.Sprint(r), name) {
					t.Errorf("panic %v does not name %s", r, name)
				}
			}()
			f()
		}()
	}
}

func TestGrayBridge(t *testing.T) {
	whole := image.NewGray(image.Rect(0, 0, 4, 3))
	for i := range whole.Pix {
		whole.Pix[i] = uint8(i)
	}
	if m := grid.FromGray(whole); &m.Data[0] != &whole.Pix[0] {
		t.Error("FromGray copied contiguous pixels")
	}
	part := grid.FromGray(whole.SubImage(image.Rect(1, 1, 3, 3)).(*image.Gray))
	if !grid.Equal(part, grid.From([]uint8{5, 6, 9, 10}, 2, 2)) {
		t.Errorf("sub-image is %v %v", part.Shape, part.Data)
	}
	if m := grid.FromGray(image.NewGray(image.Rect(0, 0, 0, 3))); m.Shape[0] != 3 || m.Shape[1] != 0 {
		t.Errorf("an image of no columns has shape %v", m.Shape)
	}
}
