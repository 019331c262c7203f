package render

import (
	"encoding/json"
	"math"
	"path/filepath"
	"testing"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/judge"
	"github.com/weightmap/weightmap/internal/npy"
)

func TestSummarize(t *testing.T) {
	inf := float32(math.Inf(1))
	s := Summarize([]float32{4, inf, 1, float32(math.NaN()), 3, 2, -inf, 0})
	if s.Count != 8 || s.Infinite != 2 || s.NaN != 1 || s.Min != 0 || s.Max != 4 || s.Mean != 2 {
		t.Errorf("%+v", s)
	}
	if want := [...]float64{0.04, 0.2, 1, 2, 3, 3.8, 3.96}; !near(s.Percentile, want) {
		t.Errorf("percentiles %v, want %v", s.Percentile, want)
	}
	for _, values := range [][]float32{nil, {inf}, {float32(math.NaN())}} {
		s := Summarize(values)
		if !math.IsNaN(s.Min) || !math.IsNaN(s.Max) || !math.IsNaN(s.Mean) || !math.IsNaN(s.Percentile[3]) {
			t.Errorf("of %v there is a summary %+v", values, s)
		}
	}
}

func near(a, b [len(Percentiles)]float64) bool {
	for i := range a {
		if math.Abs(a[i]-b[i]) > 1e-12*math.Max(1, math.Abs(b[i])) {
			return false
		}
	}
	return true
}

func TestSummarizeAsNumPyDoes(t *testing.T) {
	m := grid.New[float32](37, 53)
	for i := range m.Data {
		m.Data[i] = float32(math.Sin(float64(i)*1.7)) * 1000
	}
	path := filepath.Join(t.TempDir(), "a.npy")
	if err := npy.WriteFile(path, m); err != nil {
		t.Fatal(err)
	}
	out := judge.Python(t, `
		import json, sys, numpy as np
		a = np.load(sys.argv[1]).astype(np.float64)
		print(json.dumps([a.min(), a.max(), a.mean()] + list(np.percentile(a, [1, 5, 25, 50, 75, 95, 99]))))
	`, path)
	var want []float64
	if err := json.Unmarshal([]byte(out), &want); err != nil {
		t.Fatal(err)
	}
	s := Summarize(m.Data)
	got := append([]float64{s.Min, s.Max, s.Mean}, s.Percentile[:]...)
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-9*math.Max(1, math.Abs(want[i])) {
			t.Errorf("number %d is %v, and NumPy says %v", i, got[i], want[i])
		}
	}
}
