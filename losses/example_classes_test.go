package losses_test

import (
	"fmt"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/losses"
)

// three is one image of 1×2 pixels and three classes. The first pixel is of class 0, which
// has the probability ½; the second of class 1, which has ¼.
func three() losses.Batch {
	q := grid.From([]float32{
		0.5, 0.5, // class 0
		0.25, 0.25, // class 1
		0.25, 0.25, // class 2
	}, 1, 3, 1, 2)
	return losses.Batch{
		Logits: losses.LogProbabilities(nil, q),
		Target: grid.From([]float32{0, 1}, 1, 1, 2),
	}
}

// −log ½ and −log ¼; the gradient is q, less 1 for the class that it is.
func ExampleSoftmaxCrossEntropy() {
	res := losses.SoftmaxCrossEntropy{}.Eval(nil, three(), losses.ReduceNone)
	fmt.Printf("%.4f\n%.2f\n", res.Map.Data, res.Grad.Data)
	// Output:
	// [0.6931 1.3863]
	// [-0.50 0.50 0.25 -0.75 0.25 0.25]
}

// (½)² and (¾)² times the cross entropy.
func ExampleSoftmaxFocal() {
	res := losses.SoftmaxFocal{Gamma: 2}.Eval(nil, three(), losses.ReduceNone)
	fmt.Printf("%.4f\n", res.Map.Data)
	// Output: [0.1733 0.7798]
}

// Dice is 1 − 2·½/(1+1) = ½ for class 0, 1 − 2·¼/(1+½) = ⅔ for class 1, and 1 for class 2,
// which is not there but has ½ of a pixel.
func ExampleSoftmaxOverlap() {
	l := losses.SoftmaxOverlap{Of: losses.Dice{}}
	fmt.Printf("%.4f\n", l.Eval(nil, three(), losses.ReduceMean).Value)
	l.ExcludeBackground = true
	fmt.Printf("%.4f\n", l.Eval(nil, three(), losses.ReduceMean).Value)
	// Output:
	// 0.7222
	// 0.8333
}

// All weights are 1, class 2 taking that of the others: 1 − 2(½ + ¼ + 0)/(2 + 1½ + ½).
func ExampleSoftmaxGeneralizedDice() {
	res := losses.SoftmaxGeneralizedDice{}.Eval(nil, three(), losses.ReduceMean)
	fmt.Printf("%.4f\n", res.Value)
	// Output: 0.6250
}

// Class 0 has the errors ½ and ½: the first makes J 1, the second adds nothing. Class 1
// has ¾ where it is, which makes J 1, and ¼ where it is not.
func ExampleLovaszSoftmax() {
	res := losses.LovaszSoftmax{}.Eval(nil, three(), losses.ReduceMean)
	fmt.Printf("%.4f\n", res.Value) // (½ + ¾)/2
	// Output: 0.6250
}

func ExampleLogProbabilities() {
	fmt.Printf("%.4f\n", losses.LogProbabilities(nil, grid.From([]float32{0.5, 0.25, 0.25, 0}, 1, 4, 1, 1)).Data)
	// Output: [-0.6931 -1.3863 -1.3863 -16.1181]
}

func ExampleClasses() {
	fmt.Println(losses.Classes(nil, grid.From([]uint8{0, 2, 1}, 1, 1, 3)).Data)
	// Output: [0 2 1]
}
