package rle

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/weightmap/weightmap/grid"
)

// File says what is where in a CSV file of runs: one line an object, with the columns
// ImageId and EncodedPixels, and perhaps Height and Width. It holds where each image's
// lines are, and no pixels.
type File struct {
	Images []Image // in the order in which the file names them

	columns columns
}

// Image is one image of the file.
type Image struct {
	Name          string // without the extension of an image; see CheckName
	Height, Width int    // 0 if the file does not say
	rows          []row
}

// row is where a line is in the file.
type row struct {
	offset int64
	length int32
}

// columns are their places, or −1.
type columns struct{ name, runs, height, width int }

// Magic reports whether a file that starts so is a CSV file of runs.
func Magic(head []byte) bool {
	line, _, _ := strings.Cut(strings.TrimPrefix(string(head), "\ufeff"), "\n")
	record, err := csv.NewReader(strings.NewReader(line)).Read()
	if err != nil {
		return false
	}
	_, err = findColumns(record)
	return err == nil
}

func findColumns(header []string) (columns, error) {
	find := func(name string) int {
		return slices.IndexFunc(header, func(s string) bool { return strings.EqualFold(strings.TrimSpace(s), name) })
	}
	c := columns{find("ImageId"), find("EncodedPixels"), find("Height"), find("Width")}
	if c.name < 0 || c.runs < 0 {
		return c, errors.New("rle: the first line does not name the columns ImageId and EncodedPixels")
	}
	return c, nil
}

// Open finds the lines of each image.
func Open(r io.ReaderAt, size int64) (*File, error) {
	f := &File{}
	mark := int64(0)
	b := make([]byte, 3)
	if n, _ := r.ReadAt(b, 0); n == 3 && string(b) == "\ufeff" {
		mark = 3
	}
	in := csv.NewReader(bufio.NewReaderSize(io.NewSectionReader(r, mark, size-mark), 1<<16))
	in.ReuseRecord = true
	header, err := in.Read()
	if err != nil {
		return nil, fmt.Errorf("rle: %w", err)
	}
	if f.columns, err = findColumns(header); err != nil {
		return nil, err
	}
	at := map[string]int{}
	for start := in.InputOffset(); ; start = in.InputOffset() {
		record, err := in.Read()
		if err == io.EOF {
			return f, nil
		}
		if err != nil {
			return nil, fmt.Errorf("rle: %w", err)
		}
		name := strings.TrimSpace(record[f.columns.name])
		i, ok := at[name]
		if !ok {
			i = len(f.Images)
			name = strings.Clone(name)
			at[name] = i
			f.Images = append(f.Images, Image{Name: stem(name)})
		}
		length := in.InputOffset() - start
		if length > math.MaxInt32 {
			return nil, fmt.Errorf("rle: a line of %d bytes", length)
		}
		im := &f.Images[i]
		im.rows = append(im.rows, row{mark + start, int32(length)})
		h, w, err := f.columns.size(record)
		switch {
		case err != nil:
			return nil, fmt.Errorf("rle: image %.60q: %w", name, err)
		case ok && (h != im.Height || w != im.Width):
			return nil, fmt.Errorf("rle: image %.60q is of %d×%d and of %d×%d pixels", name, im.Height, im.Width, h, w)
		}
		im.Height, im.Width = h, w
	}
}

func (c columns) size(record []string) (h, w int, err error) {
	if c.height < 0 || c.width < 0 {
		return 0, 0, nil
	}
	for _, v := range []struct {
		to   *int
		text string
	}{{&h, record[c.height]}, {&w, record[c.width]}} {
		*v.to, err = strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(v.text), ".0"))
		if err != nil || *v.to < 1 {
			return 0, 0, fmt.Errorf("%.20q is no height or width", v.text)
		}
	}
	return h, w, nil
}

// stem takes off the extension that some competitions put into the id.
func stem(name string) string {
	switch strings.ToLower(path.Ext(name)) {
	case ".png", ".jpg", ".jpeg", ".tif", ".tiff":
		return name[:len(name)-len(path.Ext(name))]
	}
	return name
}

// Read draws image i, {height, width}: object k is the k-th of its lines that has
// pixels, and of two that overlap the later is on top; overlap is the number of
// pixels where that was so. The size is that of the file, or else the one given. r
// reads the file that was opened.
func (f *File) Read(r io.ReaderAt, i, height, width, maxPixels int) (labels *grid.Labels, overlap int, err error) {
	im := &f.Images[i]
	if im.Height > 0 {
		height, width = im.Height, im.Width
	}
	if err := CheckName(im.Name); err != nil {
		return nil, 0, fmt.Errorf("rle: %w", err)
	}
	n, err := CheckSize(height, width, maxPixels)
	if err != nil {
		return nil, 0, fmt.Errorf("rle: image %s: %w", im.Name, err)
	}
	labels = grid.New[int32](height, width)
	id, k := int32(0), 0
	for text, err := range f.each(r, im) {
		if err != nil {
			return nil, 0, err
		}
		k++
		runs, err := FromPairs(text, n)
		if err != nil {
			return nil, 0, fmt.Errorf("rle: image %s, object %d: %w", im.Name, k, err)
		}
		if len(runs) > 1 {
			id++
			overlap += Paint(labels, runs, id)
		}
	}
	return labels, overlap, nil
}

// each yields what is in EncodedPixels of an image's lines, until the first error.
func (f *File) each(r io.ReaderAt, im *Image) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, at := range im.rows {
			line := make([]byte, at.length)
			if _, err := r.ReadAt(line, at.offset); err != nil && err != io.EOF {
				yield("", fmt.Errorf("rle: %w", err))
				return
			}
			record, err := csv.NewReader(bytes.NewReader(line)).Read()
			if err != nil || len(record) <= f.columns.runs || stem(strings.TrimSpace(record[f.columns.name])) != im.Name {
				yield("", fmt.Errorf("rle: image %s: the file has changed", im.Name))
				return
			}
			if !yield(record[f.columns.runs], nil) {
				return
			}
		}
	}
}

// WriteText writes all that image i is drawn of, and nothing else: its height and
// width, and a line for each of its objects, in the file's order, with the word object
// and the numbers of EncodedPixels, a space before each.
func (f *File) WriteText(w io.Writer, r io.ReaderAt, i, height, width int) error {
	im := &f.Images[i]
	if im.Height > 0 {
		height, width = im.Height, im.Width
	}
	fmt.Fprintf(w, "%d %d\n", height, width)
	for text, err := range f.each(r, im) {
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "object %s\n", strings.Join(strings.Fields(text), " ")); err != nil {
			return err
		}
	}
	return nil
}
