// Package synth draws a small data set like those a fluorescence microscope
// makes: crowded nuclei of many sizes and some irregular shapes, of which some
// touch, under uneven light, a little out of focus, with the noise of a camera,
// and with every nucleus known. It lets anyone try everything with no download.
//
//	s := synth.Draw(synth.Options{Seed: 1, Shape: []int{256, 320}})
//	// s.Image is what the camera saw, s.Labels is whose pixel each one is.
//
// A scene is drawn in three steps. Nuclei are placed one by one (place.go), each
// an ellipse, or ellipsoid, that is bent and whose outline wavers (nucleus.go).
// About one in six touches a neighbour, so that no background lies between the two
// and a binary mask fuses them; the others keep at least one pixel of background to
// their neighbours, corners included. Then light goes through them (light.go).
//
// A seed gives the same bytes on every platform and with every version of Go: all
// drawing is integer arithmetic on the raw output of a PCG generator, so neither
// fused multiply-add nor another exp can change a pixel. Numbers with a fraction
// are fixed-point, 4096 being one.
package synth

import (
	"fmt"

	"github.com/weightmap/weightmap/grid"
)

// Options say what to draw.
type Options struct {
	Seed    uint64
	Scene   uint64 // which of the seed's scenes; they do not depend on one another
	Shape   []int  // {H, W} or {D, H, W}; the planes of a stack are two pixels apart
	Objects int    // nuclei, or as many of them as find room; 0 is as many as look crowded
}

// Scene is an image and the truth about it.
type Scene struct {
	Image   *grid.Grid[uint8]
	Labels  *grid.Labels // ids 1..Objects, each one piece
	Objects int
}

// PlaneStep is the distance between the planes of a stack, in pixels of a plane.
const PlaneStep = 2

// Draw draws a scene. It panics on a shape that has neither two nor three axes.
func Draw(o Options) *Scene {
	if len(o.Shape) != 2 && len(o.Shape) != 3 {
		panic(fmt.Sprintf("synth: shape %v is neither {H, W} nor {D, H, W}", o.Shape))
	}
	r := newRandom(o.Seed, o.Scene)
	st := newStage(o.Shape, r)
	want := o.Objects
	if want == 0 {
		want = st.crowd()
	}
	st.populate(want)
	labels, n := st.labels()
	return &Scene{Image: st.expose(), Labels: labels, Objects: n}
}

// window returns the first h rows and w columns of an image, or what there are of
// them, with the ids as they are.
func (s *Scene) window(h, w int) *Scene {
	h, w = min(h, s.Image.Shape[0]), min(w, s.Image.Shape[1])
	part := &Scene{Image: grid.New[uint8](h, w), Labels: grid.New[int32](h, w), Objects: s.Objects}
	for y := range h {
		copy(part.Image.Data[y*w:(y+1)*w], s.Image.Data[y*s.Image.Shape[1]:])
		copy(part.Labels.Data[y*w:(y+1)*w], s.Labels.Data[y*s.Labels.Shape[1]:])
	}
	return part
}
