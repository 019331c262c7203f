package synth

import (
	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/labeling"
)

// stage is a scene while it is drawn. In two dimensions it is one plane deep.
type stage struct {
	r       *random
	shape   []int
	d, h, w int64
	radius  int64 // typical radius of a nucleus
	style   style

	nuclei []nucleus
	touch  int     // how many of them touch another
	id     []int32 // whose pixel, 0 nobody's
	level  []int64 // how deep the pixel is in it
}

// How a scene is populated, in parts of a hundred.
const (
	touching  = 15 // nuclei that touch another
	clustered = 65 // nuclei that are put near one already there
	covered   = 24 // how much of a crowded scene nuclei cover
	pressed   = 12 // how much of a nucleus its neighbour may take away
)

func newStage(shape []int, r *random) *stage {
	st := &stage{r: r, shape: shape, d: 1}
	n := grid.Size(shape)
	if len(shape) == 3 {
		st.d = int64(shape[0])
	}
	st.h, st.w = int64(shape[len(shape)-2]), int64(shape[len(shape)-1])
	st.id = make([]int32, n)
	st.level = make([]int64, n)
	st.radius = r.between(7*sub, 12*sub)
	if len(shape) == 3 {
		st.radius = 8 * sub
	}
	st.style = r.style()
	return st
}

// crowd returns how many nuclei make the scene look crowded.
func (st *stage) crowd() int {
	const pi = 3217 // π in quarters of a thousandth of 4096, near enough: 3.1416·1024
	r := st.radius
	if st.d == 1 {
		area := r * r * pi / 1024 / (sub * sub)
		return int(max(1, st.h*st.w*covered/100/area))
	}
	volume := r * r / sub * r * pi / 1024 * 4 / 3 / (sub * sub) / PlaneStep
	return int(max(1, st.d*st.h*st.w*covered/100/volume))
}

// populate places want nuclei, or fewer where there is no room.
func (st *stage) populate(want int) {
	const patience = 1000                          // tries in a row that find no room
	empty := st.r.field(min(st.h, st.w) * sub / 3) // tissue has gaps
	last := 0                                      // the try that found room last
	for tries := 0; len(st.nuclei) < want && tries-last < patience; tries++ {
		n := st.r.nucleus(st.radius)
		touch := st.touch*100 < len(st.nuclei)*touching
		near := touch || len(st.nuclei) > 0 && st.r.chance(clustered)
		if near {
			st.beside(&n, touch)
		} else {
			st.anywhere(&n)
		}
		// Crowding gives way once room is short.
		if tries < 20*want && !near && empty.at(n.z, n.y, n.x) < -one/5 {
			continue
		}
		if st.settle(n, touch) {
			last = tries
		}
	}
}

// anywhere moves n to a place of the scene or a little outside.
func (st *stage) anywhere(n *nucleus) {
	n.y = st.r.between(-n.r/2, st.h*sub+n.r/2)
	n.x = st.r.between(-n.r/2, st.w*sub+n.r/2)
	n.z = 0
	if st.d > 1 {
		n.z = st.r.between(0, st.d*sub*PlaneStep)
	}
}

// beside moves n next to a nucleus that is already there, so that they touch or
// that there is a gap of a few pixels.
func (st *stage) beside(n *nucleus, touch bool) {
	old := &st.nuclei[st.r.below(int64(len(st.nuclei)))]
	u, v := st.r.direction()
	dist := old.r + n.r
	if touch {
		dist = dist * st.r.between(80, 105) / 100
	} else {
		dist = dist*st.r.between(95, 115)/100 + st.r.between(sub, 5*sub)
	}
	n.z, n.y, n.x = old.z, old.y+dist*v/one, old.x+dist*u/one
	if st.d > 1 { // tilt it out of the plane, up or down
		n.z += st.r.between(-dist/2, dist/2)
	}
}

