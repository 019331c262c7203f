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
// the mask's name without an ending like _mask. That of annotations is looked for by its
// name: where its size was looked up; beside their file, and there and beside the folder of that in folders called as
// before, or as the file is, which of instances_val2017.json and val2017_labels.csv is
// val2017. "" if it was not found.
func (o *Origin) Image() string {
	if o.item == nil {
		return ""
	}
	if o.item.from != nil {
		images := ""
		if o.Record != nil && o.Record.Input.Images != "" {
			images = fromManifest(o.dir, o.Record.Input.Images)
		}
		return o.item.photo(images)
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

// photo returns the path of the image that was annotated, or "". It is looked for in a
// folder first, if there is one.
func (it *Item) photo(images string) string {
	file := it.Path()
	subject := strings.TrimPrefix(stem(filepath.Base(file)), "instances_")
	for _, ending := range maskEndings {
		subject = strings.TrimSuffix(subject, ending)
	}
	own := filepath.Dir(file)
	var folders []string
	if images != "" {
		folders = append(folders, images)
	}
	for _, dir := range []string{own, filepath.Join(own, "..")} {
		for _, name := range imageFolders {
			folders = append(folders, filepath.Join(dir, name), filepath.Join(dir, name, subject))
		}
		folders = append(folders, filepath.Join(dir, subject))
	}
	for _, folder := range append(folders, own) {
		if p := it.from.photo(it.index, folder); p != "" {
			return p
		}
	}
	return ""
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
