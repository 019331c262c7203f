package edt

import (
	"fmt"
	"math"

	"github.com/weightmap/weightmap/grid"
)

// Features returns for every pixel the flat index (into Data) of the nearest
// foreground pixel of the mask; of a foreground pixel that is its own. Without
// foreground it is −1 everywhere. Of several pixels equally near it is one of them,
// always the same for the same mask. The mask must have less than 2³¹ pixels.
func Features(dst *grid.Labels, mask *grid.Mask, o Options) *grid.Labels {
	if len(mask.Data) > math.MaxInt32 {
		panic(fmt.Sprintf("edt: indices into shape %v do not fit 32 bits", mask.Shape))
	}
	dst = grid.Like(dst, mask.Shape)
	for _, m := range mask.Data {
		if m != 0 {
			in := inputs{kind: feature, mask: mask.Data, id1: dst.Data}
			in.run(mask.Shape, o)
			return dst
		}
	}
	fill(dst.Data, -1)
	return dst
}

// NearestLabel returns for every pixel the id of the nearest object, its own within
// an object; 0 everywhere if there is none. The regions of equal id are the Voronoi
// cells of the objects. Of several objects equally near it is one of them, always
// the same for the same labels.
func NearestLabel(dst, labels *grid.Labels, o Options) *grid.Labels {
	dst = grid.Like(dst, labels.Shape)
	in := inputs{kind: feature, labels: labels.Data, id1: dst.Data}
	in.run(labels.Shape, o)
	return dst
}
