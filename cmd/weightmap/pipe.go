package main

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"github.com/weightmap/weightmap/dataset"
)

const pipeHelp = `Reads masks as NPY arrays, one after another, from the standard input, until it
ends, and writes an array for each in the same order to the standard output as soon
as it is made: the weight map, float32 in the mask's shape. This is for masks that
exist in memory only: cropped, turned and bent ones in a data loader. One process
serves any number of them. examples/pipe has a client in Python.

With --save there are several arrays a mask, in the order weights, d1, d2, labels,
target. A mask that fails gets one array instead of all of them, a byte string
(dtype S, no axes): the error. The next mask begins where that array ends by its
header, or, if that cannot be read, with the next NPY magic in the input. Exit code 3
says that there were such masks.

Where the data set as a whole decides in precompute, here the flags must: --balance
none, unless the numbers that precompute printed are given, and --instances
components, of which ids cut by a crop are two objects where they are in two pieces.

   weightmap pipe --balance 0.61,2.8 < masks > maps
   weightmap pipe --preset freiburg2019 --save weights,target`

func pipeCommand() *cli.Command {
	return &cli.Command{
		Name:               "pipe",
		Usage:              "make weight maps of masks that come through a pipe",
		ArgsUsage:          " ",
		Description:        pipeHelp,
		HideHelpCommand:    true,
		CustomHelpTemplate: cli.CommandHelpTemplate + "\n" + exitCodesHelp,
		Flags: append(
			weightFlags(
				&cli.StringFlag{Category: flagsMasks, Name: "instances", Value: "components", DefaultText: "components", Usage: "the objects of a mask are its `KIND`: components (connected pixels of equal value) or ids (all pixels of equal value)"},
				&cli.StringFlag{Category: flagsWeights, Name: "balance", Value: "none", DefaultText: "none", Usage: "class weights `HOW`: none (1), image (over each mask), or two numbers BG,FG"},
			),
			&cli.StringFlag{Category: flagsOutput, Name: "save", Value: "weights", DefaultText: "weights", Usage: "write these `KINDS`, with commas: weights, d1, d2 (distances, float32), labels (int32), target (uint8: 1 on objects)"},
			&cli.IntFlag{Category: flagsRun, Name: "jobs", DefaultText: "one a processor", Usage: "work on `N` masks at a time"},
		),
		Action: pipeAction,
		BashComplete: completeValues("pipe", weightChoices(map[string][]string{
			"instances": {"components", "ids"},
			"balance":   {"image", "none"},
			"save":      {"weights", "d1", "d2", "labels", "target"},
		})),
	}
}

func pipeAction(c *cli.Context) error {
	f := flags{c: c}
	o := dataset.DefaultOptions()
	weightOptions(&f, &o)
	parseFlag(&f, "save", dataset.ParseKinds, &o.Save)
	if f.err != nil {
		return f.err
	}
	if c.NArg() > 0 {
		return usagef("for files there is weightmap precompute", "pipe takes masks from the standard input, and no argument like %q", c.Args().First())
	}
	if in, ok := c.App.Reader.(*os.File); ok && term.IsTerminal(int(in.Fd())) {
		return usagef("as in: weightmap pipe < masks > maps", "pipe takes NPY arrays from the standard input, which is a terminal")
	}
	n, err := dataset.Pipe(c.Context, c.App.Reader, c.App.Writer, o)
	var wrong *dataset.OptionError
	switch {
	case errors.As(err, &wrong):
		return &exitErr{code: exitUsage, err: wrong, hint: wrong.Hint}
	case errors.Is(err, syscall.EPIPE):
		return nil // who does not want more maps has had enough
	case err == nil && n.Failed > 0:
		return &exitErr{code: exitSomeFailed, err: fmt.Errorf("%d of %s failed", n.Failed, count(n.Masks, "mask", "masks"))}
	}
	return err
}
