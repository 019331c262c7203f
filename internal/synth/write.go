package synth

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/atomicfile"
	"github.com/weightmap/weightmap/internal/npy"
)

// Set is a data set of scenes that share a seed.
type Set struct {
	Seed    uint64
	Images  int
	Size    []int // {H, W} of the images
	Stack   []int // {D, H, W} of the stack; nil for none
	Objects int   // as in Options, of each image; the stack is as crowded as it looks best
}

// Default is the set that is in the project's testdata.
func Default() Set {
	return Set{Seed: 1, Images: 4, Size: []int{256, 320}, Stack: []int{16, 96, 96}}
}

// Written counts what [Set.Write] wrote.
type Written struct {
	Files   int
	Objects int // in the images
	InStack int // in the stack
}

// ErrNotEmpty is the error of a folder that holds something already.
var ErrNotEmpty = errors.New("the folder is not empty")

// MaxObjects is the largest id that a 16-bit label image holds.
const MaxObjects = 1<<16 - 1

// Write draws the set into the folder dir, which must be empty or absent unless
// overwrite is set; even then no file is touched but those of the set. The layout:
//
//	nuclei/images/nuclei-01.png …               8-bit images
//	nuclei/labels/nuclei-01.png …               their nuclei as 16-bit ids
//	binary/masks/nuclei-01.png …                the same nuclei as 0 and 255
//	stage1_train/nuclei-01/images/nuclei-01.png the first image once more, or the first
//	stage1_train/nuclei-01/masks/001.png …      256×320 of it, with a 0/255 mask a nucleus
//	stack/images/stack.npy                      uint8 {D, H, W}
//	stack/labels/stack.npy                      uint16 {D, H, W}
//	README.md                                   what this is and how it was made
//
// Every file appears whole or not at all. Write stops between files when ctx is done.
func (s Set) Write(ctx context.Context, dir string, overwrite bool) (Written, error) {
	if err := s.Check(); err != nil {
		return Written{}, err
	}
	if err := free(dir, overwrite); err != nil {
		return Written{}, err
	}
	w := writer{ctx: ctx, dir: dir}
	w.text("README.md", s.readme())
	var done Written
	for k := 1; k <= s.Images && w.err == nil; k++ {
		scene := Draw(Options{Seed: s.Seed, Scene: uint64(k), Shape: s.Size, Objects: s.Objects})
		if w.fits(scene) {
			name := fmt.Sprintf("nuclei-%02d", k)
			w.scene(name, scene)
			if k == 1 {
				w.item("stage1_train/"+name, name, scene.window(256, 320))
			}
			done.Objects += scene.Objects
		}
	}
	if s.Stack != nil && w.err == nil {
		scene := Draw(Options{Seed: s.Seed, Scene: 0, Shape: s.Stack})
		if w.fits(scene) {
			w.file("stack/images/stack.npy", func(path string) error { return npy.WriteFile(path, scene.Image) })
			w.file("stack/labels/stack.npy", func(path string) error { return npy.WriteFile(path, ids16(scene.Labels)) })
			done.InStack = scene.Objects
		}
	}
	done.Files = w.files
	return done, w.err
}

// The smallest and largest side of an image or plane.
const minSide, maxSide = 16, 1 << 14

// Check returns what is wrong with the set, if anything.
func (s Set) Check() error {
	bad := len(s.Size) != 2 || s.Stack != nil && len(s.Stack) != 3
	for _, n := range s.Size {
		bad = bad || n < minSide || n > maxSide
	}
	for a, n := range s.Stack {
		bad = bad || n < minSide && a > 0 || n < 1 || n > maxSide
	}
	switch {
	case bad:
		return fmt.Errorf("images of size %v and a stack of size %v: sides must be from %d to %d, and a stack at least 1 deep", s.Size, s.Stack, minSide, maxSide)
	case s.Images < 0 || s.Images > 9999:
		return fmt.Errorf("%d images: there can be from 0 to 9999", s.Images)
	case s.Objects < 0 || s.Objects > MaxObjects:
		return fmt.Errorf("%d objects: ids of 16 bits allow from 0 to %d", s.Objects, MaxObjects)
	}
	return nil
}

// free makes sure that writing into dir destroys nothing.
func free(dir string, overwrite bool) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case len(entries) > 0 && !overwrite:
		return fmt.Errorf("%s: %w", dir, ErrNotEmpty)
	}
	return nil
}

// writer writes files under dir until one fails.
type writer struct {
	ctx   context.Context
	dir   string
	files int
	err   error
}

// scene writes an image, its ids and its mask.
func (w *writer) scene(name string, s *Scene) {
	binary := mask(s.Labels, func(id int32) bool { return id != 0 })
	w.png("nuclei/images/"+name+".png", grid.Gray(s.Image))
	w.png("nuclei/labels/"+name+".png", gray16(ids16(s.Labels)))
	w.png("binary/masks/"+name+".png", grid.Gray(binary))
}

// item writes an image and a mask of each nucleus.
func (w *writer) item(dir, name string, s *Scene) {
	w.png(dir+"/images/"+name+".png", grid.Gray(s.Image))
	there := make([]bool, s.Objects+1)
	for _, id := range s.Labels.Data {
		there[id] = true
	}
	for k := 1; k <= s.Objects && w.err == nil; k++ {
		if there[k] {
			one := mask(s.Labels, func(id int32) bool { return int(id) == k })
			w.png(fmt.Sprintf("%s/masks/%03d.png", dir, k), grid.Gray(one))
		}
	}
}

func (w *writer) png(name string, img image.Image) {
	w.file(name, func(path string) error {
		return atomicfile.Write(path, func(f io.Writer) error {
			return png.Encode(f, img)
		})
	})
}

func (w *writer) text(name, text string) {
	w.file(name, func(path string) error {
		return atomicfile.Write(path, func(f io.Writer) error {
			_, err := io.WriteString(f, text)
			return err
		})
	})
}

// file has write write the file, and makes its folder before.
func (w *writer) file(name string, write func(path string) error) {
	if w.err == nil {
		w.err = w.ctx.Err()
	}
	if w.err != nil {
		return
	}
	path := filepath.Join(w.dir, filepath.FromSlash(name))
	if w.err = os.MkdirAll(filepath.Dir(path), 0o777); w.err == nil {
		w.err = write(path)
	}
	if w.err == nil {
		w.files++
	}
}

// fits reports whether the scene's ids have 16 bits.
func (w *writer) fits(s *Scene) bool {
	if s.Objects > MaxObjects {
		w.err = fmt.Errorf("%d nuclei have found room, more than ids of 16 bits can name; ask for fewer", s.Objects)
	}
	return w.err == nil
}

func ids16(labels *grid.Labels) *grid.Grid[uint16] {
	ids := grid.New[uint16](labels.Shape...)
	for i, id := range labels.Data {
		ids.Data[i] = uint16(id)
	}
	return ids
}

func mask(labels *grid.Labels, in func(id int32) bool) *grid.Mask {
	m := grid.New[uint8](labels.Shape...)
	for i, id := range labels.Data {
		if in(id) {
			m.Data[i] = 255
		}
	}
	return m
}

func gray16(ids *grid.Grid[uint16]) *image.Gray16 {
	img := image.NewGray16(image.Rect(0, 0, ids.Shape[1], ids.Shape[0]))
	for i, id := range ids.Data {
		img.Pix[2*i], img.Pix[2*i+1] = uint8(id>>8), uint8(id)
	}
	return img
}
