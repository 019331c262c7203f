package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
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
	phase string
	room  int // for the name of an item
	notes []string
}

func newProgress(w io.Writer, quiet bool) *progress {
	p := &progress{w: w, quiet: quiet}
	if f, ok := w.(*os.File); ok && !quiet && term.IsTerminal(int(f.Fd())) {
		p.width = 80
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
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
		for i, line := range strings.Split(e.Text, "\n  ") { // the note, and a hint on a line of its own
			if i > 0 {
				line = "  " + line
			}
			p.line("%s", printable(line))
		}
	case dataset.EventWarning:
		p.line("warning: %s", printable(e.Text))
	case dataset.EventPhase:
		p.close()
		if p.phase = e.Text; p.width > 0 && e.Total > 0 {
			p.newBar(e.Total)
		}
	case dataset.EventStart:
		if p.bar != nil {
			p.bar.Describe(p.about(e.Item.String()))
		}
	case dataset.EventStep:
		if p.bar != nil {
			_ = p.bar.Add(1) // a bar that cannot be drawn is no reason to stop
		}
	case dataset.EventResult:
		if e.Done.Err != nil {
			p.clear()
			complain(p.w, e.Done.Err)
		}
	}
}

// about is what stands before the bar: always as wide, so that the bar stays put.
func (p *progress) about(item string) string {
	return fmt.Sprintf("%s %-*s", p.phase, p.room, shorten(item, p.room))
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

func (p *progress) newBar(total int) {
	digits := len(strconv.Itoa(total))
	taken := len(p.phase) + 2*digits + len("  100% || (/, 1000 items/s) [10m10s:10m10s]")
	bar := min(max((p.width-taken)/3, 5), 20)
	p.room = max(p.width-taken-bar, 6)
	p.bar = progressbar.NewOptions(total,
		progressbar.OptionSetWriter(p.w),
		progressbar.OptionSetDescription(p.about("")),
		progressbar.OptionShowCount(),
		progressbar.OptionShowIts(),
		progressbar.OptionSetItsString("items"),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionSetWidth(bar),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(),
	)
}

// shorten keeps the end of a long name, which tells most.
func shorten(name string, n int) string {
	r := []rune(printable(name))
	if len(r) > n {
		return "…" + string(r[len(r)-n+1:])
	}
	return string(r)
}
