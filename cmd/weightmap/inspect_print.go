package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/weightmap/weightmap/internal/render"
)

// inspectPrinter tells of maps and their pictures: as a table, or as JSON lines.
type inspectPrinter struct {
	w     io.Writer
	table *tabwriter.Writer // nil for JSON
	maps  int
	wrote []string
	odd   []string
	err   error
}

func newInspectPrinter(w io.Writer, asJSON bool) *inspectPrinter {
	p := &inspectPrinter{w: w}
	if !asJSON {
		p.table = tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	}
	return p
}

// mapReport is the JSON about a map. Numbers that nothing finite gives are null.
type mapReport struct {
	Map      string    `json:"map"`
	Shape    []int     `json:"shape"`
	Dtype    string    `json:"dtype"`
	Objects  *int      `json:"objects,omitempty"`
	Mask     string    `json:"mask,omitempty"`
	Min      *float64  `json:"min"`
	Max      *float64  `json:"max"`
	Mean     *float64  `json:"mean"`
	Percent  quantiles `json:"percentiles"`
	Infinite int       `json:"infinite"`
	NaN      int       `json:"nan"`
	Picture  string    `json:"picture"`
	Range    []float64 `json:"range,omitempty"`
}

type quantiles [len(render.Percentiles)]float64

// MarshalJSON writes {"1": …, "5": …}.
func (q quantiles) MarshalJSON() ([]byte, error) {
	var b strings.Builder
	for i, v := range q {
		if math.IsNaN(v) {
			return []byte("null"), nil
		}
		fmt.Fprintf(&b, `,"%g":%s`, render.Percentiles[i], strconv.FormatFloat(v, 'g', -1, 64))
	}
	return []byte("{" + b.String()[1:] + "}"), nil
}

func finite(v float64) *float64 {
	if math.IsNaN(v) {
		return nil
	}
	return &v
}

// print tells of a map and of the picture that shows it. What says how, if it is
// not as usual.
func (p *inspectPrinter) print(m *mapFile, picture string, s *render.Scale, what string) {
	p.maps++
	if p.table == nil {
		p.printJSON(m, picture, s)
		return
	}
	if p.maps == 1 {
		fmt.Fprint(p.table, "map\tshape\tdtype\tmin\tmax\tmean")
		for _, q := range render.Percentiles {
			fmt.Fprintf(p.table, "\t%g %%", q)
		}
		fmt.Fprintln(p.table)
	}
	fmt.Fprintf(p.table, "%s\t%s\t%s", m.path, shapeText(m.shape), m.dtype)
	for _, v := range append([]float64{m.sum.Min, m.sum.Max, m.sum.Mean}, m.sum.Percentile[:]...) {
		fmt.Fprintf(p.table, "\t%.4g", v)
	}
	fmt.Fprintln(p.table)
	if m.sum.Infinite > 0 || m.sum.NaN > 0 {
		p.odd = append(p.odd, fmt.Sprintf("%s: of %d values %d are infinite and %d NaN; those count for nothing above",
			m.path, m.sum.Count, m.sum.Infinite, m.sum.NaN))
	}
	line := "wrote " + picture
	switch {
	case what != "":
		line += ": " + what
	case s != nil && !math.IsNaN(s.Lo):
		line += fmt.Sprintf(": colours from %.4g to %.4g", s.Lo, s.Hi)
	}
	if n := len(p.wrote); n == 0 || p.wrote[n-1] != line {
		p.wrote = append(p.wrote, line)
	}
}

func (p *inspectPrinter) printJSON(m *mapFile, picture string, s *render.Scale) {
	r := mapReport{
		Map: m.path, Shape: m.shape, Dtype: m.dtype,
		Min: finite(m.sum.Min), Max: finite(m.sum.Max), Mean: finite(m.sum.Mean), Percent: m.sum.Percentile,
		Infinite: m.sum.Infinite, NaN: m.sum.NaN, Picture: picture,
	}
	if m.count >= 0 {
		r.Objects = &m.count
	}
	r.Mask = m.origin.Mask()
	if s != nil && !math.IsNaN(s.Lo) {
		r.Range = []float64{s.Lo, s.Hi}
	}
	enc := json.NewEncoder(p.w)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(r); err != nil && p.err == nil {
		p.err = err
	}
}

// flush writes what is held back.
func (p *inspectPrinter) flush() error {
	if p.table == nil {
		return p.err
	}
	if err := p.table.Flush(); err != nil {
		return err
	}
	for _, line := range append(p.odd, p.wrote...) {
		if _, err := fmt.Fprintln(p.w, line); err != nil {
			return err
		}
	}
	return nil
}

// shapeText writes a shape as people do: 256 × 320.
func shapeText(shape []int) string {
	parts := make([]string, len(shape))
	for i, n := range shape {
		parts[i] = strconv.Itoa(n)
	}
	return strings.Join(parts, " × ")
}
