package dataset

import (
	"encoding/binary"
	"math/rand/v2"

	"github.com/weightmap/weightmap/grid"
)

// View is the part of an image that is in a batch, and how it lies there: the window
// is cut out, then flipped, then turned.
type View struct {
	// Top and Left are the place of the window's first pixel in the image. Where the
	// window is larger than the image they may be below 0.
	Top, Left int

	// Height and Width are those of the window, before it is turned.
	Height, Width int

	FlipY, FlipX bool // upside down, and left for right
	Turns        int  // by 90° counterclockwise, as numpy.rot90 turns: 0 to 3
}

// view chooses the part of a sample's image for an epoch. It depends on nothing but
// the seed, the epoch, the sample's place in the list and the size of its image.
func (l *Loader) view(epoch, sample int, shape []int) View {
	var seed [32]byte
	copy(seed[:], "weights!")
	binary.LittleEndian.PutUint64(seed[8:], l.o.Seed)
	binary.LittleEndian.PutUint64(seed[16:], uint64(epoch))
	binary.LittleEndian.PutUint64(seed[24:], uint64(sample))
	r := rand.New(rand.NewChaCha8(seed))
	v := View{Height: l.o.Crop[0], Width: l.o.Crop[1]}
	// All is drawn, whether it is wanted or not, so that one choice changes no other.
	turns, flips := r.IntN(4), r.IntN(4)
	if l.o.Turn {
		v.Turns = turns
	}
	if l.o.Flip {
		v.FlipY, v.FlipX = flips&1 != 0, flips&2 != 0
	}
	if v.Turns%2 == 1 {
		v.Height, v.Width = v.Width, v.Height
	}
	place := func(free int) int {
		switch {
		case !l.o.RandomCrop && free < 0:
			return -(-free / 2)
		case !l.o.RandomCrop:
			return free / 2
		case free < 0:
			return -r.IntN(-free + 1)
		default:
			return r.IntN(free + 1)
		}
	}
	v.Top, v.Left = place(shape[0]-v.Height), place(shape[1]-v.Width)
	return v
}

// cut makes dst, which must have the size of the view as it lies, the part of src. It
// is 0 outside of src.
func cut[T grid.Element](dst, src *grid.Grid[T], v View) {
	h, w := src.Shape[0], src.Shape[1]
	for i := range dst.Shape[0] {
		row := dst.Data[i*dst.Shape[1]:][:dst.Shape[1]]
		for j := range row {
			y, x := i, j // in the window, before it was turned
			switch v.Turns {
			case 1:
				y, x = j, v.Width-1-i
			case 2:
				y, x = v.Height-1-i, v.Width-1-j
			case 3:
				y, x = v.Height-1-j, i
			}
			if v.FlipY {
				y = v.Height - 1 - y
			}
			if v.FlipX {
				x = v.Width - 1 - x
			}
			y, x = y+v.Top, x+v.Left
			row[j] = 0
			if uint(y) < uint(h) && uint(x) < uint(w) {
				row[j] = src.Data[y*w+x]
			}
		}
	}
}
