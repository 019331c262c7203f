package main

import (
	"errors"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/npy"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"weightmap": main})
}

// TestScripts runs the command line as a user does. Beside the usual commands
// scripts have:
//
//	exits CODE COMMAND...   runs the command, which must exit with that code
//	mask FILE ROW...        draws a mask: a dot is 0, a digit itself, x is 255; a
//	                        PNG, or by its name an NPY, in which / begins the next slice
//	lines N FILE            the file must have that many lines
//	floats FILE SHAPE V...  writes an NPY of float32, of a shape as in 2,3
//
// The environment variable TESTDATA names the project's own testdata.
func TestScripts(t *testing.T) {
	drawn, err := filepath.Abs(filepath.Join("..", "..", "testdata"))
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                filepath.Join("testdata", "script"),
		RequireUniqueNames: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("TESTDATA", drawn)
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits":  scriptExits,
			"mask":   scriptMask,
			"lines":  scriptLines,
			"floats": scriptFloats,
		},
	})
}

func scriptExits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d\n%s%s", got, want, ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	}
}

func scriptMask(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: mask FILE ROW...")
	}
	path := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(filepath.Dir(path), 0o777))
	ts.Check(drawMask(path, args[1:]))
	then := time.Now().Add(-time.Hour)
	ts.Check(os.Chtimes(path, then, then))
}

func scriptLines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: lines N FILE")
	}
	if n := strings.Count(ts.ReadFile(args[1]), "\n"); strconv.Itoa(n) != args[0] {
		ts.Fatalf("%s has %d lines, want %s", args[1], n, args[0])
	}
}

// drawMask writes a mask of the values that rows show.
func drawMask(path string, rows []string) error {
	shape := []int{0, len(rows[0])}
	if i := slices.Index(rows, "/"); i > 0 {
		shape = []int{slices.Index(append(rows, "/"), "/"), len(rows[0])}
	}
	var values []uint8
	for _, row := range rows {
		for _, c := range strings.TrimPrefix(row, "/") {
			switch {
			case c == 'x':
				values = append(values, 255)
			case c >= '0' && c <= '9':
				values = append(values, uint8(c-'0'))
			default:
				values = append(values, 0)
			}
		}
	}
	if filepath.Ext(path) == ".npy" {
		if h := shape[0]; h > 0 {
			return npy.WriteFile(path, grid.From(values, len(values)/(h*shape[1]), h, shape[1]))
		}
		return npy.WriteFile(path, grid.From(values, len(rows), shape[1]))
	}
	img := image.NewGray(image.Rect(0, 0, shape[1], len(rows)))
	for i, v := range values {
		img.SetGray(i%shape[1], i/shape[1], color.Gray{Y: v})
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := png.Encode(f, img); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
