package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/weightmap/weightmap/dataset"
)

// drawing is a picture to be made.
type drawing struct {
	maps    []string
	picture string
	folder  string // that it is the contact sheet of, or ""
}

// sheetName is the file of a folder's contact sheet.
const sheetName = "contact-sheet.weights.png"

// plan decides which pictures to make.
func (l *look) plan(args []string) ([]drawing, error) {
	var all []drawing
	for _, arg := range args {
		info, err := os.Stat(arg)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			all = append(all, drawing{maps: []string{arg}, picture: filepath.Join(filepath.Dir(arg), pictureName(arg))})
			continue
		}
		maps, err := dataset.FindMaps(arg)
		switch {
		case err != nil:
			return nil, err
		case len(maps) == 0:
			return nil, &exitErr{code: exitError, err: fmt.Errorf("%s: there are no weight maps in it", arg),
				hint: "weightmap precompute " + arg + " makes them"}
		case l.raw:
			for _, m := range maps {
				all = append(all, drawing{maps: []string{m}, picture: filepath.Join(filepath.Dir(m), pictureName(m))})
			}
		default:
			all = append(all, drawing{maps: maps, picture: filepath.Join(arg, sheetName), folder: arg})
		}
	}
	if err := l.send(all); err != nil {
		return nil, err
	}
	if (l.mask != "" || l.image != "") && (len(all) > 1 || len(all[0].maps) > 1) {
		return nil, usagef("", "--mask and --image are for one map, not for several")
	}
	return all, nil
}

// send puts the pictures where --out says.
func (l *look) send(all []drawing) error {
	if strings.EqualFold(filepath.Ext(l.out), ".png") {
		if len(all) > 1 {
			return usagef("give a folder", "--out %s is one file, and there are %d pictures", l.out, len(all))
		}
		all[0].picture = l.out
		return nil
	}
	from := map[string]string{}
	for i := range all {
		d := &all[i]
		if l.out != "" {
			d.picture = filepath.Join(l.out, filepath.Base(d.picture))
		}
		if other, ok := from[d.picture]; ok && other != d.maps[0] {
			return usagef("inspect them one by one", "%s and %s would both be drawn as %s", other, d.maps[0], d.picture)
		}
		from[d.picture] = d.maps[0]
	}
	return nil
}

// folderName is a folder's own name, also if it is given as "." or "..".
func folderName(dir string) string {
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	return filepath.Base(dir)
}
