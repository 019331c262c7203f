package main

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/losses"
)

// measured is what became of an image.
type measured struct {
	stem   string
	values []float64 // one a loss
	notes  []string
	err    error
}

// measureAll measures the images, several at a time, and tells of each in their order.
func (r *lossRun) measureAll(ctx context.Context, items []lossItem, tell func(measured)) {
	type job struct {
		item lossItem
		done chan measured
	}
	work := make(chan job)
	waiting := make(chan chan measured, 2*r.jobs) // bounds how far ahead of its report the work is
	for range r.jobs {
		go func() {
			m := &measurer{lossRun: r}
			for j := range work {
				j.done <- m.measure(j.item)
			}
		}()
	}
	go func() {
		defer close(work)
		defer close(waiting)
		for _, it := range items {
			if ctx.Err() != nil {
				return
			}
			j := job{it, make(chan measured, 1)}
			select {
			case <-ctx.Done():
				return
			case work <- j:
				waiting <- j.done
			}
		}
	}()
	for done := range waiting {
		tell(<-done)
	}
}

// measurer measures one image after the other, with memory to be used again.
type measurer struct {
	*lossRun
	result *losses.Result
}

// subject is an image with all that is known about it.
type subject struct {
	lossItem
	truth      *truth
	prediction *grid.Map // of the truth's shape, or with an axis of classes before it
	weights    *grid.Map // nil for ones
	batch      losses.Batch
}

func (m *measurer) measure(it lossItem) measured {
	out := measured{stem: it.stem}
	s, err := m.read(it)
	if err != nil {
		out.err = err
		return out
	}
	out.notes = s.truth.warnings
	if m.result != nil && !slices.Equal(m.result.Grad.Shape, s.batch.Logits.Shape) {
		m.result = nil // it has grids of another shape
	}
	for _, l := range m.losses {
		m.result = l.Loss.Eval(m.result, s.batch, m.reduction)
		v := m.result.Value
		if math.IsNaN(v) || math.IsInf(v, 0) {
			out.err = fmt.Errorf("%s: %s of it is %v, which is beyond what numbers can tell", it.pred, l.Name, v)
			return out
		}
		out.values = append(out.values, v)
	}
	if m.maps != nil {
		out.err = m.maps.write(m, s, out.values)
	}
	return out
}

// read reads the files of an image and makes sure that they go together.
func (m *measurer) read(it lossItem) (*subject, error) {
	t, err := readTruth(it.truth, m.ignore)
	if err != nil {
		return nil, err
	}
	s := &subject{lossItem: it, truth: t}
	shape := t.values.Shape
	if it.weights != "" {
		if s.weights, err = readFloats(it.weights); err != nil {
			return nil, err
		}
		if !slices.Equal(s.weights.Shape, shape) {
			return nil, fmt.Errorf("%s: shape %v, but that of %s is %v", it.weights, s.weights.Shape, t.path, shape)
		}
		for i, w := range s.weights.Data {
			if !(w >= 0) || math.IsInf(float64(w), 1) {
				return nil, fmt.Errorf("%s: %v at %v is no weight", it.weights, w, place(shape, i))
			}
		}
	}
	p, err := readPrediction(it.pred)
	switch {
	case err != nil:
		return nil, err
	case p.png && m.logits:
		return nil, fmt.Errorf("%s: a PNG holds probabilities; leave out --input logits", it.pred)
	}
	s.prediction = p.values
	if err := m.checkShape(s); err != nil {
		return nil, err
	}
	if err := m.checkValues(s); err != nil {
		return nil, err
	}
	s.batch = m.newBatch(s)
	return s, nil
}

