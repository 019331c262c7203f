package dataset

import (
	"encoding/binary"
	"fmt"
	"image"
	"strconv"
	"strings"

	"github.com/weightmap/weightmap/grid"
)

// channelIndex returns the place, from 0, of a channel among n, or −1 for no name.
func channelIndex(name string, n int) (int, error) {
	if name == "" {
		return -1, nil
	}
	lower := strings.ToLower(name)
	if i, err := strconv.Atoi(lower); err == nil && i >= 1 && i <= n {
		return i - 1, nil
	}
	if n >= 3 {
		for i, full := range []string{"red", "green", "blue", "alpha"}[:min(n, 4)] {
			if lower == full || lower == full[:1] {
				return i, nil
			}
		}
	}
	return 0, fmt.Errorf("has no channel %q: it has %d", name, n)
}

// fromColour takes one channel of an image with red, green, blue and, if the file has
// four channels, alpha. Without a name all must agree; an alpha that is opaque
// everywhere, or to be ignored, agrees with anything.
func fromColour(img image.Image, channel string, channels int, ignoreAlpha bool) (*Image, error) {
	const n = 4 // as decoded
	at, err := channelIndex(channel, channels)
	if err != nil {
		return nil, err
	}
	size := img.Bounds().Size()
	im := &Image{Values: grid.New[int32](size.Y, size.X), Dtype: "uint8"}
	opaque, equal := true, true
	take := func(pixel int, c [n]int32, max int32) error {
		if at >= 0 {
			im.Values.Data[pixel] = c[at]
			return nil
		}
		if c[0] != c[1] || c[0] != c[2] {
			return disagree(fmt.Sprintf("(%d, %d, %d)", c[0], c[1], c[2]), pixel%size.X, pixel/size.X)
		}
		opaque, equal = opaque && c[3] == max, equal && c[3] == c[0]
		if !ignoreAlpha && !opaque && !equal {
			return disagree(fmt.Sprintf("gray %d, alpha %d", c[0], c[3]), pixel%size.X, pixel/size.X)
		}
		im.Values.Data[pixel] = c[0]
		return nil
	}
	for y := range size.Y {
		for x := range size.X {
			var err error
			switch p := img.(type) {
			case *image.RGBA: // the decoder's type for images without alpha
				c := p.Pix[y*p.Stride+4*x:]
				err = take(y*size.X+x, [n]int32{int32(c[0]), int32(c[1]), int32(c[2]), int32(c[3])}, 0xff)
			case *image.NRGBA:
				c := p.Pix[y*p.Stride+4*x:]
				err = take(y*size.X+x, [n]int32{int32(c[0]), int32(c[1]), int32(c[2]), int32(c[3])}, 0xff)
			case *image.RGBA64:
				im.Dtype = "uint16"
				err = take(y*size.X+x, wide(p.Pix[y*p.Stride+8*x:]), 0xffff)
			case *image.NRGBA64:
				im.Dtype = "uint16"
				err = take(y*size.X+x, wide(p.Pix[y*p.Stride+8*x:]), 0xffff)
			default:
				err = fmt.Errorf("an image of type %T has no channels of integers", img)
			}
			if err != nil {
				return nil, err
			}
		}
	}
	return im, nil
}

func wide(p []byte) (c [4]int32) {
	for i := range c {
		c[i] = int32(binary.BigEndian.Uint16(p[2*i:]))
	}
	return c
}

func disagree(what string, x, y int) error {
	return fmt.Errorf("is a colour image whose channels disagree, as %s at x %d, y %d: choose one with --channel", what, x, y)
}
