package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/weightmap/weightmap/dataset"
	"github.com/weightmap/weightmap/losses"
)

// mean returns the mean of a loss over the images.
func mean(done []measured, loss int) float64 {
	sum := 0.
	for _, m := range done {
		sum += m.values[loss]
	}
	return sum / float64(len(done))
}

// printLossTable prints a line an image, and the means; nothing where there is none.
func printLossTable(w io.Writer, list []losses.Named, done []measured) error {
	if len(done) == 0 {
		return nil
	}
	rows := [][]string{{"image"}}
	for _, l := range list {
		rows[0] = append(rows[0], l.Name)
	}
	for _, m := range done {
		row := []string{m.stem}
		for _, v := range m.values {
			row = append(row, fmt.Sprintf("%.6g", v))
		}
		rows = append(rows, row)
	}
	last := []string{"mean"}
	for i := range list {
		last = append(last, fmt.Sprintf("%.6g", mean(done, i)))
	}
	return printAligned(w, append(rows, last))
}

// printAligned prints the first column left-aligned, the numbers in the others right.
func printAligned(w io.Writer, rows [][]string) error {
	width := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		for i, cell := range row {
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell))
			if i == 0 {
				b.WriteString(cell + pad)
			} else {
				b.WriteString("  " + pad + cell)
			}
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// member is a name and a value of a JSON object whose members have an order.
type member struct {
	name  string
	value any
}

type members []member

// MarshalJSON writes the members in their order.
func (all members) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	b.WriteByte('{')
	for i, m := range all {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := e.Encode(m.name); err != nil {
			return nil, err
		}
		b.WriteByte(':')
		if err := e.Encode(m.value); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// printLossJSON prints {"losses": {NAME: MEAN}, "images": [{"image": STEM, NAME: VALUE}]}.
// Where no image was measured there is no mean, and no name.
func printLossJSON(w io.Writer, list []losses.Named, done []measured) error {
	means, images := members{}, []members{}
	for i, l := range list {
		if len(done) > 0 {
			means = append(means, member{l.Name, mean(done, i)})
		}
	}
	for _, m := range done {
		image := members{{"image", dataset.Path(m.stem)}}
		for i, l := range list {
			image = append(image, member{l.Name, m.values[i]})
		}
		images = append(images, image)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(members{{"losses", means}, {"images", images}})
}

// printLosses prints which losses there are.
func printLosses(w io.Writer) error {
	var b strings.Builder
	b.WriteString(`p is the truth, x the logit, q = sigmoid(x) or softmax(x) the probability, and w the
weight, 1 without --weights. TP = Σwpq, FP = Σw(1−p)q, FN = Σwp(1−q). A loss of each
pixel is multiplied by w; then its mean is taken. Sums are written as in ce+dice, with
factors as in ce+0.5*dice:smooth=1.
`)
	for _, multiclass := range []bool{false, true} {
		title := "\nOf two classes: a prediction has one number a pixel.\n\n"
		if multiclass {
			title = "\nOf several classes: a prediction has the shape (classes, height, width), with a depth\nbefore the height in 3-D.\n\n"
		}
		b.WriteString(title)
		for _, s := range losses.Specs() {
			if s.Multiclass == multiclass {
				writeSpec(&b, s)
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeSpec(b *strings.Builder, s losses.Spec) {
	const column = 18
	name := s.Name
	if len(name) > column-2 {
		fmt.Fprintf(b, "%s\n", name)
		name = ""
	}
	fmt.Fprintf(b, "%-*s%s\n", column, name, s.Formula)
	if s.NeedsWeight {
		fmt.Fprintf(b, "%*sneeds --weights\n", column+2, "")
	}
	for _, p := range s.Params {
		fmt.Fprintf(b, "%*s%s=%s  %s: %s\n", column+2, "", p.Name, p.Default, p.Meaning, values(p))
	}
}

// values says which values a parameter may have.
func values(p losses.Param) string {
	switch {
	case p.Choices != nil:
		return strings.Join(p.Choices, ", ")
	case !math.IsInf(p.Max, 1):
		return fmt.Sprintf("%v to %v", p.Min, p.Max)
	case p.Min > 0 && p.Min < 1e-300:
		return "more than 0"
	}
	return fmt.Sprintf("%v or more", p.Min)
}
