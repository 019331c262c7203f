// Package nifti reads the volumes of NIfTI files, which is what nnU-Net and most of
// medical imaging keep label volumes in.
//
// A NIfTI file is a header of 348 bytes (NIfTI-1) or 540 bytes (NIfTI-2), perhaps
// extensions, and the raw numbers with x varying fastest. Taken in the order in
// which they are stored they are a grid {…, z, y, x} in C order, so that is the
// shape here, the reverse of what nibabel shows and the same as SimpleITK's. The
// spacing is in that order too.
//
//	h, err := nifti.ReadHeader(r)
//	g, err := nifti.ReadData[int32](r, h, nifti.Limits{})
//
// References: nifti1.h and nifti2.h, https://nifti.nimh.nih.gov.
package nifti

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/dtype"
)

// Header is what a file says of its volume.
type Header struct {
	Dtype            dtype.Type
	BigEndian        bool
	Shape            []int     // the last axis is x
	Spacing          []float64 // in the order of Shape, as the file has it, sense or nonsense
	Slope, Intercept float64   // the true value is Slope·stored + Intercept
	Offset           int64     // of the first number from the start of the file, in bytes
	size             int64     // of the header, which has been read
}

// Limits bounds what a file may make a reader do.
type Limits struct {
	Elements int   // the most elements a volume may have; 0 is no limit
	Bytes    int64 // the length of the input, uncompressed, or 0 where it is not known
	Most     int64 // the most that it can be, where only that is known, or 0
}

const size1, size2 = 348, 540

// Magic reports whether a file that starts so is a NIfTI file. It takes the first
// 348 bytes to know a NIfTI-1 file.
func Magic(head []byte) bool {
	_, _, err := version(head)
	return err == nil
}

// version returns the size of the header and the byte order.
func version(head []byte) (size int64, order binary.ByteOrder, err error) {
	if len(head) < 4 {
		return 0, nil, errors.New("nifti: the file ends within its header")
	}
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		switch order.Uint32(head) {
		case size1:
			if len(head) >= size1 && (string(head[344:348]) == "n+1\x00" || string(head[344:348]) == "ni1\x00") {
				return size1, order, nil
			}
		case size2:
			if len(head) >= 8 && (string(head[4:8]) == "n+2\x00" || string(head[4:8]) == "ni2\x00") {
				return size2, order, nil
			}
		}
	}
	return 0, nil, errors.New("nifti: this is no NIfTI file")
}

// ReadHeader reads the header, and nothing beyond it.
func ReadHeader(r io.Reader) (Header, error) {
	b := make([]byte, size2)
	if _, err := io.ReadFull(r, b[:size1]); err != nil {
		return Header{}, ended(err, "the file ends within its header")
	}
	size, order, err := version(b[:size1])
	if err != nil {
		return Header{}, err
	}
	if _, err := io.ReadFull(r, b[size1:size]); err != nil {
		return Header{}, ended(err, "the file ends within its header")
	}
	h := Header{BigEndian: order == binary.BigEndian, size: size}
	int16At := func(at int) int { return int(int16(order.Uint16(b[at:]))) }
	int64At := func(at int) int64 { return int64(order.Uint64(b[at:])) }
	float32At := func(at int) float64 { return float64(math.Float32frombits(order.Uint32(b[at:]))) }
	float64At := func(at int) float64 { return math.Float64frombits(order.Uint64(b[at:])) }

	var code int
	dim, spacing := make([]int64, 8), make([]float64, 8)
	if size == size1 {
		if string(b[344:347]) == "ni1" {
			return Header{}, errPair
		}
		code = int16At(70)
		for i := range dim {
			dim[i], spacing[i] = int64(int16At(40+2*i)), float32At(76+4*i)
		}
		h.Slope, h.Intercept = float32At(112), float32At(116)
		offset := float32At(108)
		if !(offset >= 0 && offset <= maxOffset) || offset != math.Trunc(offset) {
			return Header{}, fmt.Errorf("nifti: the volume starts at byte %v", offset)
		}
		h.Offset = int64(offset)
	} else {
		if string(b[4:7]) == "ni2" {
			return Header{}, errPair
		}
		code = int16At(12)
		for i := range dim {
			dim[i], spacing[i] = int64At(16+8*i), float64At(104+8*i)
		}
		h.Slope, h.Intercept = float64At(176), float64At(184)
		h.Offset = int64At(168)
	}
	if h.Offset == 0 {
		h.Offset = size + 4 // as nibabel has it: no extensions
	}
	if h.Offset < size || h.Offset > maxOffset {
		return Header{}, fmt.Errorf("nifti: the volume starts at byte %d", h.Offset)
	}
	var ok bool
	if h.Dtype, ok = types[code]; !ok {
		return Header{}, fmt.Errorf("nifti: numbers of type %d are no integers and no floats that are known", code)
	}
	if dim[0] < 1 || dim[0] > 7 {
		return Header{}, fmt.Errorf("nifti: a volume of %d axes", dim[0])
	}
	for i := int(dim[0]); i >= 1; i-- {
		if dim[i] < 0 || int64(int(dim[i])) != dim[i] {
			return Header{}, fmt.Errorf("nifti: an axis of length %d", dim[i])
		}
		h.Shape = append(h.Shape, int(dim[i]))
		h.Spacing = append(h.Spacing, spacing[i])
	}
	// A slope of 0, and anything that is no number, means no scaling.
	if h.Slope == 0 || math.IsNaN(h.Slope) || math.IsInf(h.Slope, 0) {
		h.Slope, h.Intercept = 1, 0
	}
	if math.IsNaN(h.Intercept) || math.IsInf(h.Intercept, 0) {
		h.Intercept = 0
	}
	return h, nil
}

