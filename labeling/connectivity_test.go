package labeling_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/labeling"
)

func TestConnectivityFitsAxes(t *testing.T) {
	for ndim, want := range [][]labeling.Connectivity{
		0: nil,
		1: {2, 4, 8, 6, 18, 26},
		2: {4, 8},
		3: {6, 18, 26},
		4: nil,
	} {
		if got := connectivities(ndim); !slices.Equal(got, want) {
			t.Errorf("%d axes can have %v, want %v", ndim, got, want)
		}
	}
	for _, c := range []labeling.Connectivity{-1, 0, 1, 3, 5, 7, 27} {
		for ndim := range 5 {
			if c.Valid(ndim) {
				t.Errorf("connectivity %d is valid in %d axes", c, ndim)
			}
		}
	}
}

// A pixel in the middle touches as many as its connectivity says.
func TestConnectivityCountsNeighbours(t *testing.T) {
	for _, shape := range [][]int{{3, 3}, {3, 3, 3}} {
		for _, c := range connectivities(len(shape)) {
			touching := 0
			for i := range grid.Size(shape) {
				mask := grid.New[uint8](shape...)
				middle := len(mask.Data) / 2
				mask.Data[middle], mask.Data[i] = 1, 1
				if _, n := labeling.Components(nil, mask, c); n == 1 && i != middle {
					touching++
				}
			}
			if touching != int(c) {
				t.Errorf("connectivity %d: %d pixels touch the middle one", c, touching)
			}
		}
	}
}

func TestDefaultConnectivityIsFull(t *testing.T) {
	for ndim, want := range map[int]labeling.Connectivity{1: 2, 2: 8, 3: 26} {
		if got := labeling.Default(ndim); got != want || !got.Valid(ndim) {
			t.Errorf("default of %d axes is %d, want %d", ndim, got, want)
		}
	}
}

// What only a caller can get wrong panics, and says with which shapes.
func TestPanicsNameTheShapes(t *testing.T) {
	labels := grid.New[int32](2, 3)
	for name, c := range map[string]struct {
		call func()
		say  []string
	}{
		"connectivity of 3-D in 2-D": {func() { labeling.Components(nil, grid.New[uint8](2, 3), 6) }, []string{"6", "[2 3]"}},
		"connectivity of 2-D in 3-D": {func() { labeling.ComponentsByValue(nil, grid.New[int32](2, 3, 4), 8) }, []string{"8", "[2 3 4]"}},
		"no such connectivity":       {func() { labeling.Ridge(nil, labels, 5) }, []string{"5", "[2 3]"}},
		"touching at 2 in 2-D":       {func() { labeling.Touching(labels, 2) }, []string{"2", "[2 3]"}},
		"four axes":                  {func() { labeling.Components(nil, grid.New[uint8](1, 2, 3, 4), 26) }, []string{"[1 2 3 4]"}},
		"no axes":                    {func() { labeling.Components(nil, grid.New[uint8](), 8) }, []string{"[]"}},
		"measuring four axes":        {func() { labeling.Measure(grid.New[int32](1, 2, 3, 4)) }, []string{"[1 2 3 4]"}},
		"measuring four empty axes":  {func() { labeling.Measure(grid.New[int32](0, 2, 3, 4)) }, []string{"[0 2 3 4]"}},
		"boundary of no axes":        {func() { labeling.Boundary(nil, grid.New[int32]()) }, []string{"[]"}},
		"another destination":        {func() { labeling.Components(grid.New[int32](3, 2), grid.New[uint8](2, 3), 8) }, []string{"[3 2]", "[2 3]"}},
		"relabel's destination":      {func() { labeling.Relabel(grid.New[int32](3, 2), labels) }, []string{"[3 2]", "[2 3]"}},
		"boundary's destination":     {func() { labeling.Boundary(grid.New[uint8](3, 2), labels) }, []string{"[3 2]", "[2 3]"}},
		"default of four axes":       {func() { labeling.Default(4) }, []string{"4"}},
		"no original":                {func() { labeling.Restore(nil, grid.From([]int32{1, 3}, 2), []int32{7, 8}) }, []string{"3", "[2]", "2"}},
		"a negative label":           {func() { labeling.Restore(nil, grid.From([]int32{1, -3}, 2), []int32{7, 8}) }, []string{"-3", "[2]"}},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				said := fmt.Sprint(recover())
				for _, word := range c.say {
					if !strings.Contains(said, word) {
						t.Errorf("panic %q does not say %s", said, word)
					}
				}
			}()
			c.call()
		})
	}
}
