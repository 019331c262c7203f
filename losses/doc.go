// Package losses computes loss functions for image segmentation and their gradients, all
// of them weighted by one and the same map.
//
// # One pixel
//
// A network says x, the logit of a pixel, and so q = 1/(1+e^−x), the probability that the
// pixel belongs to a cell. The truth is p: 1 if it does, 0 if not, or anything between if
// nobody is sure. A loss is a number that says how bad q is, and its derivative by x
// tells the network where to go. For the [CrossEntropy] these are
//
//	ℓ = −[p log q + (1−p) log(1−q)],  ∂ℓ/∂x = q − p.
//
// Every loss here takes logits, never probabilities: at x = 100 the probability is 1 and
// log(1−q) is lost, while from x it is −100. Whoever has probabilities makes logits of
// them with [Logits] and knows what the rounding cost.
//
// # One batch
//
// [Batch] holds logits, truth, weights and a mask of pixels to ignore, as grids of the
// shape {N, H, W} or with more axes. Eval returns value and gradient at once:
//
//	b := losses.Batch{Logits: x, Target: p}
//	res := losses.CrossEntropy{}.Eval(nil, b, losses.ReduceMean)
//	step(res.Grad) // ∂res.Value/∂x, of the shape of x
//
// Hand the [Result] in again in the next step and nothing is allocated. A [Reduction]
// says what Value is: a mean by count or by weight, a sum, or the sum of one value an
// image or a pixel, which then stand in the result as well. Grad is always the derivative
// of Value. Losses are plain values; goroutines may share them, but not a Result.
//
// # Which loss
//
//   - pixels: [CrossEntropy], [WeightedCrossEntropy], [BalancedCrossEntropy],
//     [BatchBalancedCrossEntropy], [Focal];
//   - areas, for objects much smaller than the background: [Dice], [SquaredDice],
//     [GeneralizedDice], [LogCoshDice], [Jaccard], [Tversky], [FocalTversky],
//     [LovaszHinge];
//   - distances: [DistanceWeighted], [DistanceSum], [OneObject], [DistancePenalized],
//     [Boundary], [Hausdorff];
//   - several classes: [SoftmaxCrossEntropy], [SoftmaxFocal], [SoftmaxOverlap] of any of
//     the areas, [SoftmaxGeneralizedDice], [LovaszSoftmax];
//   - and any [Sum] of these.
//
// [Parse] makes each of its name, as in "tversky:fp=0.3,fn=0.7" or "ce+dice".
//
// A weight w multiplies the loss of a pixel where a loss has one value a pixel. Where it
// compares areas, w stands inside the sums that measure them, so that a pixel of weight 2
// counts as two pixels. A weight of 0 is the same as being ignored, in both.
//
// # The distance-weighted cross entropy
//
// Between two cells that almost touch there may be a single row of background. As
// cross entropy goes, getting it wrong costs next to nothing, and the two cells become
// one. The U-Net (Ronneberger, Fischer and Brox, MICCAI 2015) therefore weights each
// pixel by
//
//	w = w_c + w0 · exp(−(d1+d2)²/(2σ²)),  w0 = 10, σ = 5,
//
// with d1 and d2 the distances to the nearest and second nearest cell and w_c the balance
// of the classes: package weights computes it, once for each image. As Weight of a batch
// it makes of the cross entropy
//
//	b.Weight = w // {N, H, W}, as the truth
//	res := losses.DistanceWeighted{}.Eval(res, b, losses.ReduceMean)
//
// and a wrong pixel of that row now pushes back ten times as hard, for w multiplies the
// gradient too. The formula is often written as a sum instead of a product; [DistanceSum]
// is that sum, and says why it does not train. The same w can weight any other loss here.
//
// # How it is computed
//
// In float64 from float32 and back, in O(n), Lovász included. Sums are finite and so are
// gradients, for logits up to 1000 and far beyond, empty truths, empty predictions and
// batches of which everything is ignored. No loss forms 1−q by subtraction or divides by
// an area that may be 0; each says what it takes for 0/0. On amd64 with AVX2 four pixels
// are computed at a time, to the same bits as one (build tag purego: never).
//
// The losses are those of the post "Losses for Image Segmentation" (in its
// versions of 2019 and 2020) and of the papers named at each.
package losses