// maxOffset is room for extensions of any sensible size.
const maxOffset = 1 << 26

var errPair = errors.New("nifti: this is the header of a pair of files (.hdr, .img): join them, as in Python: nibabel.save(nibabel.load('x.hdr'), 'x.nii.gz')")

// types are the codes of nifti1.h.
var types = map[int]dtype.Type{
	2: dtype.Uint8, 4: dtype.Int16, 8: dtype.Int32, 16: dtype.Float32, 64: dtype.Float64, 256: dtype.Int8,
	512: dtype.Uint16, 768: dtype.Uint32, 1024: dtype.Int64, 1280: dtype.Uint64,
}

func ended(err error, what string) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return errors.New("nifti: " + what)
	}
	return fmt.Errorf("nifti: %w", err)
}

// Scaled reports whether the true values differ from the stored ones.
func (h Header) Scaled() bool { return h.Slope != 1 || h.Intercept != 0 }

// HasSpacing reports whether the spacing is one: finite and positive.
func (h Header) HasSpacing() bool {
	return !slices.ContainsFunc(h.Spacing, func(s float64) bool { return !(s > 0 && s <= math.MaxFloat64) })
}

// ReadData reads the volume, from where ReadHeader left r. A value that T cannot
// hold is a [*dtype.ValueError].
func ReadData[T grid.Element](r io.Reader, h Header, l Limits) (*grid.Grid[T], error) {
	n, err := h.Check(l)
	if err != nil {
		return nil, err
	}
	const short = "the file ends before its volume does"
	if _, err := io.CopyN(io.Discard, r, h.Offset-h.size); err != nil {
		return nil, ended(err, short)
	}
	if h.Scaled() {
		return readScaled[T](r, h, n, l)
	}
	data, err := dtype.Read[T](r, n, h.Dtype, h.BigEndian, l.Bytes > 0)
	if err != nil {
		return nil, ended(err, short)
	}
	return grid.From(data, h.Shape...), nil
}

// Check returns the number of elements if the limits allow it.
func (h Header) Check(l Limits) (int, error) {
	n, ok := grid.CheckedSize(h.Shape)
	const maxInt = int(^uint(0) >> 1)
	if !ok || n > maxInt/16 {
		return 0, fmt.Errorf("nifti: shape %v has more elements than memory can", h.Shape)
	}
	if l.Elements > 0 && n > l.Elements {
		return 0, fmt.Errorf("nifti: shape %v has %d elements, and at most %d are allowed", h.Shape, n, l.Elements)
	}
	need := h.Offset + int64(n*h.Dtype.Size())
	for _, have := range []int64{l.Bytes, l.Most} {
		if have > 0 && need > have {
			return 0, fmt.Errorf("nifti: shape %v of %v takes %d bytes, and the file has at most %d", h.Shape, h.Dtype, need, have)
		}
	}
	return n, nil
}

// readScaled reads volumes whose numbers are to be multiplied and shifted.
func readScaled[T grid.Element](r io.Reader, h Header, n int, l Limits) (*grid.Grid[T], error) {
	stored, err := dtype.Read[float64](r, n, h.Dtype, h.BigEndian, l.Bytes > 0)
	if err != nil {
		return nil, ended(err, "the file ends before its volume does")
	}
	g := grid.New[T](h.Shape...)
	for i, v := range stored {
		scaled := [1]float64{v*h.Slope + h.Intercept}
		if err := dtype.Decode(g.Data[i:i+1], dtype.Bytes(scaled[:]), dtype.Float64, false); err != nil {
			if e, ok := err.(*dtype.ValueError); ok {
				e.Index = i
			}
			return nil, fmt.Errorf("nifti: the numbers are scaled (slope %v, intercept %v): %w", h.Slope, h.Intercept, err)
		}
	}
	return g, nil
}
