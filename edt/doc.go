// Package edt computes exact Euclidean distance transforms of masks and label
// grids with one, two, three or more axes, and the distances to the two nearest
// objects, at a cost that does not depend on how many objects there are.
//
// Distances are measured between pixel centres. With unit spacing (the default)
// the distance between the pixels (y, x) and (y', x') is √((y−y')² + (x−x')²);
// [Options.Spacing] gives each axis the physical size of a step along it. Where
// there is nothing to measure to, the distance is +Inf and the nearest id 0.
//
//	inside := edt.Transform(nil, mask, edt.Options{})  // to the nearest background pixel
//	outside := edt.Outside(nil, mask, edt.Options{})   // to the nearest foreground pixel
//	two := edt.TwoNearest(nil, labels, edt.Options{})  // d1, d2 and whose they are
//
// # Method
//
// Squared distance is a sum over the axes, so it is minimised along one axis
// after another (Felzenszwalb & Huttenlocher, Distance Transforms of Sampled
// Functions, Theory of Computing 8, 2012). The first axis (of an image with few columns
// the last) is swept forwards and backwards, counting steps. Along every other axis
// each position v offers a parabola (x−v)² + f(v), and the transform is the lower
// envelope of them, found in one walk over the line with a stack. The time is linear in
// the number of pixels whatever the mask.
//
// [TwoNearest] carries two candidates of distinct objects through every axis; see
// there for why its second envelope, too, is linear.
//
// # Exactness
//
// With equal spacing on all axes squared distances are integers, and stay so
// until the one square root at the end, taken in float64 and rounded to float32:
// the result is the float32 nearest to the true distance. With spacings that
// differ the squares are float64 throughout. A float32 holds squares exactly only
// up to 2²⁴, which matters for [Options.Squared] alone.
package edt
