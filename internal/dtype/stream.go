package dtype

import (
	"io"

	"github.com/weightmap/weightmap/grid"
)

// Read reads n numbers of type t and makes them T. Unless it is known that they
// exist, memory grows with what was read, so that a header that lies about n costs
// nothing. The error is [io.ErrUnexpectedEOF] where the input is too short, and a
// *[ValueError] where a number is no T.
func Read[T grid.Element](r io.Reader, n int, t Type, bigEndian, exist bool) ([]T, error) {
	const block = 1 << 16
	room := n
	if !exist {
		room = min(n, block)
	}
	data := make([]T, 0, room)
	buf := make([]byte, min(n, block)*t.Size())
	for len(data) < n {
		at, k := len(data), min(block, n-len(data))
		b := buf[:k*t.Size()]
		if _, err := io.ReadFull(r, b); err == io.EOF {
			return nil, io.ErrUnexpectedEOF
		} else if err != nil {
			return nil, err
		}
		if at+k > cap(data) {
			data = append(make([]T, 0, min(n, 2*(at+k))), data...)
		}
		data = data[:at+k]
		if err := Decode(data[at:], b, t, bigEndian); err != nil {
			if e, ok := err.(*ValueError); ok {
				e.Index += at
			}
			return nil, err
		}
	}
	return data, nil
}
