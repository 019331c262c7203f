// Command gradients writes the gradient of the weighted cross entropy by each logit, as
// package losses computes it: what other frameworks' gradients are compared with.
//
//	gradients REDUCTION logits.npy target.npy weights.npy gradient.npy
//
// The arrays are float32 of one shape, whose leading axis counts the images. REDUCTION
// is mean (Σwℓ over the number of pixels whose weight is not 0), mean-by-weight
// (Σwℓ/Σw) or sum. The value of the loss is printed.
package main

import (
	"fmt"
	"log"
	"os"
	"slices"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/npy"
	"github.com/weightmap/weightmap/losses"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("gradients: ")
	if len(os.Args) != 6 {
		log.Fatal("usage: gradients REDUCTION logits.npy target.npy weights.npy gradient.npy")
	}
	all := []losses.Reduction{losses.ReduceMean, losses.ReduceMeanByWeight, losses.ReduceSum}
	i := slices.IndexFunc(all, func(r losses.Reduction) bool { return r.String() == os.Args[1] })
	if i < 0 {
		log.Fatalf("the reduction is one of %v, not %q", all, os.Args[1])
	}
	var arrays [3]*grid.Map
	for k, path := range os.Args[2:5] {
		m, err := npy.ReadFile[float32](path, 1<<28)
		if err != nil {
			log.Fatal(err)
		}
		if len(m.Shape) < 3 || len(m.Shape) > 5 || k > 0 && !slices.Equal(m.Shape, arrays[0].Shape) {
			log.Fatalf("%s has shape %v, want that of the logits, 3 to 5 axes", path, m.Shape)
		}
		arrays[k] = m
	}
	b := losses.Batch{Logits: arrays[0], Target: arrays[1], Weight: arrays[2]}
	res := losses.DistanceWeighted{}.Eval(nil, b, all[i])
	if err := npy.WriteFile(os.Args[5], res.Grad); err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Value)
}
