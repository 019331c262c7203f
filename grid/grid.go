// Package grid holds the one data type that flows through weightmap: a dense,
// C-ordered array of any number of axes.
//
// A Grid is what an NPY file holds: a shape and the elements in row-major
// order, the last axis varying fastest. The element at (i0, i1, …, ik) of shape
// (n0, n1, …, nk) is Data[(…(i0·n1 + i1)·n2 + …)·nk + ik]. An image is {H, W}, a
// stack {D, H, W}, a batch {N, H, W} or {N, C, H, W}. There are no strides, so a
// leading-axis view ([Grid.Sub]) is contiguous and can serve as a destination.
//
//	m := grid.New[uint8](2, 3)
//	m.Set(255, 1, 2)
//	row := m.Sub(1) // shares m's elements: row.Data is {0, 0, 255}
//
// Three kinds have names: [Mask], [Labels] and [Map]. Physical spacing is an
// option of the functions that measure, in the order of Shape, and no field.
package grid

import (
	"fmt"
	"slices"
)

// Element is any number a Grid may hold.
type Element interface {
	~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~float32 | ~float64
}

// Grid is a dense array in C order. The zero Grid has no axes; it is of use only
// as something to fill in. Everywhere else len(Data) is the product of Shape.
type Grid[T Element] struct {
	Shape []int
	Data  []T
}

// Mask marks pixels: 0 is background, anything else foreground.
type Mask = Grid[uint8]

// Labels names the object each pixel belongs to: 0 is background, ids are positive.
type Labels = Grid[int32]

// Map holds one measured value a pixel: a distance, a weight, a loss.
type Map = Grid[float32]

// New returns a grid of zeros. It panics on a negative axis or a shape whose
// size overflows int.
func New[T Element](shape ...int) *Grid[T] {
	return &Grid[T]{Shape: slices.Clone(shape), Data: make([]T, Size(shape))}
}

// From returns a grid of that shape over data, which it shares. It panics unless
// data has exactly as many elements as the shape.
func From[T Element](data []T, shape ...int) *Grid[T] {
	if n := Size(shape); n != len(data) {
		panic(fmt.Sprintf("grid: %d elements do not fill shape %v, which has %d", len(data), shape, n))
	}
	return &Grid[T]{Shape: slices.Clone(shape), Data: data}
}

// Like returns dst if it has the shape, and a new grid of that shape if dst is
// nil. It panics with both shapes otherwise: this is how destinations are taken.
// The elements of a dst that was given are left as they are.
func Like[T Element](dst *Grid[T], shape []int) *Grid[T] {
	if dst == nil {
		return New[T](shape...)
	}
	MustMatch("destination", dst.Shape, shape)
	return dst
}

// MustMatch panics with both shapes if they differ. The name says whose shape got is.
func MustMatch(name string, got, want []int) {
	if !slices.Equal(got, want) {
		panic(fmt.Sprintf("grid: %s has shape %v, want %v", name, got, want))
	}
}

// Size returns the number of elements of a shape; 1 if it has no axes. It panics
// on a negative axis and on a product beyond int.
func Size(shape []int) int {
	n, ok := CheckedSize(shape)
	if !ok {
		panic(fmt.Sprintf("grid: shape %v has a negative axis or too many elements", shape))
	}
	return n
}

// CheckedSize is [Size] for shapes that come from files: it reports rather than
// panics when an axis is negative or the product does not fit an int.
func CheckedSize(shape []int) (n int, ok bool) {
	const maxInt = int(^uint(0) >> 1)
	n = 1
	zero := false
	for _, k := range shape {
		switch {
		case k < 0:
			return 0, false
		case k == 0:
			zero = true
		case n > maxInt/k:
			return 0, false
		default:
			n *= k
		}
	}
	if zero {
		return 0, true
	}
	return n, true
}

// Axis splits a shape around axis a: the element i of the line (o, j) along that
// axis has the index (o·n + i)·inner + j, with o < outer, i < n and j < inner.
func Axis(shape []int, a int) (outer, n, inner int) {
	return Size(shape[:a]), shape[a], Size(shape[a+1:])
}

// Index returns the position in Data of the element at the coordinates, one an axis.
func (g *Grid[T]) Index(at ...int) int {
	if len(at) != len(g.Shape) {
		panic(fmt.Sprintf("grid: %d coordinates for shape %v", len(at), g.Shape))
	}
	i := 0
	for a, x := range at {
		if x < 0 || x >= g.Shape[a] {
			panic(fmt.Sprintf("grid: coordinates %v outside shape %v", at, g.Shape))
		}
		i = i*g.Shape[a] + x
	}
	return i
}

// At returns the element at the coordinates, one an axis.
func (g *Grid[T]) At(at ...int) T { return g.Data[g.Index(at...)] }

// Set stores v at the coordinates, one an axis.
func (g *Grid[T]) Set(v T, at ...int) { g.Data[g.Index(at...)] = v }

// Sub returns the view of the item i of the leading axis. It shares g's elements.
func (g *Grid[T]) Sub(i int) *Grid[T] {
	if len(g.Shape) == 0 || i < 0 || i >= g.Shape[0] {
		panic(fmt.Sprintf("grid: no item %d in shape %v", i, g.Shape))
	}
	n := Size(g.Shape[1:])
	return &Grid[T]{Shape: slices.Clone(g.Shape[1:]), Data: g.Data[i*n : (i+1)*n : (i+1)*n]}
}

// Clone returns a copy that shares nothing with g.
func (g *Grid[T]) Clone() *Grid[T] {
	return &Grid[T]{Shape: slices.Clone(g.Shape), Data: slices.Clone(g.Data)}
}

// Equal reports whether a and b have the same shape and elements. As with ==, a
// NaN is equal to nothing.
func Equal[T Element](a, b *Grid[T]) bool {
	return slices.Equal(a.Shape, b.Shape) && slices.Equal(a.Data, b.Data)
}
