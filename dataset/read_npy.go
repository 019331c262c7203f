package dataset

import (
	"io"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/npy"
)

func readNPY(f *file, o ReadOptions) (*Image, error) {
	h, err := npy.ReadHeader(f)
	if err != nil {
		return nil, err
	}
	limits := npy.Limits{Elements: o.MaxPixels, Bytes: f.size}
	if _, err := h.Check(limits); err != nil {
		return nil, err
	}
	if err := o.declare(declaredNPY(h, false)); err != nil {
		return nil, err
	}
	return fromNumbers(h.Dtype, npyAs[int32](f, h, limits), npyAs[int64](f, h, limits), npyAs[uint64](f, h, limits))
}

// declaredNPY is what an NPY file declares, in an archive of which one cannot know what
// is in it, or else by itself.
func declaredNPY(h npy.Header, archived bool) declared {
	d := declared{shape: h.Shape, beside: besideNumbers(h.Dtype, archived)}
	if h.Fortran {
		d.beside += 4 + d.beside // the array in the other order
	}
	return d
}

// npyAs reads the elements as T, as often as it is called.
func npyAs[T grid.Element](r io.ReadSeeker, h npy.Header, l npy.Limits) func() (*grid.Grid[T], error) {
	return func() (*grid.Grid[T], error) {
		if _, err := r.Seek(int64(h.Offset), io.SeekStart); err != nil {
			return nil, err
		}
		return npy.ReadData[T](r, h, l)
	}
}
