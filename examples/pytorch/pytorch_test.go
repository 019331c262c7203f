// Package pytorch_test holds the PyTorch example against the Go packages.
package pytorch_test

import (
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/judge"
	"github.com/weightmap/weightmap/internal/npy"
	"github.com/weightmap/weightmap/losses"
	"github.com/weightmap/weightmap/weights"
)

func write[T grid.Element](t *testing.T, path string, g *grid.Grid[T]) {
	t.Helper()
	if err := npy.WriteFile(path, g); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string, shape []int) *grid.Map {
	t.Helper()
	g, err := npy.ReadFile[float32](path, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if len(g.Shape) != len(shape) || grid.Size(g.Shape) != grid.Size(shape) {
		t.Fatalf("%s has shape %v, want %v", path, g.Shape, shape)
	}
	return g
}

// The example's own tests.
func TestExample(t *testing.T) {
	judge.Need(t, "torch", "PIL", "scipy")
	judge.Python(t, `
		import sys, unittest
		sys.dont_write_bytecode = True
		sys.path.insert(0, '.')
		result = unittest.TextTestRunner(verbosity=2).run(unittest.defaultTestLoader.loadTestsFromName('test_pytorch'))
		assert result.testsRun > 15 and result.wasSuccessful()
	`)
}

// The gradients of loss.py are those of package losses.
func TestGradients(t *testing.T) {
	judge.Need(t, "torch")
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(1, 2))
	shape := []int{3, 17, 23}
	b := losses.Batch{Logits: grid.New[float32](shape...), Target: grid.New[float32](shape...), Weight: grid.New[float32](shape...)}
	for i := range b.Logits.Data {
		b.Logits.Data[i] = float32(20 * rng.NormFloat64())
		b.Target.Data[i] = float32(rng.IntN(2))
		if rng.IntN(4) > 0 { // the others weigh 0
			b.Weight.Data[i] = float32(10 * rng.Float64())
		}
	}
	write(t, filepath.Join(dir, "x.npy"), b.Logits)
	write(t, filepath.Join(dir, "p.npy"), b.Target)
	write(t, filepath.Join(dir, "w.npy"), b.Weight)
	judge.Python(t, `
		import sys, numpy as np, torch
		sys.dont_write_bytecode = True
		sys.path.insert(0, '.')
		from loss import weighted_bce
		x, p, w = (torch.from_numpy(np.load(f'{sys.argv[1]}/{n}.npy')) for n in 'xpw')
		x.requires_grad_()
		for reduction in 'mean', 'mean-by-weight', 'sum':
			value = weighted_bce(x, p, w, reduction)
			gradient, = torch.autograd.grad(value, x)
			np.save(f'{sys.argv[1]}/{reduction}.npy', gradient.numpy())
			np.save(f'{sys.argv[1]}/{reduction}.value.npy', value.detach().numpy().reshape(1))
	`, dir)
	for _, r := range []losses.Reduction{losses.ReduceMean, losses.ReduceMeanByWeight, losses.ReduceSum} {
		want := losses.DistanceWeighted{}.Eval(nil, b, r)
		got := read(t, filepath.Join(dir, r.String()+".npy"), shape)
		scale := 0.0
		for _, g := range want.Grad.Data {
			scale = max(scale, abs(float64(g)))
		}
		for i := range got.Data {
			if d := abs(float64(got.Data[i]) - float64(want.Grad.Data[i])); d > 1e-6*scale {
				t.Fatalf("%v: at %d the gradient is %g in PyTorch, %g here", r, i, got.Data[i], want.Grad.Data[i])
			}
		}
		v := read(t, filepath.Join(dir, r.String()+".value.npy"), []int{1}).Data[0]
		if d := abs(float64(v) - want.Value); d > 1e-5*want.Value {
			t.Errorf("%v: the value is %g in PyTorch, %g here", r, v, want.Value)
		}
	}
}

// naive.py is the map that package weights makes.
func TestNaive(t *testing.T) {
	judge.Need(t, "scipy")
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(3, 4))
	labels := grid.New[int32](70, 90)
	for id := int32(1); id <= 12; id++ {
		cy, cx, r := rng.IntN(70), rng.IntN(90), 2+rng.IntN(7)
		for y := range 70 {
			for x := range 90 {
				if (y-cy)*(y-cy)+(x-cx)*(x-cx) < r*r {
					labels.Data[y*90+x] = id
				}
			}
		}
	}
	write(t, filepath.Join(dir, "ids.npy"), labels)
	judge.Python(t, `
		import sys, numpy as np
		sys.dont_write_bytecode = True
		sys.path.insert(0, '.')
		from naive import unet_weights
		np.save(sys.argv[1] + '/w.npy', unet_weights(np.load(sys.argv[1] + '/ids.npy'), 0.7, 2.0))
	`, dir)
	u := weights.DefaultUNet()
	u.Class = weights.Class{Background: 0.7, Foreground: 2}
	want := u.Map(nil, labels, nil, nil)
	got := read(t, filepath.Join(dir, "w.npy"), labels.Shape)
	for i := range want.Data {
		if d := abs(float64(got.Data[i]) - float64(want.Data[i])); d > 2e-6*float64(want.Data[i]) {
			t.Fatalf("at %d the weight is %g in SciPy, %g here", i, got.Data[i], want.Data[i])
		}
	}
}

func abs(x float64) float64 { return max(x, -x) }
