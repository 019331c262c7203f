package labeling

import "github.com/weightmap/weightmap/grid"

// Boundary marks, with 1, the inner boundary of the objects: pixels that share an
// edge (2-D) or a face (3-D) with another object or with background. The edge of
// the image is no boundary. Where two objects touch, both sides are marked.
func Boundary(dst *grid.Mask, labels *grid.Labels) *grid.Mask {
	extent(labels.Shape)
	dst = grid.Like(dst, labels.Shape)
	clear(dst.Data)
	if len(dst.Data) == 0 {
		return dst
	}
	for axis := range labels.Shape {
		outer, n, step := grid.Axis(labels.Shape, axis)
		for o := range outer {
			from, to := o*n*step, (o+1)*n*step
			in, out := labels.Data[from:to], dst.Data[from:to]
			for i, b := range in[step:] {
				if a := in[i]; a != b {
					if a != 0 {
						out[i] = 1
					}
					if b != 0 {
						out[i+step] = 1
					}
				}
			}
		}
	}
	return dst
}
