package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/weightmap/weightmap/dataset"
)

// progress shows on stderr what a run does: lines, and on a terminal a bar below
// them.
type progress struct {
	w     io.Writer
	quiet bool
	width int // of the terminal; 0 is none
	bar   *progressbar.ProgressBar
	notes []string
}

func newProgress(w io.Writer, quiet bool) *progress {
	p := &progress{w: w, quiet: quiet}
	if f, ok := w.(*os.File); ok && !quiet && term.IsTerminal(int(f.Fd())) {
		p.width = 80
		if width, _, err := term.GetSize(int(f.Fd())); err == nil {
			p.width = width
		}
	}
	return p
}

// observe is told what happens.
func (p *progress) observe(e dataset.Event) {
	switch e.Kind {
	case dataset.EventNote:
		p.notes = append(p.notes, e.Text)
		p.line("%s", e.Text)
	case dataset.EventWarning:
		p.line("warning: %s", e.Text)
	case dataset.EventPhase:
		p.close()
		if p.width > 0 && e.Total > 0 {
			p.bar = newBar(p.w, e.Total, e.Text)
		}
	case dataset.EventStart:
		if p.bar != nil {
			p.bar.Describe(shorten(e.Item.Name, p.width/3))
		}
	case dataset.EventStep:
		if p.bar != nil {
			_ = p.bar.Add(1) // a bar that cannot be drawn is no reason to stop
		}
	case dataset.EventResult:
		if e.Done.Err != nil {
			p.clear()
			fmt.Fprintf(p.w, "weightmap: %v\n", e.Done.Err)
		}
	}
}

// line prints a line above the bar, unless the user wants quiet.
func (p *progress) line(format string, args ...any) {
	if !p.quiet {
		p.clear()
		fmt.Fprintf(p.w, format+"\n", args...)
	}
}

func (p *progress) clear() {
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}

// close takes the bar away.
func (p *progress) close() {
	p.clear()
	p.bar = nil
}

func newBar(w io.Writer, total int, text string) *progressbar.ProgressBar {
	return progressbar.NewOptions(total,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetDescription(text),
		progressbar.OptionShowCount(),
		progressbar.OptionShowIts(),
		progressbar.OptionSetItsString("items"),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionSetWidth(20),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(),
	)
}

// shorten keeps the end of a long name, which tells most.
func shorten(name string, n int) string {
	if r := []rune(name); len(r) > n && n > 1 {
		return "…" + string(r[len(r)-n+1:])
	}
	return name
}
