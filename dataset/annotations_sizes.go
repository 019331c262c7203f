package dataset

import (
	"fmt"
	"image"
	_ "image/png"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/weightmap/weightmap/internal/rle"
	"github.com/weightmap/weightmap/internal/tiff"
)

// Sizes says where the sizes of images come from if a file of annotations states none,
// as most CSV files of runs.
type Sizes struct {
	Height, Width int    // of all images; 0 is unknown
	Images        string // a folder with the images, <name>.<ext> or <name>/images/<name>.<ext>
}

// NeedsSize reports whether the file does not state the size of each image.
func (a *Annotations) NeedsSize() bool { return a.csv != nil && a.csv.Images[0].Height == 0 }

// sizeOf returns the size of image i of a CSV file, 0 if the file states it.
func (a *Annotations) sizeOf(i int, s Sizes) (height, width int, err error) {
	im := &a.csv.Images[i]
	if im.Height > 0 {
		return 0, 0, nil
	}
	if s.Images != "" {
		if err := rle.CheckName(im.Name); err != nil {
			return 0, 0, err
		}
		if photo := photoCalled(s.Images, im.Name); photo != "" {
			return imageSize(photo)
		}
	}
	switch {
	case s.Height > 0:
		return s.Height, s.Width, nil
	case s.Images != "":
		return 0, 0, fmt.Errorf("image %s: no image of that name in %s to take its size from", im.Name, s.Images)
	}
	return 0, 0, fmt.Errorf("image %s: the file does not state its size", im.Name)
}

// photo returns the path of image i below a folder, or "": as the file has it, or by its
// last part alone, but nowhere that leads out of the folder; in a CSV file by its name.
func (a *Annotations) photo(i int, dir string) string {
	if a.csv != nil {
		return photoCalled(dir, a.Names[i])
	}
	name := a.coco.Images[i].FileName
	for _, name := range []string{name, path.Base(filepath.ToSlash(name))} {
		if p := filepath.Join(dir, filepath.FromSlash(name)); filepath.IsLocal(name) && IsImage(name) && isFile(p) {
			return p
		}
	}
	return ""
}

func isFile(p string) bool {
	info, err := os.Stat(p)
	return err == nil && info.Mode().IsRegular()
}

// photoCalled returns the path of the image of that name, which CheckName allows, in the
// folder, or in the folder images of one of its name in the folder; "" if there is none.
func photoCalled(dir, name string) string {
	for _, at := range []string{filepath.Join(dir, name), filepath.Join(dir, name, "images", name)} {
		for _, ext := range []string{".png", ".tif", ".tiff", ".jpg", ".jpeg", ".bmp", ".gif"} {
			for _, ext := range []string{ext, strings.ToUpper(ext)} {
				if isFile(at + ext) {
					return at + ext
				}
			}
		}
	}
	return ""
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
