package dataset

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"runtime"
	"slices"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/npy"
)

// LoaderOptions says what batches a [Loader] makes. [DefaultLoader] is where to start.
type LoaderOptions struct {
	// Batch is the number of samples in a batch. The last of an epoch has fewer where
	// they do not come out even, unless DropLast, which leaves it out.
	Batch    int
	DropLast bool

	// Crop is the size {H, W} of what is cut out of each image. RandomCrop cuts
	// anywhere, else in the middle. An image that is smaller is padded with pixels
	// that are 0 and weigh 0.
	Crop       [2]int
	RandomCrop bool

	Flip bool // upside down and left for right, each every second time
	Turn bool // by 0, 90, 180 or 270°

	// Shuffle gives each epoch an order of its own.
	Shuffle bool

	// Seed changes all that is random.
	Seed uint64

	// Jobs is the number of samples worked on at a time; 0 is one for each processor.
	Jobs int

	// Prefetch is the number of batches made while one is in use; 0 is 2.
	Prefetch int
}

// DefaultLoader returns options for training: batches of 8 random crops of 256×256
// pixels, flipped and turned, in random order.
func DefaultLoader() LoaderOptions {
	return LoaderOptions{Batch: 8, Crop: [2]int{256, 256}, RandomCrop: true, Flip: true, Turn: true, Shuffle: true}
}

// Batch is what a step of training takes. All grids are {N, H, W}.
type Batch struct {
	// Image is the brightness: that of 8-bit images divided by 255, of 16-bit images
	// by 65535, so that it is in [0, 1]; that of NPY and TIFF files of floats as it is.
	// Colours are made gray, 0.299 R + 0.587 G + 0.114 B, and alpha is left out.
	Image *grid.Map

	Target  *grid.Mask // 1 on objects, else 0
	Weights *grid.Map  // 0 where there is no image

	Samples []Sample // where the N come from
	Views   []View   // and what part of each it is
}

// Loader makes batches of samples for training. Each sample's files are read when its
// turn comes: nothing of it is kept for the next epoch. So memory is that of
// Prefetch + 2 batches, and for each of the Jobs that of the files of one sample.
//
// A Loader is safe for use by several goroutines.
type Loader struct {
	samples []Sample
	o       LoaderOptions
}

// NewLoader returns a loader of the samples, whose images must be found and have two
// axes. An error is an [*OptionError].
func NewLoader(samples []Sample, o LoaderOptions) (*Loader, error) {
	switch {
	case len(samples) == 0:
		return nil, optionError("", "there are no samples to load")
	case o.Batch < 1:
		return nil, optionError("", "a batch has %d samples, and must have at least 1", o.Batch)
	case o.Crop[0] < 1 || o.Crop[1] < 1:
		return nil, optionError("", "a crop has %d×%d pixels, and must have at least 1×1", o.Crop[0], o.Crop[1])
	case o.Jobs < 0 || o.Prefetch < 0:
		return nil, optionError("", "jobs are %d and prefetch is %d, and neither can be below 0", o.Jobs, o.Prefetch)
	}
	for _, s := range samples {
		if s.Image == "" {
			return nil, optionError("", "%s: no image was found that belongs to it", s.from())
		}
	}
	if o.Jobs == 0 {
		o.Jobs = runtime.GOMAXPROCS(0)
	}
	if o.Prefetch == 0 {
		o.Prefetch = 2
	}
	return &Loader{slices.Clone(samples), o}, nil
}

// Len returns the number of batches in an epoch.
func (l *Loader) Len() int {
	if l.o.DropLast {
		return len(l.samples) / l.o.Batch
	}
	return (len(l.samples) + l.o.Batch - 1) / l.o.Batch
}

// part is a sample on its way into a batch.
type part struct {
	batch  *Batch
	at     int // its place there
	sample int // in the loader
	err    error
}

// Epoch returns the batches of an epoch, in which each sample is once. An epoch of a
// number is the same every time, whatever Jobs and Prefetch are; other numbers have
// other orders, crops, flips and turns. A batch is the caller's to keep and change.
//
//	for batch, err := range loader.Epoch(ctx, epoch) {
//		if err != nil {
//			return err
//		}
//		…
//	}
//
// An error, of a file (it names the path) or of the context, comes with a nil batch
// and is the last. Leaving the loop ends the work for it.
func (l *Loader) Epoch(ctx context.Context, epoch int) iter.Seq2[*Batch, error] {
	return func(yield func(*Batch, error) bool) {
		order := make([]int, len(l.samples))
		for i := range order {
			order[i] = i
		}
		if l.o.Shuffle {
			rand.New(rand.NewPCG(l.o.Seed, uint64(epoch))).Shuffle(len(order), func(i, j int) {
				order[i], order[j] = order[j], order[i]
			})
		}
		if l.o.DropLast {
			order = order[:l.Len()*l.o.Batch]
		}
		var batch *Batch
		done := 0
		next := func() (*part, bool) {
			if done == len(order) {
				return nil, false
			}
			at := done % l.o.Batch
			if at == 0 {
				batch = l.empty(min(l.o.Batch, len(order)-done))
			}
			done++
			return &part{batch: batch, at: at, sample: order[done-1]}, true
		}
		work := func(p *part) { p.err = l.fill(ctx, epoch, p) }
		left := errors.New("the loop was left")
		err := ordered(ctx, l.o.Jobs, l.o.Prefetch*l.o.Batch, next, func() func(*part) { return work }, func(p *part) error {
			if p.err != nil {
				return p.err
			}
			if p.at == len(p.batch.Samples)-1 && !yield(p.batch, nil) {
				return left
			}
			return nil
		})
		if err != nil && err != left {
			yield(nil, err)
		}
	}
}

func (l *Loader) empty(n int) *Batch {
	h, w := l.o.Crop[0], l.o.Crop[1]
	return &Batch{
		Image: grid.New[float32](n, h, w), Target: grid.New[uint8](n, h, w), Weights: grid.New[float32](n, h, w),
		Samples: make([]Sample, n), Views: make([]View, n),
	}
}

// fill reads a sample and puts the view of it into its place in the batch.
func (l *Loader) fill(ctx context.Context, epoch int, p *part) error {
	s := &l.samples[p.sample]
	weights, err := npy.ReadFile[float32](s.Weights, 0)
	if err != nil {
		return err
	}
	if len(weights.Shape) != 2 {
		return fmt.Errorf("%s: batches are made of images {H, W}, and this has shape %v", s.Weights, weights.Shape)
	}
	target, err := s.target(ctx)
	if err != nil {
		return err
	}
	if !slices.Equal(target.Shape, weights.Shape) {
		return fmt.Errorf("%s: the weights have shape %v, and the mask %v", s.Weights, weights.Shape, target.Shape)
	}
	picture, _, err := readPicture(s.Image, weights.Shape)
	if err != nil {
		return err
	}
	image, err := picture.gray(len(weights.Data))
	if err != nil {
		return fmt.Errorf("%s: %w", s.Image, err)
	}
	v := l.view(epoch, p.sample, weights.Shape)
	cut(p.batch.Image.Sub(p.at), image, v)
	cut(p.batch.Target.Sub(p.at), target, v)
	cut(p.batch.Weights.Sub(p.at), weights, v)
	p.batch.Samples[p.at], p.batch.Views[p.at] = *s, v
	return nil
}
