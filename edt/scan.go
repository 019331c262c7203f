package edt

// clear makes the record know of nothing, or if it is outside the grid of sites on the border.
func (p *plan) clear(r record[int32], isOutside bool) {
	outside := p.far
	if isOutside && p.border(0) {
		outside = 0
	}
	fill(r.f1, outside)
	fill(r.f2, p.far)
	fill(r.id1, 0)
	fill(r.id2, 0)
}

// forward finds what the pixels at index k… know of the sites they have come past,
// from what the plane before knew. The plane before, at index from…, is the one above,
// or the one below when the scan goes up; less than 0 if there is none. r and before may be
// the same.
func (p *plan) forward(r, before record[int32], k, from int) {
	switch p.kind {
	case nearest:
		forwardNearest(r.f1, before.f1, p.mask[k:k+len(r.f1)], p.zeros)
	case feature:
		p.forwardFeature(r, before, k)
	case edge:
		p.forwardEdge(r.f1, before.f1, k, from)
	case two:
		forwardTwo(r, before, p.labels[k:k+len(r.f1)])
	}
}

// backward adds what the plane at index k… knows of the one side to what the next plane,
// at index k+step…, knows of both; step is 0 if there is none. next becomes the
// record of plane k.
func (p *plan) backward(next, known record[int32], k, step int) {
	switch p.kind {
	case nearest:
		backwardNearest(next.f1, known.f1)
	case feature:
		for j, g := range next.f1 {
			if next.f1[j] = g + 1; known.f1[j] <= g+1 {
				next.f1[j], next.id1[j] = known.f1[j], known.id1[j]
			}
		}
	case edge:
		for j, g := range next.f1 {
			if p.labels[k+j] != p.labels[k+j+step] {
				g = 0
			}
			next.f1[j] = min(known.f1[j], g+1)
		}
	case two:
		backwardTwo(next, known, 1)
	}
}

func forwardNearest(f, before []int32, mask []uint8, zeros bool) {
	done := 0
	if haveAVX2 && len(f) >= 8 {
		done = len(f) &^ 7
		flip := int32(-1)
		if zeros {
			flip = 0
		}
		forwardNearestAVX2(&f[0], &before[0], &mask[0], flip, done)
	}
	for j := done; j < len(f); j++ {
		g := before[j] + 1
		if (mask[j] == 0) == zeros {
			g = 0
		}
		f[j] = g
	}
}

func backwardNearest(next, known []int32) {
	done := 0
	if haveAVX2 && len(next) >= 8 {
		done = len(next) &^ 7
		backwardNearestAVX2(&next[0], &known[0], done)
	}
	for j := done; j < len(next); j++ {
		next[j] = min(known[j], next[j]+1)
	}
}

func (p *plan) forwardFeature(r, before record[int32], k int) {
	for j := range r.f1 {
		switch i := k + j; {
		case p.mask != nil && p.mask[i] != 0:
			r.f1[j], r.id1[j] = 0, int32(i)
		case p.mask == nil && p.labels[i] != 0:
			r.f1[j], r.id1[j] = 0, p.labels[i]
		default:
			r.f1[j], r.id1[j] = before.f1[j]+1, before.id1[j]
		}
	}
}

// forwardEdge counts the steps from the last pixel of another label. Background has
// no edge: it is 0 away.
func (p *plan) forwardEdge(f, before []int32, k, from int) {
	for j := range f {
		switch c := p.labels[k+j]; {
		case c == 0:
			f[j] = 0
		case from >= 0 && p.labels[from+j] != c:
			f[j] = 1
		default:
			f[j] = before[j] + 1
		}
	}
}

// forwardTwo keeps the two distinct objects that a column has come through last.
// Any third is beaten by both of them, wherever it is looked at from.
func forwardTwo(r, before record[int32], labels []int32) {
	done := 0
	if b := before; haveAVX2 && len(labels) >= 8 {
		done = len(labels) &^ 7
		forwardTwoAVX2(&r.f1[0], &r.id1[0], &r.f2[0], &r.id2[0], &b.f1[0], &b.id1[0], &b.f2[0], &b.id2[0], &labels[0], done)
	}
	for j := done; j < len(labels); j++ {
		c := labels[j]
		f1, id1, f2, id2 := before.f1[j]+1, before.id1[j], before.f2[j]+1, before.id2[j]
		switch c {
		case 0:
		case id1:
			f1 = 0
		default:
			f2, id2 = f1, id1
			f1, id1 = 0, c
		}
		r.f1[j], r.id1[j], r.f2[j], r.id2[j] = f1, id1, f2, id2
	}
}

// backwardTwo merges what a pixel knows of the objects above it with what the
// pixel below knows of all. Of objects above, that one offers more steps than there
// are, which never beats the two that are known; an object below that is among the
// two nearest here is so there, too.
//
// next is the pixel so many steps below and becomes this one.
func backwardTwo(next, known record[int32], steps int32) {
	done := 0
	if r, k := next, known; haveAVX2 && len(r.f1) >= 8 {
		done = len(r.f1) &^ 7
		backwardTwoAVX2(&r.f1[0], &r.id1[0], &r.f2[0], &r.id2[0], &k.f1[0], &k.id1[0], &k.f2[0], &k.id2[0], done, steps)
	}
	for j := done; j < len(next.f1); j++ {
		f1, id1, f2, id2 := known.f1[j], known.id1[j], known.f2[j], known.id2[j]
		f1, id1, f2, id2 = insert(f1, id1, f2, id2, next.f1[j]+steps, next.id1[j])
		f1, id1, f2, id2 = insert(f1, id1, f2, id2, next.f2[j]+steps, next.id2[j])
		next.f1[j], next.id1[j], next.f2[j], next.id2[j] = f1, id1, f2, id2
	}
}

// insert keeps the two nearest of distinct objects of two and one more.
func insert(f1, id1, f2, id2, f, id int32) (int32, int32, int32, int32) {
	switch {
	case id == id1:
		return min(f1, f), id1, f2, id2
	case f < f1:
		return f, id, f1, id1
	case f < f2:
		return f1, id1, f, id
	}
	return f1, id1, f2, id2
}
