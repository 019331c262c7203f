package synth

// How many harmonics an outline has, from the second on, and how much of the
// level they change at most.
const (
	harmonics = 5
	maxWaver  = one * 45 / 100
)

// sub is how many units of length a pixel has.
const sub = 64

// nucleus is a bent ellipsoid whose outline wavers.
type nucleus struct {
	z, y, x int64               // centre
	r       int64               // mean radius in a plane
	a, b, c int64               // half axes: long, short, and across the planes
	u, v    int64               // direction of the long axis (x, y), of length one
	bend    int64               // how far the tips are bent to a side, relative to b
	waver   [harmonics][2]int64 // how the outline wavers: parts of cos kθ and sin kθ
	size    int64               // its pixels in the scene
	touches bool                // whether it touches another

	light   int64 // brightness of its stain
	texture [2]field
}

// nucleus makes a nucleus of about the given radius, at the origin, with a look
// that varies about that of its scene.
func (r *random) nucleus(radius int64) nucleus {
	n := nucleus{r: radius * (one + clamp(r.bell(), -2*one, 2*one)*18/100) / one}
	stretch := one + r.below(one*45/100) // long axis over mean radius
	n.a = n.r * stretch / one
	n.b = n.r * one / stretch
	n.c = n.b * r.between(80, 110) / 100
	n.u, n.v = r.direction()
	if r.chance(30) {
		n.bend = r.between(-one*35/100, one*35/100)
	}
	rough := r.between(one*3/100, one*24/100)
	for k := range n.waver { // higher harmonics are weaker
		weak := int64(k+2) * int64(k+2)
		n.waver[k] = [2]int64{rough * r.bell() / one * 4 / weak, rough * r.bell() / one * 4 / weak}
	}
	n.light = one + clamp(r.bell(), -2*one, 2*one)*25/100
	if r.chance(4) { // small, dense and very bright: a cell that divides or dies
		n.a, n.b, n.c = n.a*3/4, n.b*3/4, n.c*3/4
		n.light *= 2
	}
	n.texture = [2]field{r.field(n.r * 2 / 3), r.field(n.r / 3)}
	return n
}

// level is how deep in the nucleus a place is: 0 at the centre, less than one
// inside, one on the outline, more outside.
func (n *nucleus) level(z, y, x int64) int64 {
	dz, dy, dx := z-n.z, y-n.y, x-n.x
	p := (dx*n.u + dy*n.v) / n.a
	q := (dy*n.u - dx*n.v) / n.b
	s := dz * one / n.c
	q += n.bend * (p*p/one - one/2) / one
	flat := (p*p + q*q) / one
	level := flat + s*s/one
	if flat == 0 {
		return level
	}
	// Harmonics of the angle, by multiplying unit vectors. Towards the poles,
	// where angles crowd, they fade.
	rho := root(p*p + q*q)
	cos, sin := p*one/rho, q*one/rho
	c, d := cos, sin
	sum := int64(0)
	for _, w := range n.waver {
		c, d = (c*cos-d*sin)/one, (c*sin+d*cos)/one
		sum += (w[0]*c + w[1]*d) / one
	}
	sum = clamp(sum, -maxWaver, maxWaver) * flat / level
	return level * (one + sum) / one
}

// reach is a length that no point of the nucleus is farther from the centre than.
func (n *nucleus) reach() int64 {
	// The outline is where level·(1 + waver) is 1, so at most 1/√(1 − 0.45) = 1.35
	// half axes away, and the bend adds what it moves.
	return n.a*8/5 + n.b/2 + sub
}

func clamp(x, lo, hi int64) int64 { return min(max(x, lo), hi) }
