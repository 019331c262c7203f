package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/weightmap/weightmap/dataset"
)

// printVerification says what was found: in a sentence on stderr, and on stdout what
// is not as it should be.
func printVerification(c *cli.Context, v *dataset.Verification, err error) error {
	if !c.Bool("quiet") {
		fmt.Fprintln(c.App.ErrWriter, printable(verifySummary(v)))
	}
	if c.Bool("json") {
		return printVerifyJSON(c.App.Writer, v, errors.Is(err, context.Canceled))
	}
	for _, f := range v.Findings {
		if _, err := fmt.Fprintln(c.App.Writer, findingLine(f)); err != nil {
			return err
		}
	}
	return nil
}

// findingLine is the fault, where it is, and why it is one.
func findingLine(f dataset.Finding) string {
	line := fmt.Sprintf("%-10s  %s", f.Fault, printable(f.Path))
	if f.Line > 0 {
		line += fmt.Sprintf(":%d", f.Line)
	}
	if f.Reason != "" {
		line += ": " + printable(f.Reason)
	}
	return line
}

// verifySummary is the last word on what was verified.
func verifySummary(v *dataset.Verification) string {
	parts := []string{fmt.Sprintf("%d as they should be", v.Good)}
	if len(v.Findings) == 0 && v.Left == 0 {
		parts[0] = "all as they should be"
	}
	for _, fault := range dataset.Faults {
		if n := v.Count(fault); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, fault))
		}
	}
	line := fmt.Sprintf("%s of %s in %s: %s", count(int64(v.Outputs), "output", "outputs"), count(int64(v.Items), "item", "items"),
		where(v.Roots), strings.Join(parts, ", "))
	if v.Computed > 0 {
		line += fmt.Sprintf("; %s computed anew", count(int64(v.Computed), "item", "items"))
	}
	if v.Left > 0 {
		line += fmt.Sprintf("; %s not looked at", count(int64(v.Left), "item", "items"))
	}
	return line + fmt.Sprintf("; %s in %s", metric(float64(v.Bytes), "B"), short(v.Elapsed))
}

// The JSON of a verification. Paths are those given, or found below those given.
type jsonVerification struct {
	Summary  jsonVerifySummary `json:"summary"`
	Findings []jsonFinding     `json:"findings"`
	Warnings []dataset.Warning `json:"warnings"`
}

type jsonVerifySummary struct {
	Items       int                   `json:"items"`
	Outputs     int                   `json:"outputs"`
	Good        int                   `json:"good"`
	Faults      map[dataset.Fault]int `json:"faults"` // all of them, also with 0
	Computed    int                   `json:"computed"`
	Left        int                   `json:"left"`
	Bytes       int64                 `json:"bytes"`
	Seconds     float64               `json:"seconds"`
	Roots       []dataset.Path        `json:"roots"`
	Interrupted bool                  `json:"interrupted"`
}

type jsonFinding struct {
	Fault  dataset.Fault `json:"fault"`
	Path   dataset.Path  `json:"path"`
	Line   int           `json:"line,omitempty"`
	Reason string        `json:"reason,omitempty"`
	Item   dataset.Path  `json:"item,omitempty"`
}

func printVerifyJSON(w io.Writer, v *dataset.Verification, interrupted bool) error {
	out := jsonVerification{
		Summary: jsonVerifySummary{
			Items: v.Items, Outputs: v.Outputs, Good: v.Good, Faults: map[dataset.Fault]int{}, Computed: v.Computed, Left: v.Left,
			Bytes: v.Bytes, Seconds: v.Elapsed.Seconds(), Roots: paths(v.Roots), Interrupted: interrupted,
		},
		Findings: []jsonFinding{}, Warnings: v.Warnings,
	}
	if out.Warnings == nil {
		out.Warnings = []dataset.Warning{}
	}
	for _, fault := range dataset.Faults {
		out.Summary.Faults[fault] = v.Count(fault)
	}
	for _, f := range v.Findings {
		x := jsonFinding{Fault: f.Fault, Path: dataset.Path(f.Path), Line: f.Line, Reason: f.Reason}
		if f.Record != nil {
			x.Item = f.Record.Item
		}
		out.Findings = append(out.Findings, x)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(out)
}
