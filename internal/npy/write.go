package npy

import (
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/dtype"
)

// Write writes what numpy.save would, byte for byte: little-endian, C order.
func Write[T grid.Element](w io.Writer, g *grid.Grid[T]) error {
	return write(w, dtype.Of[T](), g, dtype.Bytes)
}

// WriteFloat16 writes m in half precision, each value rounded to the nearest, ties
// to even. Values from 65520 on become infinite.
func WriteFloat16(w io.Writer, m *grid.Map) error {
	buf := make([]byte, 2*min(len(m.Data), chunk))
	return write(w, dtype.Float16, m, func(src []float32) []byte {
		dtype.EncodeFloat16(buf, src)
		return buf[:2*len(src)]
	})
}

// chunk is the number of elements written at a time: few enough for the cache, so many
// that no buffer of files copies them once more.
const chunk = 1 << 16

func write[T grid.Element](w io.Writer, t dtype.Type, g *grid.Grid[T], encode func([]T) []byte) error {
	if n := grid.Size(g.Shape); n != len(g.Data) {
		panic(fmt.Sprintf("npy: %d elements do not fill shape %v", len(g.Data), g.Shape))
	}
	if _, err := w.Write(header(descriptor(t), g.Shape)); err != nil {
		return fmt.Errorf("npy: %w", err)
	}
	for at := 0; at < len(g.Data); at += chunk {
		if _, err := w.Write(encode(g.Data[at:min(at+chunk, len(g.Data))])); err != nil {
			return fmt.Errorf("npy: %w", err)
		}
	}
	return nil
}

// header is everything before the first element, as numpy.lib.format writes it
// since NumPy 1.23.
func header(descr string, shape []int) []byte {
	var s strings.Builder
	fmt.Fprintf(&s, "{'descr': '%s', 'fortran_order': False, 'shape': (", descr)
	for i, n := range shape {
		if i > 0 {
			s.WriteString(", ")
		}
		s.WriteString(strconv.Itoa(n))
	}
	if len(shape) == 1 {
		s.WriteString(",")
	}
	s.WriteString("), }")
	// NumPy leaves room to append to the array in place: for a first axis of up to
	// 21 digits.
	if len(shape) > 0 {
		s.WriteString(strings.Repeat(" ", max(0, 21-len(strconv.Itoa(shape[0])))))
	}
	// The elements start at a multiple of 64 bytes, for memory mapping.
	const align = 64
	pre := []byte(magic + "\x01\x00")
	length := 2
	// As NumPy does, a header that fits exactly gets 64 spaces more.
	padded := func() int { return ((len(pre)+length+s.Len()+1)/align+1)*align - len(pre) - length }
	if padded() > 1<<16-1 {
		pre[6], length = 2, 4
	}
	n := padded()
	s.WriteString(strings.Repeat(" ", n-s.Len()-1) + "\n")
	if length == 2 {
		pre = binary.LittleEndian.AppendUint16(pre, uint16(n))
	} else {
		pre = binary.LittleEndian.AppendUint32(pre, uint32(n))
	}
	return append(pre, s.String()...)
}

// descriptor is NumPy's name of a type in files.
func descriptor(t dtype.Type) string {
	for s, u := range types {
		if t == u && t.Size() == 1 {
			return "|" + s
		} else if t == u {
			return "<" + s
		}
	}
	panic(fmt.Sprintf("npy: type %v has no descriptor", t))
}
