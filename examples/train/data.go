package main

import (
	"context"
	"fmt"
	"iter"
	"math"
	"path/filepath"

	"gonum.org/v1/gonum/mat"

	"github.com/weightmap/weightmap/dataset"
	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/synth"
	"github.com/weightmap/weightmap/labeling"
	"github.com/weightmap/weightmap/weights"
)

// newLoader draws n images to train on into the folder dir, makes their weight maps, and
// returns what loads them, one a batch, shuffled, flipped and turned. With a data set of
// one's own this begins with Precompute.
func newLoader(ctx context.Context, dir string, seed uint64, n, size int, u weights.UNet) (*dataset.Loader, error) {
	set := synth.Set{Seed: seed, Images: n, Size: []int{size, size}}
	if _, err := set.Write(ctx, dir, false); err != nil {
		return nil, err
	}
	o := dataset.DefaultOptions(filepath.Join(dir, "nuclei"))
	o.Instances = dataset.InstancesIDs
	o.Balance.Mode = dataset.BalanceNone // what is left is the border term
	o.Weights, o.Ridge = u, true
	o.Save = []dataset.Kind{dataset.Weights, dataset.Target}
	switch report, err := dataset.Precompute(ctx, o); {
	case err != nil:
		return nil, err
	case report.Made != n:
		return nil, fmt.Errorf("of %d images, %d have maps", n, report.Made)
	}
	samples, err := dataset.Samples(ctx, o.Paths[0], dataset.SampleOptions{})
	if err != nil {
		return nil, err
	}
	return dataset.NewLoader(samples, dataset.LoaderOptions{
		Batch: 1, Crop: [2]int{size, size}, Flip: true, Turn: true, Shuffle: true, Seed: seed,
	})
}

// endless goes through epoch after epoch. The first error is the last of it.
func endless(ctx context.Context, l *dataset.Loader) iter.Seq2[*dataset.Batch, error] {
	return func(yield func(*dataset.Batch, error) bool) {
		for epoch := 0; ; epoch++ {
			for b, err := range l.Epoch(ctx, epoch) {
				if !yield(b, err) || err != nil {
					return
				}
			}
		}
	}
}

// scene is a held-out image with its truth.
type scene struct {
	h, w   int
	photo  *grid.Grid[uint8] // what the camera saw
	labels *grid.Labels      // whose pixel each one is
	cut    *grid.Labels      // the same with a ridge of background between nuclei that touch
	image  *mat.Dense        // the photo for the network
}

// draw draws n scenes.
func draw(seed uint64, n int, h, w int) []*scene {
	scenes := make([]*scene, n)
	for i := range scenes {
		d := synth.Draw(synth.Options{Seed: seed, Scene: uint64(i), Shape: []int{h, w}})
		scenes[i] = &scene{
			h: h, w: w, photo: d.Image, labels: d.Labels,
			cut:   labeling.Ridge(nil, d.Labels, 8),
			image: normalized(d.Image.Data),
		}
	}
	return scenes
}

// normalized has mean 0 and standard deviation 1, so that it does not matter in what
// units the brightness is.
func normalized[T uint8 | float32](brightness []T) *mat.Dense {
	x := make([]float64, len(brightness))
	sum, squares := 0., 0.
	for i, v := range brightness {
		x[i] = float64(v)
		sum += x[i]
		squares += x[i] * x[i]
	}
	n := float64(len(x))
	mean := sum / n
	deviation := math.Sqrt(max(squares/n-mean*mean, 0))
	for i := range x {
		x[i] -= mean
		if deviation > 0 {
			x[i] /= deviation
		}
	}
	return mat.NewDense(1, len(x), x)
}
