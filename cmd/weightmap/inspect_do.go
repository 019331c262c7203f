package main

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/weightmap/weightmap/dataset"
	"github.com/weightmap/weightmap/internal/atomicfile"
	"github.com/weightmap/weightmap/internal/render"
)

// inspector makes pictures and tells of them.
type inspector struct {
	*look
	ctx      context.Context
	origins  dataset.Origins
	out      *inspectPrinter
	complain func(error)
	failed   int
	names    map[string]string // of the maps on a sheet
}

// make makes one picture. Whatever keeps it from that is told, and counted.
func (in *inspector) make(d drawing) {
	var err error
	switch {
	case in.raw:
		err = in.makeRaw(d)
	case d.folder != "":
		err = in.makeSheet(d)
	default:
		err = in.makeFigure(d)
	}
	if err != nil && in.ctx.Err() == nil {
		in.fail(err)
	}
}

func (in *inspector) fail(err error) {
	in.failed++
	in.complain(err)
}

// open reads a map, and the objects it was made of if they are wanted.
func (in *inspector) open(path string) (*mapFile, error) {
	m, err := readMap(path)
	if err != nil {
		return nil, err
	}
	if m.origin, err = in.origins.Of(path); err != nil {
		return nil, err
	}
	return m, nil
}

// findObjects reads the objects a map was made of. Outlines are drawn if they can
// be; only a mask that was asked for has to be there.
func (in *inspector) findObjects(m *mapFile) error {
	if !in.outline && !slices.Contains(in.with, "mask") {
		return nil
	}
	var err error
	if m.objects, err = in.objectsFor(in.ctx, m); m.objects != nil && m.count < 0 {
		m.count = countIDs(m.objects)
	}
	if err != nil && in.mask == "" && !slices.Contains(in.with, "mask") && in.ctx.Err() == nil {
		in.complain(fmt.Errorf("no outlines: %w", err))
		return nil
	}
	return err
}

func (in *inspector) makeFigure(d drawing) error {
	m, err := in.open(d.maps[0])
	if err != nil {
		return err
	}
	if err := in.findObjects(m); err != nil {
		return err
	}
	f, s, err := in.draw(in.ctx, m)
	if err != nil {
		return err
	}
	if err := in.save(d.picture, f.Draw(), nil); err != nil {
		return err
	}
	in.out.print(m, d.picture, s, "")
	return nil
}

func (in *inspector) makeRaw(d drawing) error {
	m, err := in.open(d.maps[0])
	if err != nil {
		return err
	}
	img, lo, hi, err := in.rawPicture(m)
	if err != nil {
		return err
	}
	white := 1<<in.bits - 1
	what := fmt.Sprintf("%d-bit gray, 0 is %v and %d is %v", in.bits, lo, white, hi)
	if err := in.save(d.picture, img, []render.Text{{Key: "Range", Value: fmt.Sprintf("0 is %v, %d is %v", lo, white, hi)}}); err != nil {
		return err
	}
	in.out.print(m, d.picture, &render.Scale{Lo: lo, Hi: hi}, what)
	return nil
}

// makeSheet draws all maps of a folder with one range. It reads them twice, once
// for the range and once to draw them, and never holds more than one.
func (in *inspector) makeSheet(d drawing) error {
	var scales []*render.Scale
	var titles []string
	var good []string
	width, height := 1, 1
	for _, path := range d.maps {
		if err := in.ctx.Err(); err != nil {
			return err
		}
		m, err := in.open(path)
		if err == nil && m.ids != nil {
			err = fmt.Errorf("%s: %s is no type that weights have", path, m.dtype)
		}
		if err == nil && scales == nil {
			scales, titles = in.newScales(m), in.columnTitles(m)
		}
		if err == nil {
			err = in.widen(m, scales)
		}
		if err != nil {
			in.fail(err)
			continue
		}
		n := len(m.shape)
		width, height = max(width, m.shape[n-1]), max(height, m.shape[n-2])
		good = append(good, path)
	}
	if len(good) == 0 {
		return nil
	}
	f := &render.Figure{Title: folderName(d.folder), Enlarge: 1}
	if in.with == nil {
		f.Columns, f.Right = columnsFor(len(good), width, height), scales[0]
	} else {
		f.Columns, f.Below, f.ColumnTitles = len(in.with)+1, scales, titles
	}
	in.names = sheetNames(d.folder, good)
	var drawn []*mapFile
	for _, path := range good {
		if err := in.ctx.Err(); err != nil {
			return err
		}
		m, err := in.addToSheet(f, path, scales)
		if err != nil {
			in.fail(err)
			continue
		}
		drawn = append(drawn, m)
	}
	if len(drawn) == 0 {
		return nil
	}
	f.Note = count(int64(len(drawn)), "weight map", "weight maps, one range")
	if in.title != nil {
		f.Title, f.Note = *in.title, ""
	}
	if err := in.save(d.picture, f.Draw(), nil); err != nil {
		return err
	}
	for _, m := range drawn {
		in.out.print(m, d.picture, scales[len(in.with)], "")
	}
	return nil
}

// sheetNames returns what the maps are called on a sheet: by their names, or where
// several have the same by their paths below the folder.
func sheetNames(folder string, paths []string) map[string]string {
	names := map[string]string{}
	times := map[string]int{}
	for _, path := range paths {
		times[mapName(path)]++
	}
	for _, path := range paths {
		names[path] = mapName(path)
		if rel, err := filepath.Rel(folder, path); err == nil && times[mapName(path)] > 1 {
			names[path] = filepath.ToSlash(filepath.Join(filepath.Dir(rel), mapName(path)))
		}
	}
	return names
}

// addToSheet puts a map's cells on a sheet, and returns what is to be told of it.
func (in *inspector) addToSheet(f *render.Figure, path string, scales []*render.Scale) (*mapFile, error) {
	m, err := in.open(path)
	if err != nil {
		return nil, err
	}
	if err := in.findObjects(m); err != nil {
		return nil, err
	}
	z, err := in.slice(m)
	if err != nil {
		return nil, err
	}
	name := in.names[path]
	if len(m.shape) == 3 {
		name = fmt.Sprintf("%s, slice %d", name, z)
	}
	cells, err := in.cellsOf(in.ctx, m, z, scales)
	if err != nil {
		return nil, err
	}
	if in.with == nil {
		cells[0].Title = name
	} else {
		f.RowTitles = append(f.RowTitles, name)
	}
	for _, c := range cells {
		f.Cells = append(f.Cells, in.thumb(c, f.Columns))
	}
	m.forget()
	return m, nil
}

// save writes a picture. One that something else made, a mask perhaps, is not
// replaced.
func (in *inspector) save(path string, img image.Image, texts []render.Text) error {
	if _, err := os.Lstat(path); err == nil && !in.force && !render.DrawnBy("weightmap", path) {
		return fmt.Errorf("%s: there is a file that inspect did not draw; --force replaces it", path)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	texts = append([]render.Text{{Key: render.Software, Value: "weightmap " + version()}}, texts...)
	return atomicfile.Write(path, func(w io.Writer) error { return render.WritePNG(w, img, texts) })
}
