package labeling_test

import (
	"fmt"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/labeling"
)

func print[T grid.Element](g *grid.Grid[T]) {
	for y := range g.Shape[0] {
		fmt.Println(g.Sub(y).Data)
	}
}

// Pixels that share a corner touch at connectivity 8, but not at 4.
func ExampleComponents() {
	mask := grid.From([]uint8{
		255, 255, 0, 0, 0,
		0, 0, 255, 0, 255,
		0, 0, 0, 0, 255,
	}, 3, 5)
	labels, n := labeling.Components(nil, mask, 8)
	fmt.Println(n, "components")
	print(labels)
	_, n = labeling.Components(nil, mask, 4)
	fmt.Println(n, "at connectivity 4")
	// Output:
	// 2 components
	// [1 1 0 0 0]
	// [0 0 1 0 2]
	// [0 0 0 0 2]
	// 3 at connectivity 4
}

// A Labeler and a destination serve many masks.
func ExampleLabeler() {
	stack := grid.From([]uint8{
		1, 0, 1,
		1, 0, 1,

		1, 0, 1,
		1, 1, 1,
	}, 2, 2, 3)
	var labeler labeling.Labeler
	labels := grid.New[int32](2, 3)
	for z := range stack.Shape[0] {
		_, n := labeler.Components(labels, stack.Sub(z), 4)
		fmt.Println(n, labels.Data)
	}
	// Output:
	// 2 [1 0 2 1 0 2]
	// 1 [1 0 1 1 1 1]
}

// One value in two pieces is two components; touching values stay apart.
func ExampleComponentsByValue() {
	values := grid.From([]uint16{
		7, 7, 0, 7,
		9, 9, 0, 7,
	}, 2, 4)
	labels, n := labeling.ComponentsByValue(nil, values, 8)
	fmt.Println(n, "components")
	print(labels)
	// Output:
	// 3 components
	// [1 1 0 2]
	// [3 3 0 2]
}

func ExampleConnectivity_Valid() {
	fmt.Println(labeling.Connectivity(8).Valid(2), labeling.Connectivity(8).Valid(3))
	// Output: true false
}

func ExampleDefault() {
	fmt.Println(labeling.Default(1), labeling.Default(2), labeling.Default(3))
	// Output: 2 8 26
}

func ExampleRelabel() {
	ids := grid.From([]uint16{
		1000, 1000, 0,
		17, 0, 40000,
	}, 2, 3)
	labels, original := labeling.Relabel(nil, ids)
	print(labels)
	fmt.Println("originals", original)
	// Output:
	// [2 2 0]
	// [1 0 3]
	// originals [17 1000 40000]
}

func ExampleRestore() {
	labels := grid.From([]int32{2, 2, 0, 1, 0, 3}, 2, 3)
	print(labeling.Restore(nil, labels, []uint16{17, 1000, 40000}))
	// Output:
	// [1000 1000 0]
	// [17 0 40000]
}

func ExampleRemoveSmall() {
	labels := grid.From([]int32{
		1, 1, 0, 2,
		1, 0, 3, 3,
	}, 2, 4)
	labels, n := labeling.RemoveSmall(nil, labels, 2)
	fmt.Println(n, "objects of two pixels or more")
	print(labels)
	// Output:
	// 2 objects of two pixels or more
	// [1 1 0 0]
	// [1 0 2 2]
}

func ExampleMeasure() {
	labels := grid.From([]int32{
		5, 5, 0, 0,
		5, 5, 0, 8,
	}, 2, 4)
	for _, o := range labeling.Measure(labels) {
		fmt.Println(o.ID, "has", o.Pixels, "pixels in", o.Min, "to", o.Max, "around", o.Centroid)
	}
	// Output:
	// 5 has 4 pixels in [0 0] to [2 2] around [0.5 0.5]
	// 8 has 1 pixels in [1 3] to [2 4] around [1 3]
}

// Of two touching pixels of different objects the later one is cut.
func ExampleRidge() {
	labels := grid.From([]int32{
		1, 1, 2, 2,
		1, 1, 2, 2,
		3, 3, 3, 3,
	}, 3, 4)
	print(labeling.Ridge(nil, labels, 4))
	// Output:
	// [1 1 0 2]
	// [1 1 0 2]
	// [0 0 0 0]
}

func ExampleTouching() {
	labels := grid.From([]int32{
		1, 1, 2, 0,
		1, 1, 0, 3,
	}, 2, 4)
	fmt.Println(labeling.Touching(labels, 4), "pair at 4,", labeling.Touching(labels, 8), "pairs at 8")
	// Output: 1 pair at 4, 2 pairs at 8
}

func ExampleBoundary() {
	labels := grid.From([]int32{
		1, 1, 1, 0, 0,
		1, 1, 1, 0, 2,
		1, 1, 1, 0, 0,
	}, 3, 5)
	print(labeling.Boundary(nil, labels))
	// Output:
	// [0 0 1 0 0]
	// [0 0 1 0 1]
	// [0 0 1 0 0]
}
