package losses_test

import (
	"fmt"

	"github.com/weightmap/weightmap/edt"
	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/losses"
)

// pair is one image of 1×2 pixels: probabilities ¾ and ¼ where the truth is 1 and 0. Both
// are off by ¼.
func pair() losses.Batch {
	return losses.Batch{
		Logits: losses.Logits(nil, grid.From([]float32{0.75, 0.25}, 1, 1, 2)),
		Target: grid.From([]float32{1, 0}, 1, 1, 2),
	}
}

// The post's example: a truth of P = [[1,1],[0,0]] and probabilities Q = [[.5,.6],[.2,.1]].
func post() losses.Batch {
	return losses.Batch{
		Logits: losses.Logits(nil, grid.From([]float32{0.5, 0.6, 0.2, 0.1}, 1, 2, 2)),
		Target: grid.From([]float32{1, 1, 0, 0}, 1, 2, 2),
	}
}

// Two cells with one pixel between them, which the network takes for cell. The map makes
// its error count 10.8 times.
func Example() {
	b := losses.Batch{
		Logits: losses.Logits(nil, grid.From([]float32{0.9, 0.9, 0.8, 0.9, 0.9}, 1, 1, 5)),
		Target: grid.From([]float32{1, 1, 0, 1, 1}, 1, 1, 5),
	}
	plain := losses.CrossEntropy{}.Eval(nil, b, losses.ReduceSum)
	fmt.Printf("plain    %.3f %.2f\n", plain.Value, plain.Grad.Data)
	b.Weight = grid.From([]float32{1, 1, 10.8, 1, 1}, 1, 1, 5)
	weighted := losses.DistanceWeighted{}.Eval(nil, b, losses.ReduceSum)
	fmt.Printf("weighted %.3f %.2f\n", weighted.Value, weighted.Grad.Data)
	// Output:
	// plain    2.031 [-0.10 -0.10 0.80 -0.10 -0.10]
	// weighted 17.803 [-0.10 -0.10 8.64 -0.10 -0.10]
}

// −log ¾ for each, and q − p.
func ExampleCrossEntropy() {
	res := losses.CrossEntropy{}.Eval(nil, pair(), losses.ReduceNone)
	fmt.Printf("%.4f %.4f\n", res.Map.Data, res.Grad.Data)
	// Output: [0.2877 0.2877] [-0.2500 0.2500]
}

func ExampleWeightedCrossEntropy() {
	res := losses.WeightedCrossEntropy{Positive: 2}.Eval(nil, pair(), losses.ReduceNone)
	fmt.Printf("%.4f %.4f\n", res.Map.Data, res.Grad.Data)
	// Output: [0.5754 0.2877] [-0.5000 0.2500]
}

func ExampleBalancedCrossEntropy() {
	res := losses.BalancedCrossEntropy{Positive: 1}.Eval(nil, pair(), losses.ReduceNone)
	fmt.Printf("%.4f %.4f\n", res.Map.Data, res.Grad.Data)
	// Output: [0.2877 0.0000] [-0.2500 0.0000]
}

// Three pixels of four are background, so β is ¾.
func ExampleBatchBalancedCrossEntropy() {
	b := losses.Batch{
		Logits: grid.New[float32](1, 2, 2),
		Target: grid.From([]float32{1, 0, 0, 0}, 1, 2, 2),
	}
	res := losses.DefaultBatchBalancedCrossEntropy().Eval(nil, b, losses.ReduceNone)
	fmt.Printf("%.3f\n", res.Grad.Data)
	// Output: [-0.375 0.125 0.125 0.125]
}

// (1−q)² is 1/16 for the first pixel, and so is q² for the second.
func ExampleFocal() {
	res := losses.DefaultFocal().Eval(nil, pair(), losses.ReduceNone)
	fmt.Printf("%.5f\n", res.Map.Data) // 0.28768/16 times ¼ and times ¾
	// Output: [0.00450 0.01349]
}

func ExampleDistanceWeighted() {
	b := pair()
	b.Weight = grid.From([]float32{1, 10}, 1, 1, 2)
	res := losses.DistanceWeighted{}.Eval(nil, b, losses.ReduceNone)
	fmt.Printf("%.4f %.2f\n", res.Map.Data, res.Grad.Data)
	// Output: [0.2877 2.8768] [-0.25 2.50]
}

