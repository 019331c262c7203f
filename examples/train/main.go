// Command train trains a small convolutional network twice on crowded nuclei, once with
// the plain cross entropy and once with the cross entropy weighted by distance, and
// counts how many pairs of touching nuclei each network keeps apart.
//
// Both runs have the same images, targets, initial weights, steps and optimiser. In the
// target of both a ridge of background, one pixel wide, is cut between nuclei that
// touch: it is there to be learnt, but it is one pixel in a hundred. See the README.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"sync"
	"time"

	"github.com/weightmap/weightmap/losses"
	"github.com/weightmap/weightmap/weights"
)

// settings are what the flags say.
type settings struct {
	seed   uint64
	steps  int
	rate   float64      // of learning, in the first step
	hidden []int        // channels of the hidden layers
	size   int          // height and width of the images to train on
	train  int          // how many of them
	h, w   int          // height and width of the held-out images
	held   int          // how many of them
	border weights.UNet // the weight map
}

// defaults has the weight map that Freiburg's U-Net of 2019 uses on targets with a ridge.
func defaults() settings {
	return settings{
		seed: 1, steps: 500, rate: 0.01, hidden: []int{12, 12, 12},
		size: 128, train: 100, h: 256, w: 320, held: 16, border: weights.Freiburg2019(),
	}
}

func main() {
	log.SetFlags(0)
	s := defaults()
	flag.Uint64Var(&s.seed, "seed", s.seed, "draw other images and begin with other weights")
	flag.IntVar(&s.steps, "steps", s.steps, "train for so many images")
	flag.IntVar(&s.held, "held", s.held, "count in so many held-out images")
	flag.Float64Var(&s.border.W0, "w0", s.border.W0, "height of the weight map's border term")
	flag.Float64Var(&s.border.Sigma, "sigma", s.border.Sigma, "its width in pixels")
	out := flag.String("out", "", "save pictures in this folder (default a new one, which is printed)")
	flag.Parse()
	if flag.NArg() > 0 || s.steps < 1 || s.held < 1 || !(s.border.W0 >= 0 && s.border.Sigma > 0) {
		flag.Usage()
		os.Exit(2)
	}
	dir, err := folder(*out)
	if err == nil {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		defer stop()
		err = compare(ctx, os.Stdout, s, dir)
	}
	if err != nil {
		log.Fatal("train: ", err)
	}
}

// folder makes the folder for the pictures, a new one if it has no name.
func folder(dir string) (string, error) {
	if dir == "" {
		return os.MkdirTemp("", "weightmap-train-")
	}
	return dir, os.MkdirAll(dir, 0o777)
}

// compare trains both networks, tells how it goes, and saves pictures.
func compare(ctx context.Context, w io.Writer, s settings, dir string) error {
	start := time.Now()
	data, err := os.MkdirTemp("", "weightmap-train-data-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(data)
	loader, err := newLoader(ctx, data, s.seed, s.train, s.size, s.border)
	if err != nil {
		return err
	}
	held := draw(s.seed+1, s.held, s.h, s.w)
	plain := newTrainer(ctx, s, loader, losses.CrossEntropy{}, false)
	defer plain.close()
	weighted := newTrainer(ctx, s, loader, losses.DistanceWeighted{}, true)
	defer weighted.close()

	fmt.Fprintf(w, "%d images of %d×%d, %d steps; the weight map is 1 + %.4g·exp(−(d1+d2)²/(2·%.4g²))\n\n",
		s.train, s.size, s.size, s.steps, s.border.W0, s.border.Sigma)
	fmt.Fprintf(w, "%6s  %15s  %15s\n", "step", "cross entropy", "weighted by map")
	every := max(1, s.steps/10)
	for from := 0; from < s.steps; from += every {
		to := min(from+every, s.steps)
		var errs [2]error
		both(func() { errs[0] = plain.steps(to) }, func() { errs[1] = weighted.steps(to) })
		if err := cmp.Or(errs[0], errs[1]); err != nil {
			return err
		}
		fmt.Fprintf(w, "%6d  %15.4f  %15.4f\n", to, plain.loss, weighted.loss)
	}

	var byPlain, byWeighted [][]float64
	both(func() { byPlain = plain.predict(held) }, func() { byWeighted = weighted.predict(held) })
	a, b := measure(held, byPlain, 0), measure(held, byWeighted, 0)
	threshold, c := raise(held, byPlain, b.iou())
	fmt.Fprintf(w, "\n%d held-out images of %d×%d have %d pairs of nuclei that touch.\n\n", s.held, s.h, s.w, a.touching)
	fmt.Fprintf(w, "%-45s  %10s  %12s  %9s\n", "trained with", "kept apart", "nuclei found", "pixel IoU")
	for _, line := range []struct {
		name string
		score
	}{
		{"cross entropy", a},
		{"cross entropy weighted by the map", b},
		{fmt.Sprintf("cross entropy, logit above %.2f instead of 0", threshold), c},
	} {
		fmt.Fprintf(w, "%-45s  %10s  %12s  %9.3f\n", line.name, share(line.apart, line.touching), share(line.found, line.nuclei), line.iou())
	}

	for i, sc := range held {
		if err := save(dir, i, sc, byPlain[i], byWeighted[i]); err != nil {
			return err
		}
	}
	fmt.Fprintf(w, "\n%d pictures in %s, after %.0f s\n", len(held), dir, time.Since(start).Seconds())
	return nil
}

// both does two things at a time.
func both(a, b func()) {
	var wait sync.WaitGroup
	wait.Go(a)
	wait.Go(b)
	wait.Wait()
}

// share is a number and how much that is of all.
func share(n, all int) string {
	return fmt.Sprintf("%d (%.0f %%)", n, 100*float64(n)/float64(max(1, all)))
}
