package losses_test

import (
	"testing"

	"github.com/weightmap/weightmap/internal/judge"
)

// The committed numbers are those the script makes now, with whatever PyTorch there is.
// One case in eleven will do: a prime number, so that every loss and batch has its turn.
func TestGoldenScriptStillSaysSo(t *testing.T) {
	judge.Need(t, "torch", "scipy")
	out := judge.Python(t, `
		import os, runpy, sys
		sys.dont_write_bytecode = True
		script = os.path.abspath("testdata/golden.py")
		sys.argv = [script, "-", "--torch-only", "--every=11"]
		runpy.run_path(script, run_name="__main__")
	`)
	now := readGolden(t, []byte(out))
	checkGolden(t, now)

	was := readGolden(t, goldenFile(t))
	type key struct{ loss, batch, reduction, source string }
	values := map[key]float64{}
	for _, c := range was.Cases {
		values[key{c.Loss, c.Batch, c.Reduction, c.Source}] = c.Value
	}
	for _, c := range now.Cases {
		v, ok := values[key{c.Loss, c.Batch, c.Reduction, c.Source}]
		if !ok {
			t.Errorf("golden.json lacks %s of %s, %s", c.Loss, c.Batch, c.Reduction)
		} else if far(c.Value, v, 0, 1e-9) > 1 {
			t.Errorf("%s of %s, %s: golden.json has %v, PyTorch says %v", c.Loss, c.Batch, c.Reduction, v, c.Value)
		}
	}
}
