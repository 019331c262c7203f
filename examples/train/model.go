package main

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// model is a small convolutional network that makes one logit of each pixel: layers of
// convolutions, with a ReLU after each but the last.
//
// What flows through it are matrices with a row for each channel and a column for each
// pixel. One model serves one goroutine at a time.
type model struct {
	layers []*conv
}

// newModel returns a network of layers with these numbers of channels, 1 being put
// before and after them. Every hidden layer looks at pixels farther apart than the one
// before it, so that the network sees a good part of a nucleus. The last layer looks
// at single pixels.
func newModel(seed uint64, hidden []int) *model {
	r := rand.New(rand.NewPCG(seed, 0))
	m := &model{}
	in, apart := 1, 1
	for _, out := range hidden {
		m.layers = append(m.layers, newConv(r, in, out, 3, apart))
		in, apart = out, 2*apart
	}
	m.layers = append(m.layers, newConv(r, in, 1, 1, 1))
	return m
}

// forward returns the logits of an image of height h, which is a matrix of one row.
func (m *model) forward(image *mat.Dense, h int) *mat.Dense {
	x := image
	for i, l := range m.layers {
		x = l.forward(x, h)
		if i < len(m.layers)-1 {
			relu(x.RawMatrix().Data)
		}
	}
	return x
}

// backward takes the derivative of a loss by the logits that forward returned last, and
// stores the derivatives by the parameters.
func (m *model) backward(grad *mat.Dense) {
	for i := len(m.layers) - 1; i >= 0; i-- {
		grad = m.layers[i].backward(grad, i > 0)
		if i > 0 {
			cut(grad.RawMatrix().Data, m.layers[i-1].y.RawMatrix().Data)
		}
	}
}

// parameters returns all numbers that are learnt, and their derivatives.
func (m *model) parameters() (values, grads [][]float64) {
	for _, l := range m.layers {
		values = append(values, l.w.RawMatrix().Data, l.b)
		grads = append(grads, l.gradW.RawMatrix().Data, l.gradB)
	}
	return values, grads
}

func relu(x []float64) {
	for i, v := range x {
		x[i] = max(v, 0)
	}
}

// cut is the derivative of relu: nothing passes where its result y is 0.
func cut(grad, y []float64) {
	for i, v := range y {
		if v <= 0 {
			grad[i] = 0
		}
	}
}

// conv is a layer of convolutions of side×side filters whose taps are apart pixels
// apart. Beyond the edge of the image there are zeros.
//
// The image is rearranged so that each column holds all that a filter sees at a pixel
// (im2col); then a convolution is a product of matrices, which gonum does fast.
type conv struct {
	in, side, apart int

	w     *mat.Dense // a row for each filter
	b     []float64
	gradW *mat.Dense
	gradB []float64

	h     int
	seen  *mat.Dense // what the filters see
	y     *mat.Dense // the result
	gradX *mat.Dense
	gradS *mat.Dense // by seen
}

// newConv draws weights that keep the variance of what passes (He et al., ICCV 2015).
func newConv(r *rand.Rand, in, out, side, apart int) *conv {
	taps := in * side * side
	c := &conv{in: in, side: side, apart: apart, w: mat.NewDense(out, taps, nil), b: make([]float64, out),
		gradW: mat.NewDense(out, taps, nil), gradB: make([]float64, out)}
	data := c.w.RawMatrix().Data
	for i := range data {
		data[i] = r.NormFloat64() * math.Sqrt(2/float64(taps))
	}
	return c
}

func (c *conv) forward(x *mat.Dense, h int) *mat.Dense {
	out, taps := c.w.Dims()
	_, n := x.Dims()
	c.h = h
	c.seen, c.y = sized(c.seen, taps, n), sized(c.y, out, n)
	c.seen.Zero()
	c.each(c.seen, x, func(seen, pixels []float64) { copy(seen, pixels) })
	c.y.Mul(c.w, c.seen)
	for o := range out {
		row := c.y.RawRowView(o)
		for i := range row {
			row[i] += c.b[o]
		}
	}
	return c.y
}

// backward returns the derivative by what forward was given, unless nobody wants it.
func (c *conv) backward(grad *mat.Dense, wanted bool) *mat.Dense {
	c.gradW.Mul(grad, c.seen.T())
	for o := range c.gradB {
		sum := 0.
		for _, v := range grad.RawRowView(o) {
			sum += v
		}
		c.gradB[o] = sum
	}
	if !wanted {
		return nil
	}
	_, taps := c.w.Dims()
	_, n := grad.Dims()
	c.gradS, c.gradX = sized(c.gradS, taps, n), sized(c.gradX, c.in, n)
	c.gradS.Mul(c.w.T(), grad)
	c.gradX.Zero()
	c.each(c.gradS, c.gradX, func(seen, pixels []float64) {
		for i, v := range seen {
			pixels[i] += v
		}
	})
	return c.gradX
}

// each goes through all rows of the image, for all taps of the filters and all
// channels, and tells which stretch of seen shows which stretch of the pixels of x.
func (c *conv) each(seen, x *mat.Dense, do func(seen, pixels []float64)) {
	_, n := x.Dims()
	w := n / c.h
	taps := c.side * c.side
	for t := range c.in * taps {
		row, pixels := seen.RawRowView(t), x.RawRowView(t/taps)
		dy := (t%taps/c.side - c.side/2) * c.apart
		dx := (t%c.side - c.side/2) * c.apart
		left, right := max(0, -dx), min(w, w-dx)
		if left >= right {
			continue
		}
		for y := max(0, -dy); y < min(c.h, c.h-dy); y++ {
			from := (y + dy) * w
			do(row[y*w+left:y*w+right], pixels[from+left+dx:from+right+dx])
		}
	}
}

// sized returns m if it has that size, else a new matrix.
func sized(m *mat.Dense, rows, columns int) *mat.Dense {
	if m != nil {
		if r, c := m.Dims(); r == rows && c == columns {
			return m
		}
	}
	return mat.NewDense(rows, columns, nil)
}
