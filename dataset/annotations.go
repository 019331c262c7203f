package dataset

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"sync"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/coco"
	"github.com/weightmap/weightmap/internal/rle"
)

// Annotations is a file that holds the objects of many images: a JSON file of COCO's
// instances, or a CSV file of runs as in Kaggle's competitions, with the columns
// ImageId and EncodedPixels. It knows what is where in the file, and keeps it closed.
// It serves several goroutines.
type Annotations struct {
	// Names of the images: their ids, never the paths that the file has for them.
	// That one can be the name of a file is only sure once it was read; see CheckName.
	Names []string

	path  string
	stamp stamp // of the file, when it was gone through
	coco  *coco.File
	csv   *rle.File

	byName func() map[string]int // places in Names
}

// IsAnnotations reports whether the file, by its content, is one of annotations.
func IsAnnotations(path string) (bool, error) {
	if IsImage(path) {
		return false, nil
	}
	f, err := openRegular(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	head := make([]byte, 2048)
	n, err := io.ReadFull(f, head)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return false, err
	}
	return isAnnotations(head[:n]), nil
}

func isAnnotations(head []byte) bool { return coco.Magic(head) || rle.Magic(head) }

func openRegular(path string) (*os.File, error) {
	info, err := os.Stat(path) // before Open, which would wait for a pipe's other end
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: is no regular file", path)
	}
	return os.Open(path)
}

// OpenAnnotations finds the images of a file of annotations. It goes through all of
// the file and keeps little of it. Every error names the path.
func OpenAnnotations(path string) (*Annotations, error) {
	return openAnnotations(context.Background(), path)
}

func openAnnotations(ctx context.Context, path string) (*Annotations, error) {
	a := &Annotations{path: path}
	a.byName = sync.OnceValue(a.index)
	err := a.with(func(f *os.File) error {
		var err error
		if a.stamp, err = statFile(path); err != nil {
			return err
		}
		return a.open(contextReaderAt{ctx, f})
	})
	if err != nil {
		return nil, err
	}
	return a, nil
}

// with opens the file to do something with it. Its error names the path, and is that
// the file has changed if it has, whatever else is wrong then.
func (a *Annotations) with(do func(f *os.File) error) error {
	f, err := openRegular(a.path)
	if err != nil {
		return err
	}
	defer f.Close()
	err = do(f)
	now, err2 := statFile(a.path)
	switch {
	case err2 != nil:
		return err2
	case now != a.stamp:
		return errChanged(a.path)
	case err != nil:
		return fmt.Errorf("%s: %w", a.path, err)
	}
	return nil
}

func (a *Annotations) open(f io.ReaderAt) (err error) {
	head := make([]byte, min(2048, a.stamp.Size))
	if _, err := f.ReadAt(head, 0); err != nil {
		return err
	}
	if rle.Magic(head) {
		if a.csv, err = rle.Open(f, a.stamp.Size); err != nil {
			return err
		}
		for _, im := range a.csv.Images {
			a.Names = append(a.Names, im.Name)
		}
	} else {
		if a.coco, err = coco.Open(f, a.stamp.Size); err != nil {
			return err
		}
		for _, im := range a.coco.Images {
			a.Names = append(a.Names, im.Name)
		}
	}
	if len(a.Names) == 0 {
		return errors.New("has no images")
	}
	return nil
}

func (a *Annotations) index() map[string]int {
	at := make(map[string]int, len(a.Names))
	for i, name := range a.Names {
		at[name] = i
	}
	return at
}

// CheckName returns an error, with the path, unless the name of image i can be that
// of a file, in the folder it is meant for, on any system.
func (a *Annotations) CheckName(i int) error {
	if err := rle.CheckName(a.Names[i]); err != nil {
		return fmt.Errorf("%s: the id of an image: %w", a.path, err)
	}
	return nil
}

// Read draws image i: its values are the numbers of its objects, in the order of the
// file, and of two that overlap the later is on top. Of the options only MaxPixels and
// Sizes count. Every error names the path.
func (a *Annotations) Read(i int, o ReadOptions) (im *Image, err error) {
	err = a.with(func(f *os.File) error {
		im, err = a.read(f, i, o)
		return err
	})
	if err != nil {
		return nil, err
	}
	return im, nil
}

func (a *Annotations) read(f *os.File, i int, o ReadOptions) (*Image, error) {
	if o.MaxPixels <= 0 {
		o.MaxPixels = DefaultMaxPixels
	}
	im := &Image{Dtype: "uint16"}
	if a.csv != nil {
		height, width, err := a.sizeOf(i, o.Sizes)
		if err != nil {
			return nil, err
		}
		if err := a.declare(o, height, width); err != nil {
			return nil, err
		}
		if im.Values, im.Overlap, err = a.csv.Read(f, i, height, width, o.MaxPixels); err != nil {
			return nil, err
		}
	} else {
		size := a.coco.Images[i]
		if err := a.declare(o, size.Height, size.Width); err != nil {
			return nil, err
		}
		m, err := a.coco.Read(f, i, o.MaxPixels)
		if err != nil {
			return nil, err
		}
		im.Values, im.Overlap, im.Ignore = m.Labels, m.Overlap, ignored(m)
	}
	for _, v := range im.Values.Data {
		if v > math.MaxUint16 {
			im.Dtype = "uint32"
			break
		}
	}
	return im, nil
}

// declare leaves it to who draws the image to refuse a size that cannot be.
func (a *Annotations) declare(o ReadOptions, height, width int) error {
	if _, err := rle.CheckSize(height, width, o.MaxPixels); err != nil {
		return nil
	}
	return o.declare(declared{shape: []int{height, width}, beside: 1})
}

// digest is that of all that image i is drawn of, and of nothing else in the file.
func (a *Annotations) digest(i int, s Sizes) (sum Digest, err error) {
	h := sha256.New()
	err = a.with(func(f *os.File) error {
		if a.coco != nil {
			return a.coco.WriteText(h, f, i)
		}
		height, width, err := a.sizeOf(i, s)
		if err != nil {
			return err
		}
		return a.csv.WriteText(h, f, i, height, width)
	})
	h.Sum(sum[:0])
	return sum, err
}

// ignored is the crowd where it is not covered by an object that was told apart.
func ignored(m *coco.Mask) *grid.Mask {
	if m.Crowd == nil {
		return nil
	}
	for i, v := range m.Labels.Data {
		if v != 0 {
			m.Crowd.Data[i] = 0
		}
	}
	return m.Crowd
}
