// Package npy reads and writes NumPy's array files.
//
// An NPY file is a magic string, a version, a header and the raw elements. The
// header is a Python dict: the type of the numbers, the order of the axes and the
// shape. That is all a [grid.Grid] has, so
//
//	err := npy.WriteFile("a.npy", grid.New[float32](480, 640))
//
// makes the very bytes that numpy.save does, with the data aligned to 64 bytes so
// that numpy.load can map it, and
//
//	labels, err := npy.ReadFile[int32]("ids.npy", 1<<31)
//
// takes any file of integers, floats or booleans, in both byte orders, C or Fortran
// order, of format versions 1.0, 2.0 and 3.0. Numbers become the wanted type
// exactly or the file is refused. No header is trusted: what it declares is checked
// against the limit and against the bytes that exist before memory is taken, and
// where their number is not known, memory grows with what has been read.
//
// The format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
package npy

import (
	"fmt"
	"io"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/dtype"
)

const magic = "\x93NUMPY"

// Header is what a file says of its array.
type Header struct {
	Dtype     dtype.Type
	BigEndian bool
	Fortran   bool // the first axis varies fastest
	Shape     []int
	Offset    int // of the first element from the start of the file, in bytes
}

// Limits bounds what a file may make a reader do.
type Limits struct {
	Elements int   // the most elements an array may have; 0 is no limit
	Bytes    int64 // the length of the input, or 0 where it is not known
	Most     int64 // the most that it can be, where only that is known, or 0
}

// Read reads an array and makes its elements T. An element that T cannot hold is
// a [*dtype.ValueError]. Bytes after the array are not looked at, as in numpy.load.
func Read[T grid.Element](r io.Reader, l Limits) (*grid.Grid[T], error) {
	h, err := ReadHeader(r)
	if err != nil {
		return nil, err
	}
	return ReadData[T](r, h, l)
}

// ReadData reads the elements that follow the header.
func ReadData[T grid.Element](r io.Reader, h Header, l Limits) (*grid.Grid[T], error) {
	n, err := h.Check(l)
	if err != nil {
		return nil, err
	}
	data, err := dtype.Read[T](r, n, h.Dtype, h.BigEndian, l.Bytes > 0)
	if err == io.ErrUnexpectedEOF {
		return nil, fmt.Errorf("npy: the file ends before the %d elements of shape %v do", n, h.Shape)
	} else if err != nil {
		return nil, fmt.Errorf("npy: %w", err)
	}
	if h.Fortran {
		data = fromFortran(data, h.Shape)
	}
	return grid.From(data, h.Shape...), nil
}

// Check returns the number of elements if the limits allow it.
func (h Header) Check(l Limits) (int, error) {
	n, ok := grid.CheckedSize(h.Shape)
	const maxInt = int(^uint(0) >> 1)
	if !ok || n > maxInt/16 {
		return 0, fmt.Errorf("npy: shape %v has more elements than memory can", h.Shape)
	}
	if l.Elements > 0 && n > l.Elements {
		return 0, fmt.Errorf("npy: shape %v has %d elements, and at most %d are allowed", h.Shape, n, l.Elements)
	}
	need := int64(h.Offset) + int64(n*h.Dtype.Size())
	for _, have := range []int64{l.Bytes, l.Most} {
		if have > 0 && need > have {
			return 0, fmt.Errorf("npy: shape %v of %v takes %d bytes, and the file has at most %d", h.Shape, h.Dtype, need, have)
		}
	}
	return n, nil
}

// fromFortran returns the elements in C order.
func fromFortran[T grid.Element](src []T, shape []int) []T {
	if len(shape) < 2 || len(src) == 0 {
		return src
	}
	stride := make([]int, len(shape)) // in src, of each axis
	stride[0] = 1
	for a := 1; a < len(shape); a++ {
		stride[a] = stride[a-1] * shape[a-1]
	}
	dst := make([]T, len(src))
	last := len(shape) - 1
	at := make([]int, last) // the coordinates of a line along the last axis
	for i, from := 0, 0; i < len(dst); {
		for j := range shape[last] {
			dst[i] = src[from+j*stride[last]]
			i++
		}
		for a := last - 1; a >= 0; a-- {
			at[a]++
			from += stride[a]
			if at[a] < shape[a] {
				break
			}
			from -= shape[a] * stride[a]
			at[a] = 0
		}
	}
	return dst
}
