package edt

import "github.com/weightmap/weightmap/grid"

// Two holds, for every pixel, the distances to the two nearest distinct objects
// and the ids of them. All four have the shape of the labels. Where there is only
// one object D2 is +Inf and ID2 is 0, where there is none D1 and ID1 as well.
type Two struct {
	D1, D2   *grid.Map
	ID1, ID2 *grid.Labels
}

// TwoNearest returns d1 and d2, the distances of every pixel to the nearest and to
// the second nearest distinct object, and whose they are. Inside an object d1 is 0
// and d2 the distance to the nearest other one. Of several objects equally near it
// is one or another, always the same for the same labels.
//
// Nil fields of dst, or a nil dst, are made; the others must have the shape of the
// labels.
//
// The usual way is one distance transform for each object, all of them stacked and
// sorted. Here two candidates of distinct objects are carried through each axis:
// an object beaten by two others along the line of one axis is beaten by them from
// everywhere beyond it. Then along each further axis the lowest parabolas form the
// envelope that [Transform] has, and the lowest of another object than those form
// a second one, built segment by segment of the first. A segment needs only
// the columns between the apexes left and right of it, so both envelopes together
// look at each column a few times, however many objects there are.
func TwoNearest(dst *Two, labels *grid.Labels, o Options) *Two {
	if dst == nil {
		dst = new(Two)
	}
	dst.D1, dst.D2 = grid.Like(dst.D1, labels.Shape), grid.Like(dst.D2, labels.Shape)
	dst.ID1, dst.ID2 = grid.Like(dst.ID1, labels.Shape), grid.Like(dst.ID2, labels.Shape)
	in := inputs{
		kind: two, labels: labels.Data,
		d1: dst.D1.Data, d2: dst.D2.Data, id1: dst.ID1.Data, id2: dst.ID2.Data,
	}
	in.run(labels.Shape, o)
	return dst
}

// TwoNearestRows hands d1 and d2 over row by row instead of keeping them: visit gets
// the index (into Data) of the row's first pixel and the distances of its pixels,
// which it must not keep. Of images with few columns it gets several whole rows at
// once, one behind the other. The rows come in no certain order and, with several
// Workers, at the same time.
func TwoNearestRows(labels *grid.Labels, o Options, visit func(at int, d1, d2 []float32)) {
	in := inputs{kind: two, labels: labels.Data, visit: visit}
	in.run(labels.Shape, o)
}
