// Package coco reads the instance annotations of COCO JSON files.
//
// Such a file lists images with their sizes, and objects, each a polygon or several,
// or runs of pixels, that name their image. [Open] goes through the file once and
// keeps where each image's annotations are, so that a file of hundreds of megabytes
// takes little memory, and any image can be drawn at any time, by several goroutines,
// of whatever reads the same file then:
//
//	f, err := coco.Open(r, size)
//	for i := range f.Images {
//		m, err := f.Read(r, i, 1<<31)
//		// m.Labels is {height, width}, 0 or the number of the object
//	}
//
// Polygons are filled as the COCO API fills them, pixel for pixel.
//
// References: https://cocodataset.org/#format-data; maskApi.c of the COCO API,
// https://github.com/cocodataset/cocoapi.
package coco

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"strings"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/rle"
)

// File says what is where in a file of annotations.
type File struct {
	Images []Image // in the file's order
}

// Image is one image of the file.
type Image struct {
	Name          string // its id, which is what outputs are to be named by
	FileName      string // as the file has it; not to be trusted as a path
	Height, Width int    // 0 where the file has nothing that could be one, which Read refuses

	wrong       string // what it has there
	annotations []span
}

// span is where an annotation is in the file.
type span struct {
	offset int64
	length int32
}

// Mask is an image's annotations, drawn.
type Mask struct {
	// Labels is {height, width}: object k is the k-th of the image's annotations that
	// is no crowd. Of two that overlap the later is on top.
	Labels  *grid.Labels
	Objects int
	Overlap int // pixels at which one object covers another

	// Crowd marks regions of objects that nobody told apart (iscrowd), or is nil.
	Crowd *grid.Mask
}

// Magic reports whether a file that starts so may be a COCO file: an object whose
// first key is one of theirs, or that has one soon which others hardly have.
func Magic(head []byte) bool {
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(head, []byte("\ufeff"))))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return false
	}
	for first := true; ; first = false {
		t, err := d.Token()
		if err != nil {
			return false
		}
		switch t {
		case "images", "annotations", "categories", "licenses":
			return true
		case "info", "type":
			if first {
				return true
			}
		}
		if skip(d) != nil {
			return false
		}
	}
}

// Open finds the annotations of each image.
func Open(r io.ReaderAt, size int64) (*File, error) {
	mark := int64(0) // the byte order mark that some editors write
	b := make([]byte, 3)
	if n, _ := r.ReadAt(b, 0); n == 3 && string(b) == "\ufeff" {
		mark = 3
	}
	f := &File{}
	o := opener{
		File:    f,
		decoder: json.NewDecoder(bufio.NewReaderSize(io.NewSectionReader(r, mark, size-mark), 1<<16)),
		mark:    mark,
		spans:   map[string][]span{},
		seen:    map[string]bool{},
	}
	if err := o.file(); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, fmt.Errorf("coco: %w", err)
	}
	for i := range f.Images {
		im := &f.Images[i]
		im.annotations = o.spans[im.Name]
		delete(o.spans, im.Name)
	}
	for id, s := range o.spans {
		return nil, fmt.Errorf("coco: %d annotations are of the image %.40q, which the file does not list", len(s), id)
	}
	return f, nil
}

type opener struct {
	*File
	decoder *json.Decoder
	mark    int64
	spans   map[string][]span // by the image's id
	seen    map[string]bool   // the images' ids
}

// file goes through the keys of the file.
func (o *opener) file() error {
	if err := o.delim('{', "the file"); err != nil {
		return err
	}
	done := map[string]bool{}
	for o.decoder.More() {
		key, err := o.decoder.Token()
		if err != nil {
			return err
		}
		name := key.(string) // the decoder takes no other keys
		each := map[string]func() error{"images": o.image, "annotations": o.annotation}[name]
		if each == nil {
			if err := skip(o.decoder); err != nil {
				return err
			}
			continue
		}
		if done[name] {
			return fmt.Errorf("the file has %q twice", name)
		}
		done[name] = true
		if err := o.delim('[', name); err != nil {
			return err
		}
		for o.decoder.More() {
			if err := each(); err != nil {
				return err
			}
		}
		if _, err := o.decoder.Token(); err != nil {
			return err
		}
	}
	if _, err := o.decoder.Token(); err != nil {
		return err
	}
	if !done["images"] || !done["annotations"] {
		return errors.New("the file has no images and annotations, as COCO's instances have")
	}
	return nil
}

func (o *opener) delim(want json.Delim, what string) error {
	t, err := o.decoder.Token()
	if err != nil {
		return err
	}
	if t != want {
		return fmt.Errorf("%s does not start with %q", what, rune(want))
	}
	return nil
}

