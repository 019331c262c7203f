package edt

import (
	"github.com/weightmap/weightmap/internal/parallel"
	"github.com/weightmap/weightmap/internal/transpose"
)

// An image of few columns and many rows is taken as its transpose: exact distances do not
// depend on which axis comes first, but a row takes some time however short it is.

// fewColumns is how many are not worth a row of their own, mostRows for how many rows the
// lines along them may take memory: some hundred bytes a pixel of a line.
const fewColumns, mostRows = 24, 1 << 18

// turns reports whether an image of that shape is taken as its transpose.
func turns(shape []int) bool {
	if len(shape) != 2 {
		return false
	}
	rows, columns := shape[0], shape[1]
	return 0 < columns && columns < min(fewColumns, rows) && rows <= mostRows
}

// turn is an image taken as its transpose. Its results are turned back one at a time,
// those of the second nearest object first: they wait where those of the nearest will be.
type turn struct {
	in      inputs // as they are asked for
	shape   [2]int // of the transpose
	spacing [2]float64
	step    step

	mask   []uint8
	labels []int32
	d1, d2 []float32
	id1    []int32
	block  []float32 // of every worker, the rows that it hands over together
}

// step is what the workers share, some rows each.
type step int

const (
	forth step = iota
	second
	first
	handOver
)

// run does what [inputs.sweep] does, by way of the transpose.
func (t *turn) run(in *inputs, shape []int, m metric, o Options, s *Scratch) {
	t.in, t.shape = *in, [2]int{shape[1], shape[0]}
	if m.spacing != nil {
		t.spacing = [2]float64{m.spacing[1], m.spacing[0]}
		m.spacing = t.spacing[:]
	}
	n, workers := shape[0]*shape[1], max(1, o.Workers)
	across := inputs{kind: in.kind, zeros: in.zeros}
	if in.mask != nil {
		t.mask = grow(t.mask, n)
		across.mask = t.mask
	} else {
		t.labels = grow(t.labels, n)
		across.labels = t.labels
	}
	if in.d1 != nil || in.visit != nil {
		t.d1 = grow(t.d1, n)
		across.d1 = t.d1
	}
	if in.id1 != nil {
		t.id1 = grow(t.id1, n)
		across.id1 = t.id1
	}
	if in.kind == two && in.visit == nil {
		across.d2, across.id2 = in.d1, in.id1
	} else if in.kind == two {
		t.d2 = grow(t.d2, n)
		across.d2 = t.d2
		t.block = grow(t.block, 2*workers*blockSize)
	}

	t.do(forth, workers)
	across.sweep(t.shape[:], m, o, s)
	if in.visit != nil {
		t.do(handOver, workers)
	} else {
		if in.kind == two {
			t.do(second, workers)
		}
		t.do(first, workers)
	}
	t.in = inputs{}
}

func (t *turn) do(s step, workers int) {
	t.step = s
	parallel.Do(t, t.shape[1], workers, workers)
}

// blockSize is the number of pixels that are turned, or handed over, together.
const blockSize = 1 << 11

// Run does one step for the rows lo ≤ r < hi of the image.
func (t *turn) Run(worker, lo, hi int) {
	columns, rows := t.shape[0], t.shape[1]
	some := blockSize / columns
	for r := lo; r < hi; r += some {
		a, b := r, min(r+some, hi)
		i, j := a*columns, b*columns
		in := &t.in
		switch t.step {
		case forth:
			if in.mask != nil {
				transpose.ToColumns(t.mask, in.mask, rows, columns, a, b)
			} else {
				transpose.ToColumns(t.labels, in.labels, rows, columns, a, b)
			}
		case second:
			transpose.ToRows(in.d2[i:j], in.d1, rows, columns, a, b)
			transpose.ToRows(in.id2[i:j], in.id1, rows, columns, a, b)
		case first:
			if in.d1 != nil {
				transpose.ToRows(in.d1[i:j], t.d1, rows, columns, a, b)
			}
			if in.id1 != nil {
				transpose.ToRows(in.id1[i:j], t.id1, rows, columns, a, b)
			}
			if in.kind == feature && in.mask != nil { // indices into the transpose
				for k, q := range in.id1[i:j] {
					in.id1[i+k] = q%int32(rows)*int32(columns) + q/int32(rows)
				}
			}
		case handOver:
			d := t.block[2*worker*blockSize:]
			d1, d2 := d[:j-i], d[blockSize:blockSize+j-i]
			transpose.ToRows(d1, t.d1, rows, columns, a, b)
			transpose.ToRows(d2, t.d2, rows, columns, a, b)
			in.visit(i, d1, d2)
		}
	}
}
