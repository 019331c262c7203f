package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// A fault is made in a folder of its own, in which the program runs.
type fault struct {
	*testing.T
	program, dir string
	args         []string          // of the run that is to be made to fail
	peace        map[string]string // what that run makes where nothing happens to it
	older        map[string]string // what was there before it
	names        map[string]string // what the page calls things that bear other names each time
	said         []string
	partial      bool // not every case was tried
}

// ok ends the test if something that is no part of the fault went wrong.
func (f *fault) ok(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

func (f *fault) path(name string) string { return filepath.Join(f.dir, filepath.FromSlash(name)) }

func (f *fault) read(name string) string {
	f.Helper()
	b, err := os.ReadFile(f.path(name))
	f.ok(err)
	return string(b)
}

func (f *fault) write(name, text string) {
	f.Helper()
	f.ok(os.MkdirAll(filepath.Dir(f.path(name)), 0o777))
	f.ok(os.WriteFile(f.path(name), []byte(text), 0o666))
}

// edit replaces text in a file, once.
func (f *fault) edit(name, old, new string) {
	f.Helper()
	text := f.read(name)
	if !strings.Contains(text, old) {
		f.Fatalf("%s has no %s", name, old)
	}
	f.write(name, strings.Replace(text, old, new, 1))
}

func (f *fault) link(target, name string) {
	f.Helper()
	if err := os.Symlink(filepath.FromSlash(target), f.path(name)); err != nil {
		f.Skip("there are no symbolic links here: ", err)
	}
}

// mask draws a mask of objects, which number seeds.
func (f *fault) mask(name string, number int) {
	f.Helper()
	rows := make([]string, 16)
	for y := range rows {
		row := bytes.Repeat([]byte("."), 16)
		for x := range row {
			if x, y := x+number, y+number/5; x%5 > 1 && y%5 > 1 {
				row[x-number] = byte('1' + (x/5+3*(y/5))%9)
			}
		}
		rows[y] = string(row)
	}
	f.ok(os.MkdirAll(filepath.Dir(f.path(name)), 0o777))
	f.ok(drawMask(f.path(name), rows))
	then := time.Now().Add(-time.Hour)
	f.ok(os.Chtimes(f.path(name), then, then))
}

// masks makes the data set that most faults happen to, and says how it is worked on.
func (f *fault) masks(args ...string) {
	f.Helper()
	for i, name := range []string{"a", "b", "c"} {
		f.mask("data/"+name+".png", i)
	}
	f.runs(append([]string{"precompute", "data", "--instances", "ids", "--balance", "none", "--jobs", "1"}, args...)...)
}

// runs says what run is to fail, and what it makes at peace of what is there now.
func (f *fault) runs(args ...string) {
	f.Helper()
	f.args = args
	f.peace = f.atPeace()
}

// atPeace is what the run makes of a copy of what is there now.
func (f *fault) atPeace() map[string]string {
	f.Helper()
	key := fmt.Sprint(f.args, f.tree())
	if known, ok := peaceOf[key]; ok {
		return known
	}
	p := &fault{T: f.T, program: f.program, dir: f.TempDir()}
	p.copy(f.dir)
	if r := p.run(f.args...); r.code != exitOK {
		f.Fatalf("at peace: exit code %d\n%s", r.code, r.text)
	}
	peaceOf[key] = p.tree()
	return peaceOf[key]
}

// copy takes over all that is in another folder; os.CopyFS refuses names that are no UTF-8.
func (f *fault) copy(dir string) {
	f.Helper()
	f.ok(filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		to := filepath.Join(f.dir, strings.TrimPrefix(path, dir))
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return os.MkdirAll(to, 0o777)
		case d.Type()&fs.ModeSymlink != 0:
			target, err := os.Readlink(path)
			if err != nil {
				return err
			}
			return os.Symlink(target, to)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(to, b, 0o666)
	}))
}

// peaceOf remembers that, by the run and what was there: it is asked for often.
var peaceOf = map[string]map[string]string{}