// skip passes over a value of any kind without keeping it.
func skip(d *json.Decoder) error {
	for depth := 0; ; {
		t, err := d.Token()
		if err != nil {
			return err
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}

func (o *opener) image() error {
	var d struct {
		ID            id
		FileName      string `json:"file_name"`
		Height, Width side
	}
	if err := o.decoder.Decode(&d); err != nil {
		return err
	}
	if o.seen[string(d.ID)] {
		return fmt.Errorf("two images have the id %.40q", d.ID)
	}
	o.seen[string(d.ID)] = true
	im := Image{Name: string(d.ID), FileName: d.FileName, Height: d.Height.pixels, Width: d.Width.pixels}
	for _, of := range []struct {
		name string
		side
	}{{"height", d.Height}, {"width", d.Width}} {
		switch {
		case of.pixels > 0 || im.wrong != "":
		case of.text == "":
			im.wrong = "has no " + of.name
		default:
			im.wrong = fmt.Sprintf("its %s is %.40s, which is no number of pixels", of.name, of.text)
		}
	}
	o.Images = append(o.Images, im)
	return nil
}

func (o *opener) annotation() error {
	start := o.decoder.InputOffset()
	var d struct {
		ImageID id `json:"image_id"`
	}
	if err := o.decoder.Decode(&d); err != nil {
		return err
	}
	length := o.decoder.InputOffset() - start
	if length > math.MaxInt32 {
		return fmt.Errorf("an annotation of %d bytes", length)
	}
	o.spans[string(d.ImageID)] = append(o.spans[string(d.ImageID)], span{o.mark + start, int32(length)})
	return nil
}

// side is a height or a width. Whatever else stands there is kept as text, for it is
// wrong of that one image alone.
type side struct {
	pixels int
	text   string
}

func (s *side) UnmarshalJSON(b []byte) error {
	s.text = string(b)
	var v float64
	if json.Unmarshal(b, &v) == nil && v >= 1 && v <= math.MaxInt32 && v == math.Trunc(v) {
		s.pixels = int(v)
	}
	return nil
}

// id is a number or, in some files, a string.
type id string

func (v *id) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*v = id(s)
		return nil
	}
	var n json.Number
	if err := json.Unmarshal(b, &n); err != nil || strings.ContainsAny(string(n), ".eE") || n == "" {
		return fmt.Errorf("%.40s is no id", b)
	}
	*v = id(n)
	return nil
}

// Read draws image i, if it has at most maxPixels pixels.
func (f *File) Read(r io.ReaderAt, i, maxPixels int) (*Mask, error) {
	im := &f.Images[i]
	m, err := im.read(r, maxPixels)
	if err != nil {
		return nil, fmt.Errorf("coco: image %.40s: %w", im.Name, err)
	}
	return m, nil
}

func (im *Image) read(r io.ReaderAt, maxPixels int) (*Mask, error) {
	if err := rle.CheckName(im.Name); err != nil {
		return nil, err
	}
	if err := checkFileName(im.FileName); err != nil {
		return nil, err
	}
	if im.wrong != "" {
		return nil, errors.New(im.wrong)
	}
	n, err := rle.CheckSize(im.Height, im.Width, maxPixels)
	if err != nil {
		return nil, err
	}
	m := &Mask{Labels: grid.New[int32](im.Height, im.Width)}
	d := drawer{height: im.Height, width: im.Width, budget: 20*n + 1<<20}
	for a, err := range im.each(r) {
		if err != nil {
			return nil, err
		}
		masks, err := d.runs(a.Segmentation)
		if err != nil {
			return nil, fmt.Errorf("annotation %.40s: %w", a.ID, err)
		}
		if a.Crowd != 0 {
			if m.Crowd == nil {
				m.Crowd = grid.New[uint8](im.Height, im.Width)
			}
			paintCrowd(m.Crowd, masks)
			continue
		}
		m.Objects++
		for _, runs := range masks {
			m.Overlap += rle.Paint(m.Labels, runs, int32(m.Objects))
		}
	}
	return m, nil
}

// each yields the annotations of an image, in the file's order, until the first error.
func (im *Image) each(r io.ReaderAt) iter.Seq2[*annotation, error] {
	return func(yield func(*annotation, error) bool) {
		for _, s := range im.annotations {
			b := make([]byte, s.length)
			if _, err := r.ReadAt(b, s.offset); err != nil && err != io.EOF {
				yield(nil, err)
				return
			}
			a := &annotation{}
			if err := json.Unmarshal(bytes.TrimLeft(b, ", \t\r\n"), a); err != nil {
				yield(nil, fmt.Errorf("an annotation: %w", err))
				return
			}
			if !yield(a, nil) {
				return
			}
		}
	}
}

// WriteText writes all that image i is drawn of, and nothing else: its height and
// width, and a line for each of its annotations, in the file's order, with the word
// crowd or object and the segmentation as JSON without spaces.
func (f *File) WriteText(w io.Writer, r io.ReaderAt, i int) error {
	im := &f.Images[i]
	fmt.Fprintf(w, "%d %d\n", im.Height, im.Width)
	var line bytes.Buffer
	for a, err := range im.each(r) {
		if err != nil {
			return fmt.Errorf("coco: image %.40s: %w", im.Name, err)
		}
		line.Reset()
		if a.Crowd != 0 {
			line.WriteString("crowd ")
		} else {
			line.WriteString("object ")
		}
		if len(a.Segmentation) > 0 { // else there is none, which Read says
			if err := json.Compact(&line, a.Segmentation); err != nil {
				return err
			}
		}
		line.WriteByte('\n')
		if _, err := w.Write(line.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// checkFileName refuses files that name images outside the folder they are in.
func checkFileName(name string) error {
	for part := range strings.FieldsFuncSeq(name, func(c rune) bool { return c == '/' || c == '\\' }) {
		if part == ".." {
			return fmt.Errorf("its file_name %.60q leads out of its folder", name)
		}
	}
	return nil
}

type annotation struct {
	ID           id
	Crowd        float64 `json:"iscrowd"`
	Segmentation json.RawMessage
}

func paintCrowd(crowd *grid.Mask, masks []rle.Runs) {
	labels := grid.New[int32](crowd.Shape...)
	for _, runs := range masks {
		rle.Paint(labels, runs, 1)
	}
	for i, v := range labels.Data {
		if v != 0 {
			crowd.Data[i] = 1
		}
	}
}
