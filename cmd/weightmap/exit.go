package main

import (
	"fmt"
	"io"

	"github.com/urfave/cli/v2"
)

// exitErr is an error that knows the exit code it leads to, and a hint on what to
// do about it, if there is one.
type exitErr struct {
	code int
	err  error
	hint string
}

func (e *exitErr) Error() string { return e.err.Error() }
func (e *exitErr) Unwrap() error { return e.err }

func (e *exitErr) print(w io.Writer) {
	complain(w, e.err)
	if e.hint != "" {
		fmt.Fprintf(w, "  %s\n", printable(e.hint))
	}
}

// usagef is the error of a command line that cannot be meant; the hint may be empty.
func usagef(hint, format string, args ...any) error {
	return &exitErr{code: exitUsage, err: fmt.Errorf(format, args...), hint: hint}
}

func usageError(c *cli.Context, err error, _ bool) error {
	name := "weightmap"
	if c.Command != nil && c.Command.Name != "" && c.Command.Name != "weightmap" {
		name += " " + c.Command.Name
	}
	return usagef("run "+name+" --help for the flags", "%v", err)
}
