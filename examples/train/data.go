package main

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/synth"
	"github.com/weightmap/weightmap/labeling"
	"github.com/weightmap/weightmap/losses"
	"github.com/weightmap/weightmap/weights"
)

// scene is an image with its truth, ready for training.
type scene struct {
	h, w   int
	photo  *grid.Grid[uint8] // what the camera saw
	labels *grid.Labels      // whose pixel each one is
	cut    *grid.Labels      // the same with a ridge of background between nuclei that touch
	image  *mat.Dense        // the photo for the network: mean 0, standard deviation 1

	target  *grid.Map // {1, H, W}: 1 in cut nuclei
	weights *grid.Map // {1, H, W}
}

// draw draws n scenes.
func draw(seed uint64, n int, h, w int, u weights.UNet) []*scene {
	scenes := make([]*scene, n)
	for i := range scenes {
		d := synth.Draw(synth.Options{Seed: seed, Scene: uint64(i), Shape: []int{h, w}})
		s := &scene{h: h, w: w, photo: d.Image, labels: d.Labels, image: normalized(d.Image)}
		s.cut = labeling.Ridge(nil, s.labels, 8)
		s.target = batch(losses.Binary(nil, s.cut))
		s.weights = batch(u.Map(nil, s.cut, nil, nil))
		scenes[i] = s
	}
	return scenes
}

// batch makes a batch of one image of it.
func batch(m *grid.Map) *grid.Map { return grid.From(m.Data, 1, m.Shape[0], m.Shape[1]) }

func normalized(photo *grid.Grid[uint8]) *mat.Dense {
	x := make([]float64, len(photo.Data))
	sum, squares := 0., 0.
	for i, v := range photo.Data {
		x[i] = float64(v)
		sum += x[i]
		squares += x[i] * x[i]
	}
	n := float64(len(x))
	mean := sum / n
	deviation := math.Sqrt(max(squares/n-mean*mean, 1))
	for i := range x {
		x[i] = (x[i] - mean) / deviation
	}
	return mat.NewDense(1, len(x), x)
}
