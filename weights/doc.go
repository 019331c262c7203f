// Package weights makes the weight map of the U-Net paper, which teaches a network
// to keep touching objects apart (Ronneberger, Fischer & Brox, U-Net, MICCAI 2015,
// equation 2):
//
//	w(x) = w_c(x) + w0 · exp(−(d1(x) + d2(x))² / (2σ²))
//
// w_c balances the classes, d1 and d2 are the distances from pixel x to the nearest
// and to the second nearest object. The second term, the border term, is high in
// the narrow gaps between objects and nowhere else.
//
//	u := weights.DefaultUNet()                         // w0 = 10, σ = 5
//	u.Class = weights.CountPixels(labels, nil).Class() // over the data set, as a rule
//	w := u.Map(nil, labels, nil, nil)
//
// Everyone's map differs in details that the paper leaves open; [UNet] has a field
// for each, and its zero choices are the paper's, or the commonest where it is
// silent. [Freiburg2019] and [OneObject] are two other well-known settings.
//
// # Precision
//
// d1 and d2 are float32 as package edt returns them; sum, exponential and the sum
// with w_c are float64, rounded to float32 once at the end. The border term falls
// so fast that beyond [UNet.Radius] it does not change that result any more, so Map
// looks no farther than that. The map is bit for bit the one from all distances.
package weights
