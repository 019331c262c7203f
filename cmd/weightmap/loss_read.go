package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/weightmap/weightmap/dataset"
	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/dtype"
	"github.com/weightmap/weightmap/internal/npy"
)

// truth is what the masks of an image say.
type truth struct {
	path     string
	values   *grid.Labels
	ignored  *grid.Mask // nil for none
	original []int64    // see dataset.Image
	warnings []string
}

// readTruth reads the masks of an image. Of a file for each object it makes 1 where
// there is an object.
func readTruth(files []string, ignore *int64) (*truth, error) {
	t := &truth{path: files[0]}
	for _, path := range files {
		im, err := dataset.Read(path, dataset.ReadOptions{})
		if err != nil {
			return nil, err
		}
		if im.Warning != "" {
			t.warnings = append(t.warnings, fmt.Sprintf("warning: %s: %s", path, im.Warning))
		}
		if t.values == nil {
			t.values, t.original = im.Values, im.Original
		} else if !slices.Equal(im.Values.Shape, t.values.Shape) {
			return nil, fmt.Errorf("%s: shape %v, but that of %s is %v", path, im.Values.Shape, files[0], t.values.Shape)
		}
		if ignore != nil {
			t.ignore(im, *ignore)
		}
		if len(files) > 1 {
			for i, v := range im.Values.Data {
				if v != 0 {
					t.values.Data[i] = 1
				}
			}
		}
	}
	return t, nil
}

// ignore marks the pixels that have the number in the file.
func (t *truth) ignore(im *dataset.Image, number int64) {
	if t.ignored == nil {
		t.ignored = grid.New[uint8](im.Values.Shape...)
	}
	value, ok := im.Find(number)
	if !ok {
		return
	}
	for i, v := range im.Values.Data {
		if v == value {
			t.ignored.Data[i] = 1
		}
	}
}

// prediction is what a file of predictions holds.
type prediction struct {
	values *grid.Map
	png    bool
}

// readPrediction reads an array, or the probabilities that a gray PNG shows.
func readPrediction(path string) (*prediction, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var head [26]byte
	n, err := io.ReadFull(f, head[:])
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(head[:n], []byte("\x93NUMPY")):
		values, err := readFloats(path)
		return &prediction{values: values}, err
	case bytes.HasPrefix(head[:n], []byte("\x89PNG\r\n\x1a\n")) && n == len(head):
		values, err := readProbabilities(path, head[24], head[25])
		return &prediction{values: values, png: true}, err
	}
	return nil, fmt.Errorf("%s: a prediction is an NPY array or a PNG, and this is neither", path)
}

// readProbabilities reads a PNG of that depth and colour type.
func readProbabilities(path string, depth, colour byte) (*grid.Map, error) {
	const palette = 3 // PNG specification, table 11.1
	if depth != 8 && depth != 16 || colour == palette {
		kind := "with a palette"
		if colour != palette {
			kind = fmt.Sprintf("of %d bits", depth)
		}
		return nil, fmt.Errorf("%s: probabilities are a gray PNG of 8 or 16 bits, not one %s", path, kind)
	}
	im, err := dataset.Read(path, dataset.ReadOptions{})
	if err != nil {
		return nil, err
	}
	white := float32(255)
	if depth == 16 {
		white = 65535
	}
	q := grid.New[float32](im.Values.Shape...)
	for i, v := range im.Values.Data {
		q.Data[i] = float32(v) / white
	}
	return q, nil
}

// readFloats reads an NPY array of any numbers as float32. Those that float32 does not
// have are rounded.
func readFloats(path string) (*grid.Map, error) {
	m, err := floatsOf(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

func floatsOf(path string) (*grid.Map, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err.(*os.PathError).Err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err.(*os.PathError).Err
	}
	h, err := npy.ReadHeader(f)
	if err != nil {
		return nil, err
	}
	limits := npy.Limits{Bytes: info.Size()}
	if h.Dtype == dtype.Float16 || h.Dtype == dtype.Float32 {
		return npy.ReadData[float32](f, h, limits)
	}
	wide, err := npy.ReadData[float64](f, h, limits)
	if err != nil {
		return nil, err
	}
	return convert[float32](wide), nil
}
