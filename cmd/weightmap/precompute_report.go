package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/weightmap/weightmap/dataset"
)

// printReport says what was done: in a sentence on stderr, and on stdout what was
// asked for by --json or --dry-run.
func printReport(c *cli.Context, r *dataset.Report, notes []string, err error) error {
	dry := c.Bool("dry-run")
	if !c.Bool("quiet") {
		for _, line := range summary(r, dry) {
			fmt.Fprintln(c.App.ErrWriter, printable(line))
		}
	}
	switch {
	case c.Bool("json"):
		return printJSON(c.App.Writer, r, notes, dry, errors.Is(err, context.Canceled))
	case dry:
		for _, it := range r.Items {
			if it.Status != dataset.StatusWould {
				continue
			}
			for _, path := range it.Paths() {
				if _, err := fmt.Fprintln(c.App.Writer, path); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// summary is the last word of a run.
func summary(r *dataset.Report, dry bool) []string {
	var lines []string
	if r.Outputs > 0 && len(r.Items) == 0 {
		lines = append(lines, fmt.Sprintf("%s by their names outputs of an earlier run, and were passed over", count(int64(r.Outputs), "file is", "files are")))
	}
	switch {
	case len(r.Items) > 0:
	case r.Failed > 0: // which was said
		return lines
	case r.Annotations != "":
		lines = append(lines, r.Annotations+" holds annotations, which are not taken unless the file itself is named: weightmap precompute "+r.Annotations)
		fallthrough
	default:
		return append(lines, "no masks found: nothing to do")
	}
	items := count(int64(len(r.Items)), "item", "items")
	if r.Current == len(r.Items) {
		return append(lines, fmt.Sprintf("%s up to date: nothing to do, in %s", items, where(r.Roots)))
	}
	made := fmt.Sprintf("%d made", r.Made)
	if dry {
		made = fmt.Sprintf("%d to be made", r.Made)
	}
	parts := []string{made, fmt.Sprintf("%d up to date", r.Current), fmt.Sprintf("%d failed", r.Failed)}
	if r.Left > 0 {
		parts = append(parts, fmt.Sprintf("%d not begun", r.Left))
	}
	line := items + ": " + strings.Join(parts, ", ")
	if r.Pixels > 0 {
		line += fmt.Sprintf("; %s, %s in %s (%s/s)", count(r.Objects, "object", "objects"),
			metric(float64(r.Pixels), "px"), short(r.Elapsed), metric(float64(r.Pixels)/r.Elapsed.Seconds(), "px"))
	}
	return append(lines, line+"; in "+where(r.Roots))
}

// where names the first of the output roots.
func where(roots []string) string {
	text := strings.Join(roots[:min(3, len(roots))], ", ")
	if n := len(roots) - 3; n > 0 {
		text += fmt.Sprintf(" and %s more", count(int64(n), "folder", "folders"))
	}
	return text
}

// count is the number and the word that goes with it.
func count(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// metric is a number of three digits and its unit, with a prefix if that is large.
func metric(v float64, unit string) string {
	for _, p := range []struct {
		size   float64
		prefix string
	}{{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if v >= p.size {
			return fmt.Sprintf("%.3g %s%s", v/p.size, p.prefix, unit)
		}
	}
	return fmt.Sprintf("%.3g %s", v, unit)
}

func short(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%.2g s", d.Seconds())
	}
	return d.Round(time.Second).String()
}

// The JSON of a run. Paths are those given, or found below those given.
type jsonReport struct {
	Summary  jsonSummary       `json:"summary"`
	Notes    []string          `json:"notes"`
	Warnings []dataset.Warning `json:"warnings"`
	Items    []jsonItem        `json:"items"`
}

type jsonSummary struct {
	Items           int            `json:"items"`
	Made            int            `json:"made"`
	Current         int            `json:"current"`
	Failed          int            `json:"failed"`
	Left            int            `json:"left"`
	Objects         int64          `json:"objects"`
	Pixels          int64          `json:"pixels"`
	Seconds         float64        `json:"seconds"`
	PixelsPerSecond float64        `json:"pixels_per_second"`
	Instances       string         `json:"instances"`
	ClassWeights    *jsonClass     `json:"class_weights"`
	Roots           []dataset.Path `json:"roots"`
	Errors          []string       `json:"errors"`
	DryRun          bool           `json:"dry_run"`
	Interrupted     bool           `json:"interrupted"`
}

type jsonClass struct {
	Background float64 `json:"background"`
	Foreground float64 `json:"foreground"`
}

type jsonItem struct {
	Path    dataset.Path    `json:"path"`
	Image   dataset.Path    `json:"image,omitempty"`
	Status  dataset.Status  `json:"status"`
	Error   string          `json:"error,omitempty"`
	Outputs []dataset.Path  `json:"outputs"`
	Record  *dataset.Record `json:"record,omitempty"`
}

func printJSON(w io.Writer, r *dataset.Report, notes []string, dry, interrupted bool) error {
	out := jsonReport{
		Summary: jsonSummary{
			Items: len(r.Items), Made: r.Made, Current: r.Current, Failed: r.Failed, Left: r.Left,
			Objects: r.Objects, Pixels: r.Pixels, Seconds: r.Elapsed.Seconds(),
			PixelsPerSecond: float64(r.Pixels) / r.Elapsed.Seconds(),
			Instances:       r.Instances.String(), Roots: paths(r.Roots), Errors: []string{},
			DryRun: dry, Interrupted: interrupted,
		},
		Notes: notes, Warnings: r.Warnings, Items: []jsonItem{},
	}
	if out.Notes == nil {
		out.Notes = []string{}
	}
	if out.Warnings == nil {
		out.Warnings = []dataset.Warning{}
	}
	if r.Class != nil {
		out.Summary.ClassWeights = &jsonClass{r.Class.Background, r.Class.Foreground}
	}
	for _, err := range r.Errors {
		out.Summary.Errors = append(out.Summary.Errors, err.Error())
	}
	for _, it := range r.Items {
		item := jsonItem{Path: dataset.Path(it.Item.Path()), Image: dataset.Path(it.Item.ImageID), Status: it.Status, Outputs: paths(it.Paths()), Record: it.Record}
		if it.Err != nil {
			item.Error = it.Err.Error()
		}
		out.Items = append(out.Items, item)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(out)
}

func paths(s []string) []dataset.Path {
	out := make([]dataset.Path, len(s))
	for i, p := range s {
		out[i] = dataset.Path(p)
	}
	return out
}
