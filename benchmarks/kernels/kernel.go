package main

import (
	"fmt"
	"os"

	"github.com/weightmap/weightmap/edt"
	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/dtype"
	"github.com/weightmap/weightmap/internal/npy"
	"github.com/weightmap/weightmap/internal/parallel"
	"github.com/weightmap/weightmap/labeling"
	"github.com/weightmap/weightmap/weights"
)

// input is a mask or a label grid, as the file has it.
type input struct {
	mask   *grid.Mask
	labels *grid.Labels
}

// read takes uint8 for a mask and every other type for ids.
func read(file string) (*input, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	h, err := npy.ReadHeader(f)
	if err := f.Close(); err != nil {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	in := new(input)
	if h.Dtype == dtype.Uint8 {
		in.mask, err = npy.ReadFile[uint8](file, 0)
	} else {
		in.labels, err = npy.ReadFile[int32](file, 0)
	}
	return in, err
}

// place is where the results of one kernel go.
type place struct {
	dst    *grid.Map
	labels *grid.Labels
	two    edt.Two
}

// save writes what there is.
func (p *place) save(name string) error {
	n := 0
	next := func() string {
		n++
		return fmt.Sprintf("%s.%d.npy", name, n-1)
	}
	for _, m := range []*grid.Map{p.dst, p.two.D1, p.two.D2} {
		if m != nil {
			if err := npy.WriteFile(next(), m); err != nil {
				return err
			}
		}
	}
	for _, l := range []*grid.Labels{p.labels, p.two.ID1, p.two.ID2} {
		if l != nil {
			if err := npy.WriteFile(next(), l); err != nil {
				return err
			}
		}
	}
	return nil
}

// scratch is what the kernels keep for themselves.
type scratch struct {
	edt     edt.Scratch
	weights weights.Scratch
	labeler labeling.Labeler
}

func (s *scratch) options(workers int) edt.Options {
	return edt.Options{Workers: workers, Scratch: &s.edt}
}

// kernels by name. Every one but write is a single call of the library.
var kernels = map[string]func(in *input, to *place, s *scratch, workers int){
	"transform": func(in *input, to *place, s *scratch, workers int) {
		to.dst = edt.Transform(to.dst, in.mask, s.options(workers))
	},
	"transform-squared": func(in *input, to *place, s *scratch, workers int) {
		o := s.options(workers)
		o.Squared = true
		to.dst = edt.Transform(to.dst, in.mask, o)
	},
	// a stack of slices farther apart than their pixels
	"transform-spaced": func(in *input, to *place, s *scratch, workers int) {
		o := s.options(workers)
		o.Spacing = []float64{2.5, 0.65, 0.65}
		o.Squared = true
		to.dst = edt.Transform(to.dst, in.mask, o)
	},
	"multilabel-squared": func(in *input, to *place, s *scratch, workers int) {
		o := s.options(workers)
		o.Squared = true
		to.dst = edt.MultiLabel(to.dst, in.labels, o)
	},
	"nearest": func(in *input, to *place, s *scratch, workers int) {
		to.labels = edt.NearestLabel(to.labels, in.labels, s.options(workers))
	},
	"two": func(in *input, to *place, s *scratch, workers int) {
		edt.TwoNearest(&to.two, in.labels, s.options(workers))
	},
	"components": func(in *input, to *place, s *scratch, workers int) {
		s.labeler.Workers = workers
		to.labels, _ = s.labeler.Components(to.labels, in.mask, labeling.Default(len(in.mask.Shape)))
	},
	"components-4": func(in *input, to *place, s *scratch, workers int) {
		to.labels, _ = s.labeler.Components(to.labels, in.mask, 4)
	},
	"weights": func(in *input, to *place, s *scratch, workers int) {
		u := weights.DefaultUNet()
		u.Workers = workers
		to.dst = u.Map(to.dst, in.labels, nil, &s.weights)
	},
	"write": func(in *input, to *place, s *scratch, workers int) {
		to.dst = grid.Like(to.dst, in.mask.Shape)
		parallel.Do(writing(to.dst.Data), len(to.dst.Data), workers, workers)
	},
}

// writing writes ones and does nothing else. (Some memory takes zeros three times as fast.)
type writing []float32

func (w writing) Run(_, lo, hi int) {
	for lo < hi {
		lo += copy(w[lo:hi], ones[:])
	}
}

var ones = func() (ones [1 << 12]float32) {
	for i := range ones {
		ones[i] = 1
	}
	return ones
}()
