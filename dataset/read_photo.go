package dataset

import (
	"bufio"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"io"

	"golang.org/x/image/bmp"

	"github.com/weightmap/weightmap/grid"
)

// checkSize looks at the declared size of an image before it is decoded. One byte
// of the file makes at most that many pixels, and the decoder takes so many bytes for
// each.
func checkSize(f *file, o ReadOptions, config func(io.Reader) (image.Config, error), most int64, beside int) error {
	c, err := config(bufio.NewReader(f))
	if err != nil {
		return err
	}
	if c.Width < 1 || c.Height < 1 {
		return fmt.Errorf("declares %d×%d pixels", c.Width, c.Height)
	}
	if err := checkPixels(o, c.Height, c.Width); err != nil {
		return err
	}
	if int64(c.Width)*int64(c.Height)/most > f.size {
		return fmt.Errorf("declares %d×%d pixels, which %d bytes cannot hold", c.Width, c.Height, f.size)
	}
	if err := o.declare(declared{shape: []int{c.Height, c.Width}, beside: beside}); err != nil {
		return err
	}
	_, err = f.Seek(0, io.SeekStart)
	return err
}

func readBMP(f *file, o ReadOptions) (*Image, error) {
	if err := checkSize(f, o, bmp.DecodeConfig, 8, 4); err != nil {
		return nil, bmpError(err)
	}
	img, err := bmp.Decode(bufio.NewReaderSize(f, 1<<16))
	if err != nil {
		return nil, bmpError(err)
	}
	if _, ok := img.(*image.Paletted); ok {
		return fromPalette(img)
	}
	channels := 3
	if _, ok := img.(*image.NRGBA); ok { // of 32 bits a pixel
		channels = 4
	}
	return fromColour(img, o.Channel, channels, true)
}

// bmpError says of the kinds that the library does not know what to do about them.
func bmpError(err error) error {
	if errors.Is(err, bmp.ErrUnsupported) {
		return errors.New("is a BMP of a kind that is not read (compressed, or of 16 bits a pixel): save it as PNG")
	}
	return err
}

func readGIF(f *file, o ReadOptions) (*Image, error) {
	if err := checkSize(f, o, gif.DecodeConfig, 4096, 1); err != nil {
		return nil, err
	}
	n, err := gifFrames(bufio.NewReader(f))
	if err != nil {
		return nil, fmt.Errorf("gif: %w", noEOF(err))
	}
	if n > 1 {
		return nil, fmt.Errorf("is an animation of %d frames, which is no mask", n)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	g, err := gif.DecodeAll(bufio.NewReaderSize(f, 1<<16))
	if err != nil {
		return nil, err
	}
	if frame := g.Image[0].Rect; frame != image.Rect(0, 0, g.Config.Width, g.Config.Height) {
		return nil, fmt.Errorf("its frame covers %v of an image of %d×%d", frame, g.Config.Width, g.Config.Height)
	}
	return fromPalette(g.Image[0])
}

// gifFrames counts the frames without decoding them (GIF89a, sections 17 to 27).
func gifFrames(r *bufio.Reader) (n int, err error) {
	skip := func(k int) {
		if err == nil {
			_, err = r.Discard(k)
		}
	}
	next := func() byte {
		if err != nil {
			return 0
		}
		var b byte
		b, err = r.ReadByte()
		return b
	}
	colours := func(flags byte) {
		if flags&0x80 != 0 {
			skip(3 << (flags&7 + 1))
		}
	}
	blocks := func() {
		for k := next(); err == nil && k > 0; k = next() {
			skip(int(k))
		}
	}
	skip(10)
	flags := next()
	skip(2)
	colours(flags)
	for err == nil {
		switch kind := next(); {
		case err != nil:
		case kind == 0x3b:
			return n, nil
		case kind == 0x21: // an extension
			skip(1)
			blocks()
		case kind == 0x2c: // a frame
			n++
			skip(8)
			colours(next())
			skip(1)
			blocks()
		default:
			return n, fmt.Errorf("unknown block 0x%02x", kind)
		}
	}
	return n, err
}

func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// jpegThreshold divides the two values that a mask may have had before JPEG blurred them.
const jpegThreshold = 128

func readJPEG(f *file, o ReadOptions) (*Image, error) {
	// Every block of 8×8 pixels takes at least one bit. Of progressive files the decoder
	// keeps all coefficients, as int32, besides the three channels themselves.
	if err := checkSize(f, o, jpeg.DecodeConfig, 512, 15); err != nil {
		return nil, err
	}
	img, err := jpeg.Decode(bufio.NewReaderSize(f, 1<<16))
	if err != nil {
		return nil, err
	}
	size := img.Bounds().Size()
	im := &Image{Values: grid.New[int32](size.Y, size.X), Dtype: "uint8",
		Warning: "JPEG changes numbers, so the mask is read as 255 where its brightness is at least 128 and as 0 elsewhere; save masks as PNG or TIFF"}
	var pix []uint8
	var stride int
	switch p := img.(type) {
	case *image.Gray:
		pix, stride = p.Pix, p.Stride
	case *image.YCbCr:
		pix, stride = p.Y, p.YStride
	default:
		return nil, fmt.Errorf("jpeg: an image of type %T is no mask", img)
	}
	for y := range size.Y {
		for x, v := range pix[y*stride:][:size.X] {
			if v >= jpegThreshold {
				im.Values.Data[y*size.X+x] = 255
			}
		}
	}
	return im, nil
}
