package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/weightmap/weightmap/dataset"
	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/atomicfile"
	"github.com/weightmap/weightmap/internal/npy"
	"github.com/weightmap/weightmap/labeling"
	"github.com/weightmap/weightmap/weights"
)

// stages are those of a run, each to be run alone. All masks are in memory, so that
// computing does not wait for reading, and one map is written in place of all.
type stages struct {
	out    string
	files  []string
	values []*grid.Labels
	pixels int
	sheet  []float32 // as large as the largest map
}

func newStages(masks, out string) (*stages, error) {
	files, err := filepath.Glob(filepath.Join(masks, "*.png"))
	if err != nil {
		return nil, err
	}
	s := &stages{out: out, files: files, values: make([]*grid.Labels, len(files))}
	if err := s.each(func(_ *memory, i int) error {
		im, err := dataset.Read(files[i], dataset.ReadOptions{})
		if err == nil {
			s.values[i] = im.Values
		}
		return err
	}); err != nil {
		return nil, err
	}
	for _, v := range s.values {
		s.pixels += len(v.Data)
		if len(v.Data) > len(s.sheet) {
			s.sheet = weights.DefaultUNet().Map(nil, v, nil, nil).Data
		}
	}
	return s, nil
}

// memory is what a worker uses again.
type memory struct {
	scratch weights.Scratch
	weights *grid.Map
}

// each does something for all masks, with the workers of the run.
func (s *stages) each(do func(m *memory, i int) error) error {
	var next atomic.Int64
	var group sync.WaitGroup
	errs := make([]error, workers)
	for w := range workers {
		group.Go(func() {
			var m memory
			for i := int(next.Add(1)) - 1; i < len(s.files) && errs[w] == nil; i = int(next.Add(1)) - 1 {
				errs[w] = do(&m, i)
			}
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

func (s *stages) decode(_ *memory, i int) error {
	f, err := os.Open(s.files[i])
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := io.Copy(sha256.New(), f); err != nil {
		return err
	}
	_, err = dataset.Read(s.files[i], dataset.ReadOptions{})
	return err
}

func (s *stages) compute(m *memory, i int) error {
	labels, ids := labeling.Relabel(s.values[i], s.values[i]) // which the next round finds the same
	if c := weights.CountPixels(labels, nil); len(ids) == 0 || c.Background == 0 {
		return fmt.Errorf("%s: there are %d objects and %d pixels of background", s.files[i], len(ids), c.Background)
	}
	if n := len(labels.Data); m.weights != nil && n <= cap(m.weights.Data) {
		m.weights = grid.From(m.weights.Data[:n], labels.Shape...)
	} else {
		m.weights = nil
	}
	m.weights = weights.DefaultUNet().Map(m.weights, labels, nil, &m.scratch)
	labeling.Touching(labels, labeling.Default(2))
	return nil
}

func (s *stages) write(_ *memory, i int) error {
	if err := os.MkdirAll(s.out, 0o777); err != nil {
		return err
	}
	shape := s.values[i].Shape
	g := grid.From(s.sheet[:grid.Size(shape)], shape...)
	path := filepath.Join(s.out, filepath.Base(s.files[i])+".npy")
	return atomicfile.Write(path, func(w io.Writer) error {
		return npy.Write(io.MultiWriter(w, sha256.New()), g)
	})
}
