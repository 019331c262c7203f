package synth

import "github.com/weightmap/weightmap/grid"

// style is what the images of one culture, dye and microscope have in common.
// Light is counted in photons, of which the camera makes one gray level each.
type style struct {
	signal int64 // of a nucleus of ordinary brightness, inside
	dark   int64 // the background's
	read   int64 // noise of the camera's electronics
	grain  int64 // contrast of the texture inside nuclei
	clumps bool  // dense spots of chromatin, as in the nuclei of mice
	blur   int   // passes of a three-pixel box
	haze   int64 // parts of a hundred that come from far above and below
	shadeX int64 // how much the light falls off along an axis
	shadeY int64
	smear  field // uneven background
}

func (r *random) style() style {
	return style{
		signal: r.between(70, 130),
		dark:   r.between(6, 16),
		read:   r.between(one, 2*one),
		grain:  r.between(one*15/100, one*45/100),
		clumps: r.chance(40),
		blur:   int(r.between(2, 3)),
		haze:   r.between(8, 20),
		shadeX: r.between(-one/4, one/4),
		shadeY: r.between(-one/4, one/4),
		smear:  r.field(90 * sub),
	}
}

// expose takes the picture.
func (st *stage) expose() *grid.Grid[uint8] {
	light := st.emission()
	for range st.style.blur {
		st.box3(light, 1)
	}
	haze := append([]int64(nil), light...)
	for range 3 {
		st.box3(haze, 10)
	}
	img := grid.New[uint8](st.shape...)
	for i := range light {
		z, y, x := int64(i)/(st.h*st.w), int64(i)/st.w%st.h, int64(i)%st.w
		// Photons, times one.
		n := light[i] + haze[i]*st.style.haze/100
		n += st.style.dark * (one + st.style.smear.at(z*PlaneStep*sub, y*sub, x*sub)*40/100)
		shade := one + st.style.shadeY*(2*y-st.h)/st.h + st.style.shadeX*(2*x-st.w)/st.w
		n = max(0, n*shade/one)
		// The standard deviation of a count is its root; that of a sum of two
		// noises the root of the sum of squares.
		sd := root(n*one + st.style.read*st.style.read)
		n += sd * st.r.bell() / one
		img.Data[i] = uint8(clamp((n+one/2)/one, 0, 255))
	}
	return img
}

// emission returns the light that leaves each pixel, in photons times one, before
// the lens blurs it.
func (st *stage) emission() []int64 {
	light := make([]int64, len(st.id))
	for i, id := range st.id {
		if id == 0 {
			continue
		}
		n := &st.nuclei[id-1]
		z, y, x := int64(i)/(st.h*st.w), int64(i)/st.w%st.h, int64(i)%st.w
		dz, dy, dx := z*PlaneStep*sub-n.z, y*sub-n.y, x*sub-n.x
		level := st.level[i]
		body := one - level*level/one*45/100 // thinner towards the rim
		coarse, fine := n.texture[0].at(dz, dy, dx), n.texture[1].at(dz, dy, dx)
		grain := one + st.style.grain*(coarse+fine)/one
		if st.style.clumps && fine > one*35/100 {
			grain += (fine - one*35/100) * 3 / 2
		}
		light[i] = st.style.signal * n.light * body / one * max(grain, one/5) / one
	}
	return light
}

// box3 replaces each pixel by the mean of those at most radius away along each
// axis, one axis after another; passes of it come close to a Gaussian. Beyond the
// edge the last pixel goes on.
func (st *stage) box3(a []int64, radius int64) {
	st.boxAxis(a, st.w, 1, radius)
	st.boxAxis(a, st.h, st.w, radius)
	if st.d > 1 {
		st.boxAxis(a, st.d, st.h*st.w, max(1, radius/PlaneStep))
	}
}

func (st *stage) boxAxis(a []int64, n, stride, radius int64) {
	line := make([]int64, n)
	for i := range int64(len(a)) {
		if i/stride%n != 0 {
			continue
		}
		for k := range n {
			line[k] = a[i+k*stride]
		}
		sum := int64(0)
		for k := -radius; k <= radius; k++ {
			sum += line[clamp(k, 0, n-1)]
		}
		for k := range n {
			a[i+k*stride] = sum / (2*radius + 1)
			sum += line[min(k+radius+1, n-1)] - line[max(k-radius, 0)]
		}
	}
}