// tree is the content of all files and links but caches, by their paths.
func (f *fault) tree() map[string]string {
	f.Helper()
	tree := map[string]string{}
	f.ok(filepath.WalkDir(f.dir, func(path string, d fs.DirEntry, err error) error {
		name := filepath.ToSlash(strings.TrimPrefix(path, f.dir+string(filepath.Separator)))
		switch {
		case err != nil || d.IsDir() || d.Name() == ".weightmap.cache":
			return err
		case d.Type()&fs.ModeSymlink != 0:
			to, err := os.Readlink(path)
			tree[name] = "-> " + to
			return err
		case !d.Type().IsRegular():
			tree[name] = d.Type().String()
			return nil
		}
		b, err := os.ReadFile(path)
		tree[name] = string(b)
		return err
	}))
	return tree
}

// A faultResult is how a run ended.
type faultResult struct {
	code int
	text string // on stderr
	out  string
}

func (f *fault) command(args ...string) *exec.Cmd {
	cmd := exec.Command(f.program, args...)
	cmd.Dir = f.dir
	cmd.Stdout, cmd.Stderr = &bytes.Buffer{}, &bytes.Buffer{}
	return cmd
}

func (f *fault) run(args ...string) faultResult {
	f.Helper()
	return f.finish(f.command(args...))
}

func (f *fault) finish(cmd *exec.Cmd) faultResult {
	f.Helper()
	f.ok(cmd.Start())
	waits := time.AfterFunc(5*time.Minute, func() { _ = cmd.Process.Kill() }) // for ever
	err := cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		f.Fatal(err)
	}
	if !waits.Stop() {
		f.Fatalf("it does not end; it says\n%s", cmd.Stderr)
	}
	return faultResult{cmd.ProcessState.ExitCode(), fmt.Sprint(cmd.Stderr), fmt.Sprint(cmd.Stdout)}
}

var (
	speed  = regexp.MustCompile(`; [^;]* in [^;]*/s\)`)
	failed = regexp.MustCompile(`^weightmap: \d+ of \d+ failed$`)
)

// complaints is what a run says but for how far it came, which where it failed may
// depend on much.
func (f *fault) complaints(r faultResult) []string {
	var lines []string
	for line := range strings.Lines(r.text) {
		line = strings.TrimSuffix(line, "\n")
		for name, word := range f.names {
			line = strings.ReplaceAll(line, name, word)
		}
		complaint := strings.HasPrefix(line, "weightmap: ") || strings.HasPrefix(line, "warning: ") || strings.HasPrefix(line, "  ")
		if complaint && !failed.MatchString(line) && !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return lines
}

// says takes down what a run says: its complaints, or else its last word.
func (f *fault) says(r faultResult) {
	f.Helper()
	lines := f.complaints(r)
	if len(lines) == 0 {
		all := strings.Split(strings.TrimSpace(speed.ReplaceAllString(r.text, "")), "\n")
		lines = all[len(all)-1:]
	}
	f.add(append(lines, fmt.Sprintf("exit code %d", r.code))...)
}

// add takes down what was not yet said.
func (f *fault) add(lines ...string) {
	for _, line := range lines {
		if !slices.Contains(f.said, line) {
			f.said = append(f.said, line)
		}
	}
}

// line is that of the page. What was lost fails the test, and is on no page.
func (f *fault) line(what string) string {
	slices.SortStableFunc(f.said, func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
	said := make([]string, len(f.said))
	for i, line := range f.said {
		said[i] = strings.ReplaceAll(line, "|", `\|`)
		if rank(line) == 0 {
			said[i] = "`" + strings.TrimSpace(said[i]) + "`"
		}
	}
	return fmt.Sprintf("| %s | %s | nothing |", what, strings.Join(said, "<br>"))
}

// rank puts the exit code after what is said, and remarks after that.
func rank(line string) int {
	switch {
	case strings.HasPrefix(line, "("):
		return 2
	case strings.HasPrefix(line, "exit code "):
		return 1
	}
	return 0
}
