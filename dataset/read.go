package dataset

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/nifti"
	"github.com/weightmap/weightmap/internal/tiff"
)

// Image is what a mask file holds, before anyone decides what its numbers mean.
type Image struct {
	// Values are the file's own numbers, in an {H, W} image or a {D, H, W} stack.
	// Numbers that an int32 cannot hold are renumbered; see Original.
	Values *grid.Labels

	// Original is nil if Values are the file's own numbers. Otherwise Values are 0
	// where the file's are and else 1..n in ascending order of the file's numbers,
	// and Original[k-1] is the file's number for k. Numbers of a uint64 file are
	// to be taken as uint64(Original[k-1]); Number does.
	Original []int64

	Dtype   string    // of the file's numbers, by NumPy's name: "bool", "uint8", "uint16", …
	Spacing []float64 // between pixels, in Shape order, or nil if the file states none
	Unused  []float64 // what a TIFF states in metadata for a Spacing that is not even, and is not taken for it; or nil
	Warning string    // what whoever uses the values should know, or ""

	Ignore  *grid.Mask // not zero where nobody said what there is, as in crowds of COCO; or nil
	Overlap int        // pixels that several objects claim, where the format allows that
}

// Number returns the file's own number for a value, in decimal.
func (im *Image) Number(v int32) string {
	switch {
	case im.Original == nil || v == 0:
		return strconv.Itoa(int(v))
	case im.Dtype == "uint64":
		return strconv.FormatUint(uint64(im.Original[v-1]), 10)
	default:
		return strconv.FormatInt(im.Original[v-1], 10)
	}
}

// Find returns the value that stands for the file's own number, and whether there
// can be one.
func (im *Image) Find(number int64) (int32, bool) {
	if im.Original == nil || number == 0 {
		return int32(number), int64(int32(number)) == number
	}
	k := slices.Index(im.Original, number)
	return int32(k + 1), k >= 0 && (number > 0 || im.Dtype != "uint64")
}

// ReadOptions says how to read files that leave a choice.
type ReadOptions struct {
	// MaxPixels is the most pixels a file may have; 0 is DefaultMaxPixels. A file
	// that declares more is refused before memory is taken for it.
	MaxPixels int

	// Channel is the one to take from an image that has several: red, green, blue
	// or alpha, the first letter of one, or its number from 1; where channels are pages
	// of their own, the name that OME-XML has for it, in any case, or its number. Without
	// it, colours must agree.
	Channel string

	// Page is the one to take from a file of several, from 1. With 0 all of them
	// make a stack, unless the file states that they are channels or points of time;
	// with AllPages they do even then.
	Page int

	// Key names the array to take from a file of several named ones.
	Key string

	// Sizes is for images of annotations that do not state them.
	Sizes Sizes

	// declared is told what a header says, before memory is taken for the pixels, and
	// may wait. Its error is that of the file; nil refuses nothing.
	declared func(declared) error
}

// AllPages is the Page that takes all pages as a stack, whatever they are said to be.
const AllPages = -1

// DefaultMaxPixels is what MaxPixels is if it is 0.
const DefaultMaxPixels = int(min(1<<31, uint64(^uint(0)>>1)))

// format is a kind of file, known by how it starts.
type format struct {
	matches func(head []byte) bool
	read    func(f *file, o ReadOptions) (*Image, error)
}

var formats = []format{
	{magic("\x89PNG\r\n\x1a\n"), readPNG},
	{magic("\x93NUMPY"), readNPY},
	{tiff.Magic, readTIFF},
	{nifti.Magic, readNIfTI},
	{magic("\x1f\x8b"), readGzip},
	{magic("PK\x03\x04", "PK\x05\x06"), readZip},
	{magic("BM"), readBMP},
	{magic("GIF87a", "GIF89a"), readGIF},
	{magic("\xff\xd8\xff"), readJPEG},
	{isHDF5, refuse(errHDF5)},
	{isDICOM, refuse(errDICOM)},
	{magic("Iout"), refuse(errROI)},
	{isAnnotations, refuse(errAnnotations)},
}