// The sum changes the value of the second pixel, by 10·exp(−(2+3)²/50), and no gradient.
func ExampleDistanceSum() {
	d1, d2 := grid.From([]float32{0, 2}, 1, 1, 2), grid.From([]float32{60, 3}, 1, 1, 2)
	res := losses.DefaultDistanceSum(d1, d2).Eval(nil, pair(), losses.ReduceNone)
	fmt.Printf("%.4f %.4f\n", res.Map.Data, res.Grad.Data)
	// Output: [0.1438 6.2091] [-0.1250 0.1250]
}

// The depth of the only positive pixel is 1, so its weight is ½ + ½·exp(−1).
func ExampleOneObject() {
	res := losses.OneObject{Positive: 0.5}.Eval(nil, pair(), losses.ReduceNone)
	fmt.Printf("%.4f\n", res.Map.Data)
	// Output: [0.1968 0.1438]
}

// Φ is greatest beside the boundary, between the second and the third pixel.
func ExampleDistancePenalized() {
	mask := grid.From([]uint8{1, 1, 0, 0}, 1, 4)
	fmt.Println(losses.Penalty(nil, mask, edt.Options{}).Data)
	b := losses.Batch{Logits: grid.New[float32](1, 1, 4), Target: grid.From([]float32{1, 1, 0, 0}, 1, 1, 4)}
	fmt.Printf("%.4f\n", losses.DistancePenalized{}.Eval(nil, b, losses.ReduceNone).Map.Data)
	// Output:
	// [0 0.5 0.5 0]
	// [0.6931 1.0397 1.0397 0.6931]
}

// 1 − 2·1.1/(2 + 1.4).
func ExampleDice() {
	res := losses.Dice{}.Eval(nil, post(), losses.ReduceMean)
	fmt.Printf("%.6f\n", res.Value)
	// Output: 0.352941
}

// (0, 0) and (1, 1) are 0, contradictions ½.
func ExampleDice_perPixel() {
	b := losses.Batch{
		Logits: grid.From([]float32{-1000, 1000, 1000, -1000}, 1, 2, 2),
		Target: grid.From([]float32{0, 1, 0, 1}, 1, 2, 2),
	}
	res := losses.Dice{Smooth: 1, Scope: losses.PerPixel}.Eval(nil, b, losses.ReduceNone)
	fmt.Println(res.Map.Data)
	// Output: [0 0 0.5 0.5]
}

// Dice of the pair is 1 − 2·¾/(1 + 1) = ¼.
func ExampleLogCoshDice() {
	res := losses.LogCoshDice{}.Eval(nil, pair(), losses.ReduceMean)
	fmt.Printf("%.4f\n", res.Value)
	// Output: 0.0309
}

// (1/16 + 1/16) / (1 + 9/16 + 1/16).
func ExampleSquaredDice() {
	res := losses.SquaredDice{}.Eval(nil, pair(), losses.ReduceMean)
	fmt.Printf("%.4f\n", res.Value)
	// Output: 0.0769
}

// Foreground and background have one pixel each, of which ¾ is found.
func ExampleGeneralizedDice() {
	res := losses.GeneralizedDice{}.Eval(nil, pair(), losses.ReduceMean)
	fmt.Printf("%.4f\n", res.Value)
	// Output: 0.2500
}

// 1 − ¾/(1 + 1 − ¾).
func ExampleJaccard() {
	res := losses.Jaccard{}.Eval(nil, pair(), losses.ReduceMean)
	fmt.Printf("%.4f\n", res.Value)
	// Output: 0.4000
}

// TP is ¾, FP and FN are ¼: 1 − 1.75/(0.75 + 0.075 + 0.175 + 1).
func ExampleTversky() {
	res := losses.DefaultTversky().Eval(nil, pair(), losses.ReduceMean)
	fmt.Printf("%.4f\n", res.Value)
	// Output: 0.1250
}

// The cube root of the Tversky loss above, ⅛.
func ExampleFocalTversky() {
	l := losses.FocalTversky{FalsePositive: 0.3, FalseNegative: 0.7, Smooth: 1, Gamma: 1. / 3}
	fmt.Printf("%.4f\n", l.Eval(nil, pair(), losses.ReduceMean).Value)
	// Output: 0.5000
}

// The errors 1 ± x are 3, 2 and 0 (clipped), and as they are made wrong one after the
// other, the Jaccard loss rises from 0 to ½ (1 of 2 is missing), to ⅔ (1 of 3 is left).
func ExampleLovaszHinge() {
	b := losses.Batch{
		Logits: grid.From([]float32{-2, 1, 5}, 1, 1, 3),
		Target: grid.From([]float32{1, 0, 1}, 1, 1, 3),
	}
	res := losses.LovaszHinge{}.Eval(nil, b, losses.ReduceMean)
	fmt.Printf("%.4f %.4f\n", res.Value, res.Grad.Data) // 3·½ + 2·(⅔ − ½)
	// Output: 1.8333 [-0.5000 0.1667 0.0000]
}

