package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/atomicfile"
	"github.com/weightmap/weightmap/internal/npy"
	"github.com/weightmap/weightmap/internal/realpath"
	"github.com/weightmap/weightmap/internal/render"
	"github.com/weightmap/weightmap/losses"
)

// lossMaps writes the losses of pixels to a folder: as NPY to compute with, and as PNG
// to look at.
type lossMaps struct {
	dir     string
	force   bool
	suffix  map[string]string // of the files, by the loss's name; none for those without a map
	without []string          // what is to be said about those
}

func newLossMaps(dir string, force bool, list []losses.Named) *lossMaps {
	w := &lossMaps{dir: dir, force: force, suffix: map[string]string{}}
	for _, l := range list {
		if hasMap(l.Loss) {
			w.suffix[l.Name] = fileSafe(l.Name)
			continue
		}
		line := fmt.Sprintf("%s has one value for all of an image, so there is no map of it", l.Name)
		if perPixel(l) {
			line += "; with over=pixel there is"
		}
		w.without = append(w.without, line)
	}
	return w
}

// hasMap reports whether the loss differs from pixel to pixel.
func hasMap(l losses.Loss) bool {
	switch l := l.(type) {
	case losses.Sum:
		for _, t := range l {
			if hasMap(t.Loss) {
				return true
			}
		}
		return false
	case losses.Dice:
		return l.Scope == losses.PerPixel
	case losses.SquaredDice:
		return l.Scope == losses.PerPixel
	case losses.LogCoshDice:
		return l.Scope == losses.PerPixel
	case losses.Jaccard:
		return l.Scope == losses.PerPixel
	case losses.Tversky:
		return l.Scope == losses.PerPixel
	case losses.FocalTversky:
		return l.Scope == losses.PerPixel
	case losses.GeneralizedDice, losses.LovaszHinge, losses.LovaszSoftmax,
		losses.SoftmaxOverlap, losses.SoftmaxGeneralizedDice:
		return false
	}
	return true
}

// perPixel reports whether the loss can be had pixel by pixel.
func perPixel(l losses.Named) bool {
	_, overlap := l.Loss.(losses.Overlap)
	return overlap
}

// fileSafe is a loss's name without what file systems refuse.
func fileSafe(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(":*,/\\ ", r) {
			return '_'
		}
		return r
	}, name)
}

// write writes the maps of an image, whose losses are known.
func (w *lossMaps) write(m *measurer, s *subject, values []float64) error {
	for i, l := range m.losses {
		suffix, ok := w.suffix[l.Name]
		if !ok {
			continue
		}
		m.result = l.Loss.Eval(m.result, s.batch, losses.ReduceNone)
		each := grid.From(m.result.Map.Data, m.result.Map.Shape[1:]...)
		base := filepath.Join(w.dir, filepath.FromSlash(s.stem)+"."+suffix)
		if err := w.mayReplace(base); err != nil {
			return err
		}
		if err := realpath.Mkdir(w.dir, filepath.Dir(base)); err != nil {
			return err
		}
		title := fmt.Sprintf("%s: %s = %.6g", s.stem, l.Name, values[i])
		texts := []render.Text{{Key: render.Software, Value: drawnByLoss + " " + version()}}
		picture := s.figure(each, title, l.Name).Draw()
		if err := atomicfile.Write(base+".png", func(f io.Writer) error { return render.WritePNG(f, picture, texts) }); err != nil {
			return err
		}
		if err := npy.WriteFile(base+".npy", each); err != nil {
			return err
		}
	}
	return nil
}

// drawnByLoss begins the name of the program in the PNGs.
const drawnByLoss = "weightmap loss"

// mayReplace makes sure that the files at base, if there are any, are an earlier run's:
// the picture says so, and the array is beside such a picture.
func (w *lossMaps) mayReplace(base string) error {
	if w.force || render.DrawnBy(drawnByLoss, base+".png") {
		return nil
	}
	for _, path := range []string{base + ".png", base + ".npy"} {
		if _, err := os.Lstat(path); err == nil {
			return fmt.Errorf("%s: there is a file that loss did not write; --force replaces it", path)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// figure shows the prediction, the weights if there are any, and the loss, of a stack
// the slice in the middle.
func (s *subject) figure(each *grid.Map, title, name string) *render.Figure {
	lossScale := scaleOf(each.Data)
	f := &render.Figure{Title: title, Note: shapeText(each.Shape)}
	middle := 0
	if len(each.Shape) == 3 {
		middle = each.Shape[0] / 2
		f.Note += fmt.Sprintf(", slice %d of 0 to %d", middle, each.Shape[0]-1)
	}
	outline := plane(s.truth.values, middle)
	add := func(title string, c render.Cell, scale *render.Scale) {
		f.Cells, f.ColumnTitles, f.Below = append(f.Cells, c), append(f.ColumnTitles, title), append(f.Below, scale)
	}
	if len(s.prediction.Shape) > len(each.Shape) {
		add("likeliest class, outlines of the truth", render.Cell{Picture: render.PaintIDs(plane(likeliest(s.prediction), middle)), Outline: outline}, nil)
	} else {
		scale := &render.Scale{Lo: 0, Hi: 1, Colors: render.Gray(), Label: "probability"}
		q := sigmoids(s.batch.Logits.Data, each.Shape)
		add("prediction, outlines of the truth", render.Cell{Picture: scale.Paint(plane(q, middle)), Outline: outline}, scale)
	}
	if s.weights != nil {
		all := render.Summarize(s.weights.Data)
		scale := &render.Scale{Lo: all.Min, Hi: all.Max, Colors: render.Inferno(), Label: "weight"}
		add("weight", render.Cell{Picture: scale.Paint(plane(s.weights, middle))}, scale)
	}
	add(name, render.Cell{Picture: lossScale.Paint(plane(each, middle))}, lossScale)
	return f
}

// scaleOf is a scale for losses, of which a few pixels have most: beyond one in 200 at
// either end colours stay the same, so that the others are seen too.
func scaleOf(values []float32) *render.Scale {
	sorted := slices.Sorted(slices.Values(values))
	cut := len(sorted) / 200
	return &render.Scale{
		Lo: min(0, float64(sorted[cut])), Hi: max(0, float64(sorted[len(sorted)-1-cut])),
		Colors: render.Inferno(), Label: "loss of the pixel (1 in 200 may be beyond)",
	}
}

func sigmoids(logits []float32, shape []int) *grid.Map {
	q := grid.New[float32](shape...)
	for i, x := range logits {
		q.Data[i] = float32(1 / (1 + math.Exp(-float64(x))))
	}
	return q
}

// likeliest returns the class of the greatest value of each pixel.
func likeliest(p *grid.Map) *grid.Labels {
	best := grid.New[int32](p.Shape[1:]...)
	n := len(best.Data)
	for c := 1; c < p.Shape[0]; c++ {
		for i, v := range p.Data[c*n : (c+1)*n] {
			if v > p.Data[int(best.Data[i])*n+i] {
				best.Data[i] = int32(c)
			}
		}
	}
	return best
}
