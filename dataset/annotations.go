package dataset

import (
	"errors"
	"fmt"
	"image"
	_ "image/png"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/coco"
	"github.com/weightmap/weightmap/internal/rle"
	"github.com/weightmap/weightmap/internal/tiff"
)

// Annotations is an opened file that holds the objects of many images: a JSON file
// of COCO's instances, or a CSV file of runs as in Kaggle's competitions, with the
// columns ImageId and EncodedPixels. It serves several goroutines.
type Annotations struct {
	// Names of the images: their ids, never the paths that the file has for them.
	// That one can be the name of a file is only sure once it was read; see CheckName.
	Names []string

	path  string
	file  *os.File
	coco  *coco.File
	csv   *rle.File
	sizes Sizes
}

// Sizes says where the sizes of images come from if the file of annotations states
// none, as most CSV files of runs.
type Sizes struct {
	Height, Width int    // of all images; 0 is unknown
	Images        string // a folder with the images, <name>.<ext> or <name>/images/<name>.<ext>
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
func OpenAnnotations(path string, s Sizes) (*Annotations, error) {
	f, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	a := &Annotations{path: path, file: f, sizes: s}
	if err := a.open(); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return a, nil
}

func (a *Annotations) open() error {
	info, err := a.file.Stat()
	if err != nil {
		return err
	}
	head := make([]byte, min(2048, info.Size()))
	if _, err := a.file.ReadAt(head, 0); err != nil {
		return err
	}
	if rle.Magic(head) {
		if a.csv, err = rle.Open(a.file, info.Size()); err != nil {
			return err
		}
		for _, im := range a.csv.Images {
			a.Names = append(a.Names, im.Name)
		}
	} else {
		if a.coco, err = coco.Open(a.file, info.Size()); err != nil {
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

// Close closes the file.
func (a *Annotations) Close() error { return a.file.Close() }

// CheckName returns an error, with the path, unless the name of image i can be that
// of a file, in the folder it is meant for, on any system.
func (a *Annotations) CheckName(i int) error {
	if err := rle.CheckName(a.Names[i]); err != nil {
		return fmt.Errorf("%s: the id of an image: %w", a.path, err)
	}
	return nil
}

// NeedsSize reports whether the file does not state the size of each image.
func (a *Annotations) NeedsSize() bool { return a.csv != nil && a.csv.Images[0].Height == 0 }

// Read draws image i: its values are the numbers of its objects, in the order of the
// file, and of two that overlap the later is on top. Of the options only MaxPixels
// counts. Every error names the path.
func (a *Annotations) Read(i int, o ReadOptions) (*Image, error) {
	im, err := a.read(i, o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a.path, err)
	}
	return im, nil
}

func (a *Annotations) read(i int, o ReadOptions) (*Image, error) {
	if o.MaxPixels <= 0 {
		o.MaxPixels = DefaultMaxPixels
	}
	im := &Image{Dtype: "uint16"}
	if a.csv != nil {
		height, width, err := a.sizeOf(i)
		if err != nil {
			return nil, err
		}
		if im.Values, im.Overlap, err = a.csv.Read(i, height, width, o.MaxPixels); err != nil {
			return nil, err
		}
	} else {
		m, err := a.coco.Read(i, o.MaxPixels)
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

// sizeOf returns the size of image i of a CSV file, 0 if the file states it.
func (a *Annotations) sizeOf(i int) (height, width int, err error) {
	im := &a.csv.Images[i]
	if im.Height > 0 {
		return 0, 0, nil
	}
	if a.sizes.Images != "" {
		if err := rle.CheckName(im.Name); err != nil {
			return 0, 0, err
		}
		height, width, err = sizeIn(a.sizes.Images, im.Name)
		if err == nil || !errors.Is(err, fs.ErrNotExist) {
			return height, width, err
		}
	}
	switch {
	case a.sizes.Height > 0:
		return a.sizes.Height, a.sizes.Width, nil
	case a.sizes.Images != "":
		return 0, 0, fmt.Errorf("image %s: no image of that name in %s to take its size from", im.Name, a.sizes.Images)
	}
	return 0, 0, fmt.Errorf("image %s: the file does not state its size: give --images DIR with the images, or --size H,W", im.Name)
}

// sizeIn returns the size of the image of that name in the folder, or fs.ErrNotExist.
func sizeIn(dir, name string) (height, width int, err error) {
	for _, at := range []string{filepath.Join(dir, name), filepath.Join(dir, name, "images", name)} {
		for _, ext := range []string{".png", ".tif", ".tiff", ".jpg", ".jpeg", ".bmp", ".gif"} {
			for _, ext := range []string{ext, strings.ToUpper(ext)} {
				height, width, err = imageSize(at + ext)
				if !errors.Is(err, fs.ErrNotExist) {
					return height, width, err
				}
			}
		}
	}
	return 0, 0, fs.ErrNotExist
}

// imageSize reads the size of a photograph from its header.
func imageSize(path string) (height, width int, err error) {
	f, err := openRegular(path)
	if err != nil {
		return 0, 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return 0, 0, err
	}
	head := make([]byte, 8)
	if n, _ := f.ReadAt(head, 0); tiff.Magic(head[:n]) {
		t, err := tiff.Open(f, info.Size())
		if err != nil {
			return 0, 0, fmt.Errorf("%s: %w", path, err)
		}
		return t.Pages[0].Height, t.Pages[0].Width, nil
	}
	c, _, err := image.DecodeConfig(f)
	if err != nil {
		return 0, 0, fmt.Errorf("%s: %w", path, err)
	}
	return c.Height, c.Width, nil
}
