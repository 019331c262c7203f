package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/weightmap/weightmap/dataset"
)

// tellProgress tells a progress of a run of two phases with four items each.
func tellProgress(p *progress) {
	for _, phase := range []string{"reading masks", "computing"} {
		p.observe(dataset.Event{Kind: dataset.EventPhase, Text: phase, Total: 4})
		for _, name := range []string{"masks/a.png", strings.Repeat("deep/", 30) + "b.png", "bad\n\x1b[2Jname.png", "z"} {
			it := &dataset.Item{Name: name}
			p.observe(dataset.Event{Kind: dataset.EventStart, Item: it})
			time.Sleep(110 * time.Millisecond) // the bar is not drawn more often than that
			p.observe(dataset.Event{Kind: dataset.EventStep, Item: it})
		}
	}
	p.observe(dataset.Event{Kind: dataset.EventNote, Text: "a decision"})
	p.observe(dataset.Event{Kind: dataset.EventWarning, Text: "beware"})
	p.observe(dataset.Event{Kind: dataset.EventResult, Done: &dataset.Result{Err: errors.New("x.png: broken")}})
	p.close()
}

func TestProgressOnATerminal(t *testing.T) {
	var out bytes.Buffer
	p := newProgress(&out, false)
	p.width = 80
	tellProgress(p)
	for _, s := range []string{"reading masks masks/a.png", "computing …", "deep/b.png", `x1b[2Jname.png`, "1/4", "3/4", "items/", "a decision\n", "warning: beware\n", "weightmap: x.png: broken\n"} {
		if !strings.Contains(out.String(), s) {
			t.Errorf("it does not show %q:\n%q", s, out.String())
		}
	}
	for _, line := range strings.FieldsFunc(out.String(), func(r rune) bool { return r == '\r' || r == '\n' }) {
		if n := len([]rune(line)); n > 80 {
			t.Errorf("a line of %d characters is too wide: %q", n, line)
		}
	}
}

// Into a file go only lines.
func TestProgressElsewhere(t *testing.T) {
	var out bytes.Buffer
	tellProgress(newProgress(&out, false))
	if got, want := out.String(), "a decision\nwarning: beware\nweightmap: x.png: broken\n"; got != want {
		t.Errorf("it shows %q", got)
	}
	out.Reset()
	tellProgress(newProgress(&out, true))
	if got, want := out.String(), "weightmap: x.png: broken\n"; got != want {
		t.Errorf("quiet, it shows %q", got)
	}
}
