package synth

import (
	"math"
	"math/bits"
	"math/rand/v2"
)

// one is 1 in the fixed-point numbers of this package.
const one = 1 << 12

// random draws numbers from the raw output of a generator whose sequence is fixed
// by its definition; what rand.Rand makes of it may differ between platforms.
type random struct{ pcg *rand.PCG }

func newRandom(seed, stream uint64) *random {
	return &random{rand.NewPCG(seed, stream)}
}

// below returns a number in [0, n).
func (r *random) below(n int64) int64 {
	hi, _ := bits.Mul64(r.pcg.Uint64(), uint64(n))
	return int64(hi)
}

// between returns a number in [lo, hi].
func (r *random) between(lo, hi int64) int64 { return lo + r.below(hi-lo+1) }

// chance reports true p times of a hundred.
func (r *random) chance(p int64) bool { return r.below(100) < p }

// bell returns a nearly normal number with standard deviation one: the sum of
// eight uniform bytes, whose own standard deviation is 209.02.
func (r *random) bell() int64 {
	u := r.pcg.Uint64()
	sum := int64(0)
	for range 8 {
		sum += int64(u & 255)
		u >>= 8
	}
	return (sum - 8*255/2) * one / 209
}

// direction returns a vector of length one.
func (r *random) direction() (u, v int64) {
	for {
		u, v = r.between(-one, one), r.between(-one, one)
		if n := root(u*u + v*v); n > one/8 && n <= one {
			return u * one / n, v * one / n
		}
	}
}

// root returns the square root of n, rounded down. IEEE 754 rounds a square root
// correctly, so it is the same number everywhere.
func root(n int64) int64 { return int64(math.Sqrt(float64(n))) }

// field is smooth noise in [−one, one]: a random number at each corner of a
// lattice, and between them smooth interpolation.
type field struct {
	seed uint64
	cell int64 // size of the lattice's cells
}

func (r *random) field(cell int64) field {
	return field{seed: r.pcg.Uint64(), cell: max(1, cell)}
}

// at returns the noise at a place given in the units of the cell.
func (f field) at(z, y, x int64) int64 {
	iz, tz := f.split(z)
	iy, ty := f.split(y)
	ix, tx := f.split(x)
	plane := func(iz int64) int64 {
		return mix(
			mix(f.corner(iz, iy, ix), f.corner(iz, iy, ix+1), tx),
			mix(f.corner(iz, iy+1, ix), f.corner(iz, iy+1, ix+1), tx), ty)
	}
	if tz == 0 {
		return plane(iz)
	}
	return mix(plane(iz), plane(iz+1), tz)
}

// split returns the lattice cell that x lies in, and how far into it, eased at
// both ends by 3t² − 2t³ so that the noise has no creases.
func (f field) split(x int64) (cell, t int64) {
	cell = x / f.cell
	if x%f.cell < 0 {
		cell--
	}
	t = (x - cell*f.cell) * one / f.cell
	return cell, t * t / one * (3*one - 2*t) / one
}

func mix(a, b, t int64) int64 { return a + (b-a)*t/one }

// corner hashes a lattice point to a number (the finalizer of SplitMix64, Steele,
// Lea and Flood 2014).
func (f field) corner(z, y, x int64) int64 {
	h := f.seed
	for _, c := range [3]int64{z, y, x} {
		h = (h ^ uint64(c)) + 0x9e3779b97f4a7c15
		h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
		h = (h ^ h>>27) * 0x94d049bb133111eb
		h ^= h >> 31
	}
	return int64(h%(2*one+1)) - one
}