// settle makes n part of the scene if it fits there, and reports whether it does: if none of its pixels would
// touch another nucleus, or, with touch, if it touches one without the two losing
// much to each other. Where two overlap, each pixel is that of the one it lies
// deeper in.
func (st *stage) settle(n nucleus, touch bool) bool {
	type pixel struct {
		i     int64
		level int64
	}
	var own []pixel
	lost := map[int32]int64{}  // pixels taken from others, by id
	given := int64(0)          // pixels left to others
	around := map[int32]bool{} // neighbours that it touches
	box := st.box(&n)
	for z := box[0]; z < box[1]; z++ {
		for y := box[2]; y < box[3]; y++ {
			for x := box[4]; x < box[5]; x++ {
				level := n.level(z*sub*PlaneStep, y*sub, x*sub)
				if level >= one {
					continue
				}
				i := (z*st.h+y)*st.w + x
				st.neighbours(z, y, x, around)
				if len(around) > 0 && !touch {
					return false
				}
				switch other := st.id[i]; {
				case other == 0:
				case st.level[i] <= level:
					given++
					continue
				default:
					lost[other]++
				}
				own = append(own, pixel{i, level})
			}
		}
	}
	if touch && len(around) == 0 || int64(len(own)) < st.smallest() || given*100 > int64(len(own))*pressed {
		return false
	}
	for id, k := range lost {
		if k*100 > st.nuclei[id-1].size*pressed {
			return false
		}
	}
	for id, k := range lost {
		st.nuclei[id-1].size -= k
	}
	n.size, n.touches = int64(len(own)), touch
	if touch {
		st.touch++
	}
	for id := range around {
		if old := &st.nuclei[id-1]; !old.touches {
			old.touches = true
			st.touch++
		}
	}
	st.nuclei = append(st.nuclei, n)
	for _, p := range own {
		st.id[p.i], st.level[p.i] = int32(len(st.nuclei)), p.level
	}
	return true
}

// smallest is how many pixels a nucleus at the scene's edge must show.
func (st *stage) smallest() int64 {
	side := st.radius / sub
	return max(4, side*side/2)
}

// box returns the pixels n may cover, as first and last + 1 along z, y and x.
func (st *stage) box(n *nucleus) [6]int64 {
	reach := n.reach()
	span := func(centre, step, size int64) (lo, hi int64) {
		return clamp((centre-reach)/step, 0, size), clamp((centre+reach)/step+2, 0, size)
	}
	z0, z1 := span(n.z, sub*PlaneStep, st.d)
	y0, y1 := span(n.y, sub, st.h)
	x0, x1 := span(n.x, sub, st.w)
	return [6]int64{z0, z1, y0, y1, x0, x1}
}

// neighbours adds to ids whose the pixel is, and those around it, corners included.
func (st *stage) neighbours(z, y, x int64, ids map[int32]bool) {
	for zz := max(0, z-1); zz <= min(st.d-1, z+1); zz++ {
		for yy := max(0, y-1); yy <= min(st.h-1, y+1); yy++ {
			for xx := max(0, x-1); xx <= min(st.w-1, x+1); xx++ {
				if id := st.id[(zz*st.h+yy)*st.w+xx]; id != 0 {
					ids[id] = true
				}
			}
		}
	}
}

// labels returns whose pixel each one is, with every nucleus in one piece: specks
// that a neighbour or a wavering outline has cut off become background.
func (st *stage) labels() (*grid.Labels, int) {
	labels := grid.From(st.id, st.shape...)
	full := labeling.Default(len(st.shape))
	pieces, n := labeling.ComponentsByValue(nil, labels, full)
	size := make([]int, n+1)
	for _, p := range pieces.Data {
		size[p]++
	}
	size[0] = 0
	main := make([]int32, len(st.nuclei)+1) // the largest piece of each
	for i, id := range st.id {
		if p := pieces.Data[i]; size[p] > size[main[id]] {
			main[id] = p
		}
	}
	for i, id := range st.id {
		if id != 0 && pieces.Data[i] != main[id] {
			st.id[i] = 0
		}
	}
	return labels, len(st.nuclei)
}