// φ is 0 on the object's edge, negative inside and positive outside.
func ExampleLevelSet() {
	mask := grid.From([]uint8{0, 0, 1, 1, 1, 0}, 1, 6)
	fmt.Println(losses.LevelSet(nil, mask, edt.Options{}).Data)
	// Output: [2 1 0 -1 0 1]
}

func ExampleBoundary() {
	b := losses.Batch{
		Logits: grid.New[float32](1, 1, 6), // q = ½ everywhere
		Target: grid.From([]float32{0, 0, 1, 1, 1, 0}, 1, 1, 6),
	}
	res := losses.Boundary{}.Eval(nil, b, losses.ReduceNone)
	fmt.Println(res.Map.Data, res.Grad.Data)
	// Output: [1 0.5 0 -0.5 0 0.5] [0.5 0.25 0 -0.25 0 0.25]
}

// One part of Dice to one of boundary in the 50th epoch.
func ExampleAlphaSchedule() {
	s := losses.DefaultAlphaSchedule()
	for _, term := range s.Rebalance(49, losses.Dice{}, losses.Boundary{}) {
		fmt.Printf("%.2f %T\n", term.Weight, term.Loss)
	}
	// Output:
	// 0.50 losses.Dice
	// 0.50 losses.Boundary
}

// The third pixel is wrong: 1 from the boundary of the truth and 1 from the prediction's.
// The fourth is as wrong and 2 from the truth's.
func ExampleHausdorff() {
	b := losses.Batch{
		Logits: grid.From([]float32{1000, 1000, 1000, 1000, -1000}, 1, 1, 5),
		Target: grid.From([]float32{1, 1, 0, 0, 0}, 1, 1, 5),
	}
	fmt.Println(losses.DefaultHausdorff().Eval(nil, b, losses.ReduceNone).Map.Data) // 1² + 2², 2² + 1²
	// Output: [0 0 5 5 0]
}

// The post's matrix L: cross entropy of each pixel, and Dice of the image on each.
func ExampleSum() {
	res := losses.Sum{{Weight: 1, Loss: losses.CrossEntropy{}}, {Weight: 1, Loss: losses.Dice{}}}.Eval(nil, post(), losses.ReduceNone)
	fmt.Printf("%.4f\n", res.Map.Data)
	// Output: [1.0461 0.8638 0.5761 0.4583]
}

func ExampleLogits() {
	fmt.Printf("%.4f\n", losses.Logits(nil, grid.From([]float32{0, 0.25, 0.5, 1}, 1, 4)).Data)
	// Output: [-16.1181 -1.0986 0.0000 16.1181]
}

func ExampleBinary() {
	labels := grid.From([]int32{0, 1, 1, 7}, 1, 4)
	fmt.Println(losses.Binary(nil, labels).Data)
	// Output: [0 1 1 1]
}

// What the two means and the sum make of a pixel of weight 3 beside one of weight 1.
func ExampleReduction() {
	b := pair()
	b.Weight = grid.From([]float32{3, 1}, 1, 1, 2)
	for _, r := range []losses.Reduction{losses.ReduceMean, losses.ReduceMeanByWeight, losses.ReduceSum} {
		res := losses.CrossEntropy{}.Eval(nil, b, r)
		fmt.Printf("%-14v %.4f %.4f\n", r, res.Value, res.Grad.Data)
	}
	// Output:
	// mean           0.5754 [-0.3750 0.1250]
	// mean-by-weight 0.2877 [-0.1875 0.0625]
	// sum            1.1507 [-0.7500 0.2500]
}

func ExampleParse() {
	n, err := losses.Parse("tversky:fp=0.8,fn=0.2")
	fmt.Printf("%+v %v\n", n.Loss, err)
	_, err = losses.Parse("tversky:alpha=0.8")
	fmt.Println(err)
	// Output:
	// {FalsePositive:0.8 FalseNegative:0.2 Smooth:1 Scope:image} <nil>
	// loss tversky has no parameter "alpha"; it has fp, fn, smooth, over
}

func ExampleParseList() {
	list, err := losses.ParseList("ce+dice,focal:positive=0.5,gamma=1")
	for _, n := range list {
		fmt.Println(n.Name)
	}
	fmt.Println(err)
	// Output:
	// ce+dice
	// focal:positive=0.5,gamma=1
	// <nil>
}
