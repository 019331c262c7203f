package main

import (
	"fmt"
	"image"
	"image/png"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/weightmap/weightmap/internal/atomicfile"
	"github.com/weightmap/weightmap/internal/synth"
)

// draw makes the masks that are not there: squares of 256 to 1024 pixels a side, each
// length as likely as another.
func draw(dir string, n int) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	rng := rand.New(rand.NewPCG(1, 2))
	sides := make([]int, n)
	for i := range sides {
		sides[i] = 256 + rng.IntN(1024-256+1)
	}
	var next atomic.Int64
	var group sync.WaitGroup
	var once sync.Once
	var failed error
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				path := filepath.Join(dir, fmt.Sprintf("mask-%03d.png", i))
				if _, err := os.Stat(path); err == nil {
					continue
				}
				if err := drawMask(path, i, sides[i]); err != nil {
					once.Do(func() { failed = err })
					return
				}
			}
		})
	}
	group.Wait()
	return failed
}

func drawMask(path string, scene, side int) error {
	s := synth.Draw(synth.Options{Seed: 1, Scene: uint64(scene), Shape: []int{side, side}})
	img := image.NewGray16(image.Rect(0, 0, side, side))
	for i, id := range s.Labels.Data {
		img.Pix[2*i], img.Pix[2*i+1] = uint8(id>>8), uint8(id)
	}
	return atomicfile.Write(path, func(w io.Writer) error { return png.Encode(w, img) })
}
