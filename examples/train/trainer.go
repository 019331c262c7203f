package main

import (
	"context"
	"iter"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/weightmap/weightmap/dataset"
	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/losses"
)

// trainer trains a network with a loss.
type trainer struct {
	settings
	model    *model
	optimise adam
	function losses.Loss
	weighted bool
	done     int     // steps so far
	loss     float64 // mean over the steps that were last asked for

	next   func() (*dataset.Batch, error, bool)
	stop   func()
	target *grid.Map
	logits *grid.Map
	result *losses.Result
	grad   *mat.Dense
}

// newTrainer returns a trainer that is to be closed. The loader gives every trainer the
// same batches.
func newTrainer(ctx context.Context, s settings, loader *dataset.Loader, l losses.Loss, weighted bool) *trainer {
	t := &trainer{
		settings: s, model: newModel(s.seed, s.hidden), function: l, weighted: weighted,
		logits: grid.New[float32](1, s.size, s.size), grad: mat.NewDense(1, s.size*s.size, nil),
	}
	t.next, t.stop = iter.Pull2(endless(ctx, loader))
	return t
}

func (t *trainer) close() { t.stop() }

// steps trains until so many steps are done.
func (t *trainer) steps(until int) error {
	sum, from := 0., t.done
	for ; t.done < until; t.done++ {
		b, err, _ := t.next()
		if err != nil {
			return err
		}
		// The rate falls along a cosine (Loshchilov and Hutter, ICLR 2017).
		rate := t.rate / 2 * (1 + math.Cos(math.Pi*float64(t.done)/float64(t.settings.steps)))
		sum += t.step(b, rate)
	}
	t.loss = sum / float64(until-from)
	return nil
}

// step goes forward to the logits, takes value and gradient of the loss, goes back with
// the gradient, and changes the parameters. It returns the loss before that.
func (t *trainer) step(b *dataset.Batch, rate float64) float64 {
	image := normalized(b.Image.Data)
	for i, x := range t.model.forward(image, t.size).RawMatrix().Data {
		t.logits.Data[i] = float32(x)
	}
	t.target = losses.Binary(t.target, b.Target)
	in := losses.Batch{Logits: t.logits, Target: t.target}
	if t.weighted {
		in.Weight = b.Weights
	}
	t.result = t.function.Eval(t.result, in, losses.ReduceMean)
	for i, g := range t.result.Grad.Data {
		t.grad.RawMatrix().Data[i] = float64(g)
	}
	t.model.backward(t.grad)
	values, grads := t.model.parameters()
	t.optimise.step(rate, values, grads)
	return t.result.Value
}

// predict returns the logits of scenes.
func (t *trainer) predict(scenes []*scene) [][]float64 {
	all := make([][]float64, len(scenes))
	for i, s := range scenes {
		all[i] = append(all[i], t.model.forward(s.image, s.h).RawMatrix().Data...)
	}
	return all
}
