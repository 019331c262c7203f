package main

import (
	"math"

	"gonum.org/v1/gonum/mat"

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
	loss     float64 // mean over the steps that were last asked for

	logits *grid.Map
	result *losses.Result
	grad   *mat.Dense
}

func newTrainer(s settings, l losses.Loss, weighted bool) *trainer {
	return &trainer{
		settings: s, model: newModel(s.seed, s.hidden), function: l, weighted: weighted,
		logits: grid.New[float32](1, s.size, s.size), grad: mat.NewDense(1, s.size*s.size, nil),
	}
}

// steps trains from one step to another, an image a step.
func (t *trainer) steps(scenes []*scene, from, to int) {
	sum := 0.
	for i := from; i < to; i++ {
		// The rate falls along a cosine (Loshchilov and Hutter, ICLR 2017).
		rate := t.rate / 2 * (1 + math.Cos(math.Pi*float64(i)/float64(t.settings.steps)))
		sum += t.step(scenes[i%len(scenes)], rate)
	}
	t.loss = sum / float64(to-from)
}

// step goes forward to the logits, takes value and gradient of the loss, goes back with
// the gradient, and changes the parameters. It returns the loss before that.
func (t *trainer) step(s *scene, rate float64) float64 {
	for i, x := range t.model.forward(s.image, s.h).RawMatrix().Data {
		t.logits.Data[i] = float32(x)
	}
	b := losses.Batch{Logits: t.logits, Target: s.target}
	if t.weighted {
		b.Weight = s.weights
	}
	t.result = t.function.Eval(t.result, b, losses.ReduceMean)
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
