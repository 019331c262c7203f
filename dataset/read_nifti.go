package dataset

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/dtype"
	"github.com/weightmap/weightmap/internal/nifti"
)

// deflateRatio is the most bytes that deflate makes of one, by the documentation of
// zlib. A file that declares more of itself lies.
const deflateRatio = 1032

func readNIfTI(f *file, o ReadOptions) (*Image, error) {
	open := func() (io.Reader, error) {
		_, err := f.Seek(0, io.SeekStart)
		return bufio.NewReaderSize(f, 1<<16), err
	}
	return niftiFrom(open, o, nifti.Limits{Elements: o.MaxPixels, Bytes: f.size})
}

// readGzip reads what is compressed as a whole, which only NIfTI files are.
func readGzip(f *file, o ReadOptions) (*Image, error) {
	open := func() (io.Reader, error) {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return nil, err
		}
		return gzip.NewReader(bufio.NewReaderSize(f, 1<<16))
	}
	r, err := open()
	if err != nil {
		return nil, err
	}
	head := make([]byte, 348)
	n, err := io.ReadFull(r, head)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return nil, err
	}
	if !nifti.Magic(head[:n]) {
		return nil, errors.New("is compressed by gzip and holds no NIfTI volume: decompress it first")
	}
	return niftiFrom(open, o, nifti.Limits{Elements: o.MaxPixels, Most: f.size * deflateRatio})
}

func niftiFrom(open func() (io.Reader, error), o ReadOptions, l nifti.Limits) (*Image, error) {
	r, err := open()
	if err != nil {
		return nil, err
	}
	h, err := nifti.ReadHeader(r)
	if err != nil {
		return nil, err
	}
	t := h.Dtype
	if h.Scaled() {
		t = dtype.Float64
	}
	if _, err := h.Check(l); err != nil {
		return nil, err
	}
	if err := o.declare(declared{shape: h.Shape, beside: besideNumbers(t, l.Bytes == 0)}); err != nil {
		return nil, err
	}
	im, err := fromNumbers(t, niftiAs[int32](open, l), niftiAs[int64](open, l), niftiAs[uint64](open, l))
	if err != nil {
		return nil, err
	}
	if h.HasSpacing() {
		im.Spacing = h.Spacing
	} else {
		im.Warning = fmt.Sprintf("states a spacing of %v, which is taken for none", h.Spacing)
	}
	return im, nil
}

// niftiAs reads the volume as T, as often as it is called.
func niftiAs[T grid.Element](open func() (io.Reader, error), l nifti.Limits) func() (*grid.Grid[T], error) {
	return func() (*grid.Grid[T], error) {
		r, err := open()
		if err != nil {
			return nil, err
		}
		h, err := nifti.ReadHeader(r)
		if err != nil {
			return nil, err
		}
		g, err := nifti.ReadData[T](r, h, l)
		if err != nil {
			return nil, err
		}
		if l.Bytes > 0 { // it is not compressed
			return g, nil
		}
		return g, checkEnd(r)
	}
}

// maxBeyond is how many bytes may follow an array in what is compressed.
const maxBeyond = 64 << 20

// checkEnd reads on to the end of what is compressed, where the checksum is.
func checkEnd(r io.Reader) error {
	switch _, err := io.CopyN(io.Discard, r, maxBeyond+1); err {
	case io.EOF:
		return nil
	case nil:
		return fmt.Errorf("goes on for more than %d MiB after its array: it is damaged", maxBeyond>>20)
	default:
		return err
	}
}
