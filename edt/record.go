package edt

// record is what pixels know, or offer: the distance to the nearest site and what
// belongs to it, and the same of the second nearest object.
type record[S number] struct {
	f1, f2   []S
	id1, id2 []int32
}

// reserve makes room for n pixels of a sweep of a kind.
func (r *record[S]) reserve(k kind, n int) {
	r.f1 = grow(r.f1, n)
	if k == two {
		r.f2, r.id2 = grow(r.f2, n), grow(r.id2, n)
	}
	if k == two || k == feature {
		r.id1 = grow(r.id1, n)
	}
}

// of returns the record of the elements lo ≤ i < hi, nil where the kind has no use
// for it.
func (r *record[S]) of(k kind, lo, hi int) record[S] {
	p := record[S]{f1: r.f1[lo:hi]}
	if k == two {
		p.f2, p.id2 = r.f2[lo:hi], r.id2[lo:hi]
	}
	if k == two || k == feature {
		p.id1 = r.id1[lo:hi]
	}
	return p
}

// gather takes adjacent lines of n elements, inner apart, from element at of src on,
// and lays them one behind the other.
func (r *record[S]) gather(src record[S], at, n, inner, lines int) {
	gather(r.f1, src.f1, at, n, inner, lines)
	gather(r.f2, src.f2, at, n, inner, lines)
	gather(r.id1, src.id1, at, n, inner, lines)
	gather(r.id2, src.id2, at, n, inner, lines)
}

func gather[T any](dst, src []T, at, n, inner, lines int) {
	if dst == nil {
		return
	}
	for i := range n {
		for b, v := range src[at+i*inner : at+i*inner+lines] {
			dst[b*n+i] = v
		}
	}
}

// scatter is the inverse of gather.
func (r *record[S]) scatter(src record[S], at, n, inner, lines int) {
	scatter(r.f1, src.f1, at, n, inner, lines)
	scatter(r.f2, src.f2, at, n, inner, lines)
	scatter(r.id1, src.id1, at, n, inner, lines)
	scatter(r.id2, src.id2, at, n, inner, lines)
}

func scatter[T any](dst, src []T, at, n, inner, lines int) {
	if src == nil {
		return
	}
	for i := range n {
		row := dst[at+i*inner : at+i*inner+lines]
		for b := range row {
			row[b] = src[b*n+i]
		}
	}
}

// put copies a line to element i on.
func (r *record[S]) put(i int, src record[S]) {
	copy(r.f1[i:], src.f1)
	if src.f2 != nil {
		copy(r.f2[i:], src.f2)
		copy(r.id2[i:], src.id2)
	}
	if src.id1 != nil {
		copy(r.id1[i:], src.id1)
	}
}
