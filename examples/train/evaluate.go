package main

import (
	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/labeling"
)

// score says how good predictions are.
type score struct {
	touching, apart     int // pairs of nuclei that touch, and those of them kept apart
	nuclei, found       int // nuclei, and those that share more than half of their union with an object
	intersection, union int // of the pixels of truth and prediction
}

func (s score) iou() float64 { return float64(s.intersection) / float64(max(1, s.union)) }

// measure counts in all scenes.
func measure(scenes []*scene, logits [][]float64, threshold float64) score {
	var s score
	for i, sc := range scenes {
		s.add(sc, logits[i], threshold)
	}
	return s
}

// raise raises the threshold of logits as far as the IoU stays at least the given one,
// and counts with that. It tells apart what a network has learnt from where one cuts:
// any network keeps more apart if it calls less foreground.
func raise(scenes []*scene, logits [][]float64, iou float64) (threshold float64, s score) {
	const step = 0.05
	s = measure(scenes, logits, 0)
	for {
		next := measure(scenes, logits, threshold+step)
		if next.intersection == 0 || next.iou() < iou {
			return threshold, s
		}
		threshold, s = threshold+step, next
	}
}

// add counts what is predicted for a scene: the pixels with a logit above the threshold,
// and the objects that those make.
func (s *score) add(sc *scene, logits []float64, threshold float64) (objects *grid.Labels) {
	mask := grid.New[uint8](sc.h, sc.w)
	for i, x := range logits {
		predicted, wanted := x > threshold, sc.cut.Data[i] != 0
		if predicted {
			mask.Data[i] = 1
		}
		if predicted && wanted {
			s.intersection++
		}
		if predicted || wanted {
			s.union++
		}
	}
	objects, _ = labeling.Components(nil, mask, 8)
	best, found := match(sc.labels, objects)
	s.nuclei += len(labeling.Measure(sc.labels))
	s.found += found
	for pair := range touching(sc.labels) {
		s.touching++
		a, b := best[pair[0]], best[pair[1]]
		if a != 0 && b != 0 && a != b {
			s.apart++
		}
	}
	return objects
}

// match returns, for each nucleus, the predicted object that has most of its pixels,
// none if none has any, and how many nuclei were found: they and an object share more
// than half of what either has, which no two objects can do.
func match(labels, objects *grid.Labels) (best map[int32]int32, found int) {
	type pair struct{ nucleus, object int32 }
	shared := map[pair]int{}
	size, sizeOfObject := map[int32]int{}, map[int32]int{}
	for i, id := range labels.Data {
		o := objects.Data[i]
		size[id]++
		sizeOfObject[o]++
		if id != 0 && o != 0 {
			shared[pair{id, o}]++
		}
	}
	best = map[int32]int32{}
	for p, n := range shared {
		most := shared[pair{p.nucleus, best[p.nucleus]}]
		if n > most || n == most && p.object < best[p.nucleus] {
			best[p.nucleus] = p.object
		}
		if 3*n > size[p.nucleus]+sizeOfObject[p.object] {
			found++ // n > (size + sizeOfObject − n)/2
		}
	}
	return best, found
}

// touching returns the pairs of nuclei with pixels that share an edge or a corner.
func touching(labels *grid.Labels) map[[2]int32]bool {
	h, w := labels.Shape[0], labels.Shape[1]
	pairs := map[[2]int32]bool{}
	for y := range h {
		for x := range w {
			a := labels.Data[y*w+x]
			for _, d := range [][2]int{{0, 1}, {1, -1}, {1, 0}, {1, 1}} {
				v, u := y+d[0], x+d[1]
				if a == 0 || v >= h || u < 0 || u >= w {
					continue
				}
				if b := labels.Data[v*w+u]; b != 0 && b != a {
					pairs[[2]int32{min(a, b), max(a, b)}] = true
				}
			}
		}
	}
	return pairs
}
