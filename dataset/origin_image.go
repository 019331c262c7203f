package dataset

import (
	"os"
	"path/filepath"
	"strings"
)

// imageFolders are the names of folders of images beside a folder of masks.
var imageFolders = []string{"images", "image", "imgs", "img", "raw"}

// maskEndings are what programs put after an image's name to name its mask.
var maskEndings = []string{"_masks", "_mask", "_labels", "_label", "_cp_masks", "_seg", "_gt", ".labels", ".mask"}

// Image returns the path of the image that the mask belongs to: beside the folder
// of masks in one called images, image, imgs, img or raw, or beside the mask, by
// the mask's name without an ending like _mask. "" if it was not found.
func (o *Origin) Image() string {
	if o.item == nil {
		return ""
	}
	mask := o.item.Path()
	if o.item.Folder {
		for _, name := range imageFolders {
			dir := filepath.Join(filepath.Dir(mask), name)
			if images := imagesIn(dir); len(images) == 1 {
				return filepath.Join(dir, images[0])
			}
		}
		return ""
	}
	dir := filepath.Dir(mask)
	stems := []string{stem(filepath.Base(mask))}
	for _, ending := range maskEndings {
		if s, ok := strings.CutSuffix(stems[0], ending); ok && s != "" {
			stems = append(stems, s)
		}
	}
	// The tree below the folder of masks may be that below the folder of images.
	for at, below := dir, ""; ; at, below = filepath.Dir(at), filepath.Join(filepath.Base(at), below) {
		if isMaskFolder(filepath.Base(at)) {
			for _, name := range imageFolders {
				if p := imageCalled(filepath.Join(filepath.Dir(at), name, below), stems); p != "" {
					return p
				}
			}
		}
		if up := filepath.Dir(at); up == at || at == "." {
			break
		}
	}
	return imageCalled(dir, stems[1:])
}

// imageCalled returns the image in dir with the first of the stems that there is.
func imageCalled(dir string, stems []string) string {
	entries, _ := os.ReadDir(dir)
	for _, s := range stems {
		for _, e := range entries {
			switch strings.ToLower(filepath.Ext(e.Name())) {
			case ".png", ".tif", ".tiff", ".jpg", ".jpeg", ".bmp", ".gif", ".npy":
				if stem(e.Name()) == s && !e.IsDir() {
					return filepath.Join(dir, e.Name())
				}
			}
		}
	}
	return ""
}
