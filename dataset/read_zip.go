package dataset

import (
	"archive/zip"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/npy"
)

// readZip reads an array of an NPZ file, which is a ZIP file of NPY files.
func readZip(f *file, o ReadOptions) (*Image, error) {
	z, err := zip.NewReader(f, f.size)
	if err != nil {
		return nil, err
	}
	var arrays []*zip.File
	for _, m := range z.File {
		switch base := path.Base(m.Name); {
		case strings.HasSuffix(m.Name, ".npy"):
			arrays = append(arrays, m)
		case strings.HasSuffix(m.Name, ".roi"):
			return nil, errROI
		case base == ".zarray" || base == ".zgroup" || base == "zarr.json":
			return nil, errZarr
		}
	}
	m, err := chooseArray(arrays, o.Key)
	if err != nil {
		return nil, err
	}
	im, err := fromMember(m, f.size, o)
	if err != nil {
		return nil, fmt.Errorf("%.100s: %w", m.Name, err)
	}
	return im, nil
}

func chooseArray(arrays []*zip.File, key string) (*zip.File, error) {
	if len(arrays) == 0 {
		return nil, errors.New("is a ZIP file without NPY arrays, which is no mask")
	}
	if key == "" && len(arrays) == 1 {
		return arrays[0], nil
	}
	var names []string
	for _, m := range arrays {
		name := strings.TrimSuffix(m.Name, ".npy")
		if key == name && key != "" {
			return m, nil
		}
		if len(names) < 10 {
			names = append(names, fmt.Sprintf("%.40s", name))
		}
	}
	list := strings.Join(names, ", ")
	if key != "" {
		return nil, fmt.Errorf("has no array %q: it holds %s", key, list)
	}
	return nil, fmt.Errorf("holds %d arrays (%s): choose one with --key", len(arrays), list)
}

func fromMember(m *zip.File, fileSize int64, o ReadOptions) (*Image, error) {
	if m.CompressedSize64 > uint64(fileSize) {
		return nil, zip.ErrFormat
	}
	most := uint64(m.CompressedSize64)
	if m.Method != zip.Store {
		most *= deflateRatio
	}
	// What a member says of its size is no proof that it is there.
	limits := npy.Limits{Elements: o.MaxPixels, Most: int64(min(most, m.UncompressedSize64))}
	r, err := m.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	h, err := npy.ReadHeader(r)
	if err != nil {
		return nil, err
	}
	if _, err := h.Check(limits); err != nil {
		return nil, err
	}
	if err := o.declare(declaredNPY(h, true)); err != nil {
		return nil, err
	}
	return fromNumbers(h.Dtype, memberAs[int32](m, limits), memberAs[int64](m, limits), memberAs[uint64](m, limits))
}

// memberAs reads the array as T, as often as it is called.
func memberAs[T grid.Element](m *zip.File, l npy.Limits) func() (*grid.Grid[T], error) {
	return func() (*grid.Grid[T], error) {
		r, err := m.Open()
		if err != nil {
			return nil, err
		}
		defer r.Close()
		g, err := npy.Read[T](r, l)
		if err != nil {
			return nil, err
		}
		return g, checkEnd(r)
	}
}