// checkShape checks that the prediction has the truth's shape, or that with an axis of
// classes. Axes of length 1 before it, as those of a batch of one image, are taken off.
func (m *measurer) checkShape(s *subject) error {
	shape, got := s.truth.values.Shape, s.prediction.Shape
	want := len(shape)
	if m.multiclass {
		want++
	}
	for len(got) > want && got[0] == 1 {
		got = got[1:]
	}
	name := m.losses[0].Name
	withClasses := len(got) == len(shape)+1 && slices.Equal(got[1:], shape) && got[0] > 1
	switch {
	case !m.multiclass && slices.Equal(got, shape), m.multiclass && withClasses:
		s.prediction = grid.From(s.prediction.Data, got...)
		return nil
	case withClasses:
		return fmt.Errorf("%s: shape %v has %d classes, and %s takes one number a pixel; losses named softmax-... take classes", s.pred, got, got[0], name)
	case m.multiclass && slices.Equal(got, shape):
		return fmt.Errorf("%s: shape %v has no classes; %s takes (classes, height, width)", s.pred, got, name)
	}
	return fmt.Errorf("%s: shape %v, but that of %s is %v", s.pred, s.prediction.Shape, s.truth.path, shape)
}

// checkValues checks the numbers of all pixels that count.
func (m *measurer) checkValues(s *subject) error {
	const rounding = 1e-6
	n := len(s.truth.values.Data)
	classes := max(1, len(s.prediction.Data)/max(1, n))
	if classes > 1 && s.truth.original != nil {
		return fmt.Errorf("%s: it has values that are no class numbers from 0 to %d", s.truth.path, classes-1)
	}
	seen := false
	for i := range n {
		if s.ignored(i) {
			continue
		}
		seen = true
		sum := 0.
		for c := range classes {
			v := s.prediction.Data[c*n+i]
			switch sum += float64(v); {
			case v-v != 0:
				return fmt.Errorf("%s: there is %v at %v", s.pred, v, place(s.prediction.Shape, c*n+i))
			case !m.logits && (v < -rounding || v > 1+rounding):
				return fmt.Errorf("%s: %v at %v is no probability; if these are logits, say --input logits", s.pred, v, place(s.prediction.Shape, c*n+i))
			}
		}
		if classes == 1 {
			continue
		}
		if v := s.truth.values.Data[i]; v < 0 || int(v) >= classes {
			return fmt.Errorf("%s: %d at %v is no class number from 0 to %d; --ignore %d leaves such pixels out",
				s.truth.path, v, place(s.truth.values.Shape, i), classes-1, v)
		}
		if !m.logits && math.Abs(sum-1) > 0.01 {
			return fmt.Errorf("%s: the probabilities at %v add up to %.4g, and not to 1", s.pred, place(s.truth.values.Shape, i), sum)
		}
	}
	if !seen {
		return fmt.Errorf("%s: no pixel of it counts, so there is nothing to measure", s.truth.path)
	}
	return nil
}

// ignored tells whether a pixel counts for nothing.
func (s *subject) ignored(i int) bool {
	return s.truth.ignored != nil && s.truth.ignored.Data[i] != 0 || s.weights != nil && s.weights.Data[i] == 0
}

// newBatch makes a batch of one image.
func (m *measurer) newBatch(s *subject) losses.Batch {
	shape := append([]int{1}, s.truth.values.Shape...)
	target := grid.From(s.truth.values.Data, shape...)
	b := losses.Batch{Logits: grid.From(s.prediction.Data, append([]int{1}, s.prediction.Shape...)...)}
	if s.weights != nil {
		b.Weight = grid.From(s.weights.Data, shape...)
	}
	if s.truth.ignored != nil {
		b.Ignore = grid.From(s.truth.ignored.Data, shape...)
	}
	fromProbabilities := losses.Logits
	if m.multiclass {
		b.Target, fromProbabilities = losses.Classes(nil, target), losses.LogProbabilities
	} else {
		b.Target = losses.Binary(nil, target)
	}
	if !m.logits {
		b.Logits = fromProbabilities(nil, b.Logits)
	}
	return b
}

// place is the coordinates of the element i, as in (3, 5).
func place(shape []int, i int) string {
	text := ""
	for a := len(shape) - 1; a >= 0; a-- {
		text = fmt.Sprintf(", %d%s", i%shape[a], text)
		i /= shape[a]
	}
	return "(" + text[2:] + ")"
}