func magic(prefixes ...string) func([]byte) bool {
	return func(head []byte) bool {
		for _, p := range prefixes {
			if bytes.HasPrefix(head, []byte(p)) {
				return true
			}
		}
		return false
	}
}

// file is an open file of a known size, at its start.
type file struct {
	source
	size int64
}

type source interface {
	io.ReadSeeker
	io.ReaderAt
}

// Read reads a mask file. The format is told from the content, not from the name.
// Every error names the path.
func Read(path string, o ReadOptions) (*Image, error) {
	im, err := readPath(path, o)
	if err != nil {
		var named *os.PathError
		if errors.As(err, &named) && named.Path == path {
			err = named.Err
		}
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return im, nil
}

func readPath(path string, o ReadOptions) (*Image, error) {
	info, err := os.Stat(path) // before Open, which would wait for a pipe's other end
	if err != nil {
		return nil, err
	}
	switch {
	case info.IsDir() && isZarr(path):
		return nil, errZarr
	case info.IsDir():
		return nil, errors.New("is a folder, not a mask file")
	case !info.Mode().IsRegular():
		return nil, errors.New("is no regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err = f.Stat(); err != nil {
		return nil, err
	}
	k := &errorKeeper{file: f}
	im, err := read(&file{k, info.Size()}, o)
	if k.err != nil {
		return nil, k.err
	}
	return im, err
}

func read(f *file, o ReadOptions) (*Image, error) {
	if f.size == 0 {
		return nil, errors.New("the file is empty")
	}
	if o.MaxPixels <= 0 {
		o.MaxPixels = DefaultMaxPixels
	}
	head := make([]byte, min(2048, f.size))
	if _, err := io.ReadFull(f, head); err != nil {
		return nil, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	for _, format := range formats {
		if !format.matches(head) {
			continue
		}
		im, err := format.read(f, o)
		if err != nil {
			return nil, err
		}
		return im, im.squeeze()
	}
	return nil, errors.New("its content is of no known format: masks are read from PNG, TIFF, NPY, NPZ, NIfTI, BMP, GIF and JPEG files, " +
		"and annotations from COCO's JSON and from CSV with the columns ImageId and EncodedPixels")
}

// squeeze drops axes of length 1 while there are more than three, and refuses what
// is then no image and no stack.
func (im *Image) squeeze() error {
	shape := im.Values.Shape
	for len(shape) > 3 && slices.Contains(shape, 1) {
		a := slices.Index(shape, 1)
		shape = slices.Delete(slices.Clone(shape), a, a+1)
		if im.Spacing != nil {
			im.Spacing = slices.Delete(slices.Clone(im.Spacing), a, a+1)
		}
	}
	if len(shape) != 2 && len(shape) != 3 {
		return fmt.Errorf("an array of shape %v is neither an image {H, W} nor a stack {D, H, W}", im.Values.Shape)
	}
	if len(im.Values.Data) == 0 {
		return fmt.Errorf("an image of shape %v has no pixels", shape)
	}
	im.Values.Shape = shape
	return nil
}

// checkPixels refuses a declared size before memory is taken for it.
func checkPixels(o ReadOptions, shape ...int) error {
	if n, ok := grid.CheckedSize(shape); !ok || n > o.MaxPixels {
		return fmt.Errorf("declares a size of %v, and at most %d pixels are allowed", shape, o.MaxPixels)
	}
	return nil
}

// extensions are those of the files that Read reads, and of those it refuses with
// a sentence on how to convert them.
var extensions = []string{".png", ".tif", ".tiff", ".npy", ".npz", ".nii", ".nii.gz", ".bmp", ".gif", ".jpg", ".jpeg",
	".h5", ".hdf5", ".zarr", ".dcm", ".roi"}

// IsImage reports whether the name, by its extension in any case, is that of a file
// that Read reads or refuses with a sentence on how to convert it.
func IsImage(name string) bool {
	name = strings.ToLower(filepath.Base(name))
	return slices.ContainsFunc(extensions, func(e string) bool {
		return strings.HasSuffix(name, e) && len(name) > len(e)
	})
}
