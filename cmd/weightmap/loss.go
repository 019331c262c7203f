package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/weightmap/weightmap/losses"
)

const lossHelp = `Measures the losses of predictions, image by image, and prints a table of them with
the mean over the images.

TRUTH are masks of any type that precompute reads, of which everything but 0 is
foreground; in a folder they are found as precompute finds them. Predictions are NPY
arrays of the mask's shape, or gray PNGs of 8 or 16 bits, in which 255 or 65535 is the
probability 1. A loss of several classes (softmax-...) takes an NPY of shape (classes,
height, width), and the mask's values for class numbers.

Files belong together that have the same stem: the path below their folder without
the extension. To the truth a.png belong the prediction a.npy or a.png, and the weights
a.weights.npy, or else a.npy. Where folders below are arranged differently, a file name
that there is only once will do. Each of the three may also be a single file.
Targets that precompute wrote, a.target.npy, are the truth of a where a folder has no masks.

A file that has no partner, or not its shape, is named, the others are measured, and
the exit code is 3; that is so too if nothing was left to measure.

With a weight map every loss is weighted by it. Distances of boundary, hausdorff and
others are measured in the truth, in pixels. Each image is measured by itself.

--json prints one object: losses, the mean of each by its name, and images, of each the
image (its stem) and its losses by their names.

   weightmap loss --truth data/masks --pred predictions
   weightmap loss --truth data/masks --pred predictions --weights data/masks --loss distance,dice --maps where
   weightmap loss --truth a.png --pred a.npy --input logits --loss tversky:fp=0.3,fn=0.7,ce+dice
   weightmap loss --loss help`

const (
	flagsFiles   = "What belongs together"
	flagsMeasure = "What is measured"
	flagsResult  = "What comes out"
)

func lossCommand() *cli.Command {
	var names []string
	for _, s := range losses.Specs() {
		names = append(names, s.Name)
	}
	return &cli.Command{
		Name:               "loss",
		Usage:              "measure predictions against masks, with or without weight maps",
		ArgsUsage:          " ",
		Description:        lossHelp,
		HideHelpCommand:    true,
		CustomHelpTemplate: cli.CommandHelpTemplate + "\n" + exitCodesHelp,
		Flags: []cli.Flag{
			&cli.StringFlag{Category: flagsFiles, Name: "truth", Usage: "the masks, `TRUTH`: a folder or a file", TakesFile: true},
			&cli.StringFlag{Category: flagsFiles, Name: "pred", Usage: "the predictions, `PRED`: a folder or a file", TakesFile: true},
			&cli.StringFlag{Category: flagsFiles, Name: "weights", DefaultText: "ones", Usage: "the weight maps, `WEIGHTS`: a folder, or a file, which then serves every image", TakesFile: true},
			&cli.StringFlag{Category: flagsFiles, Name: "ignore", DefaultText: "none", Usage: "pixels of this `VALUE` in the truth count for nothing"},

			&cli.StringSliceFlag{Category: flagsMeasure, Name: "loss", DefaultText: "ce,dice", Usage: "these losses, `LIST` of name[:param=value,...], or of sums of them: ce+dice, 2*focal:gamma=1+dice; help says which there are"},
			&cli.StringFlag{Category: flagsMeasure, Name: "input", Value: "probabilities", DefaultText: "probabilities", Usage: "predictions in NPY files are `WHAT`: probabilities, or logits"},
			&cli.StringFlag{Category: flagsMeasure, Name: "mean", Value: "elements", DefaultText: "elements", Usage: "the mean over the pixels of an image divides by `WHAT`: elements (their number), or weights (their sum)"},

			&cli.StringFlag{Category: flagsResult, Name: "maps", Usage: "write the loss of every pixel to `DIR`: STEM.LOSS.npy, and .png to look at", TakesFile: true},
			&cli.BoolFlag{Category: flagsResult, Name: "force", Usage: "replace files in the folder of --maps that loss did not write"},
			&cli.BoolFlag{Category: flagsResult, Name: "json", Usage: "print one JSON object"},
			&cli.IntFlag{Category: flagsResult, Name: "jobs", DefaultText: "one a processor", Usage: "work on `N` images at a time"},
		},
		Action: lossAction,
		BashComplete: completeValues("loss", map[string][]string{
			"loss":  append(names, "help"),
			"input": {"probabilities", "logits"},
			"mean":  {"elements", "weights"},
		}),
	}
}

// lossRun is what the flags of loss ask for.
type lossRun struct {
	losses     []losses.Named
	multiclass bool // all of them are of several classes; else none is
	logits     bool
	reduction  losses.Reduction
	ignore     *int64
	weighted   bool
	maps       *lossMaps // nil for none
	jobs       int
}

func lossAction(c *cli.Context) error {
	list := strings.Join(c.StringSlice("loss"), ",")
	if strings.TrimSpace(list) == "help" {
		return printLosses(c.App.Writer)
	}
	run, err := newLossRun(c, cmp.Or(list, "ce,dice"))
	if err != nil {
		return err
	}
	items, left, err := pairFiles(c.String("truth"), c.String("pred"), c.String("weights"), c.String("maps"))
	if err != nil {
		return err
	}
	failed := 0
	fail := func(err error) {
		failed++
		complain(c.App.ErrWriter, err)
	}
	for _, err := range left {
		fail(err)
	}
	if run.maps != nil {
		if err := os.MkdirAll(run.maps.dir, 0o777); err != nil {
			return err
		}
		for _, line := range run.maps.without {
			fmt.Fprintln(c.App.ErrWriter, printable(line))
		}
	}
	var done []measured
	run.measureAll(c.Context, items, func(m measured) {
		if m.err != nil {
			fail(m.err)
			return
		}
		for _, text := range m.notes {
			fmt.Fprintln(c.App.ErrWriter, printable(text))
		}
		done = append(done, m)
	})
	if err := c.Context.Err(); err != nil {
		return err
	}
	printed := printLossTable
	if c.Bool("json") {
		printed = printLossJSON
	}
	if err := printed(c.App.Writer, run.losses, done); err != nil {
		return err
	}
	switch {
	case len(done) == 0 && failed == 0:
		return &exitErr{code: exitSomeFailed, err: fmt.Errorf("no masks in %s and no predictions in %s", c.String("truth"), c.String("pred"))}
	case len(done) == 0:
		return &exitErr{code: exitSomeFailed, err: errors.New("no image was measured")}
	case failed > 0:
		return &exitErr{code: exitSomeFailed, err: fmt.Errorf("%s measured, %s left out",
			count(int64(len(done)), "image", "images"), count(int64(failed), "file", "files"))}
	}
	return nil
}

// newLossRun reads the flags.
func newLossRun(c *cli.Context, list string) (*lossRun, error) {
	f := flags{c: c}
	r := &lossRun{weighted: c.IsSet("weights"), jobs: c.Int("jobs")}
	switch {
	case c.NArg() > 0:
		return nil, usagef("as in: weightmap loss --truth data/masks --pred predictions", "loss takes no %q beside its flags", c.Args().First())
	case c.String("truth") == "" || c.String("pred") == "":
		return nil, usagef("as in: weightmap loss --truth data/masks --pred predictions", "loss needs --truth and --pred")
	}
	if r.jobs = c.Int("jobs"); !c.IsSet("jobs") {
		r.jobs = runtime.GOMAXPROCS(0)
	} else if r.jobs < 1 {
		f.fail("jobs", fmt.Errorf("%d is not at least 1", r.jobs))
	}
	parseFlag(&f, "ignore", parseInteger, &r.ignore)
	parseFlag(&f, "input", oneOf("probabilities", "logits"), &r.logits)
	var byWeight bool
	parseFlag(&f, "mean", oneOf("elements", "weights"), &byWeight)
	if byWeight {
		r.reduction = losses.ReduceMeanByWeight
	}
	for _, name := range []string{"weights", "maps", "ignore"} {
		if c.IsSet(name) && c.String(name) == "" {
			f.fail(name, errors.New("it is empty"))
		}
	}
	if f.err != nil {
		return nil, f.err
	}
	if err := r.parseLosses(list); err != nil {
		return nil, err
	}
	if dir := c.String("maps"); dir != "" {
		for _, name := range []string{"truth", "pred", "weights"} {
			if sameFile(dir, c.String(name)) {
				return nil, usagef("name another folder for the maps", "--maps and --%s are the same folder", name)
			}
		}
		r.maps = newLossMaps(dir, c.Bool("force"), r.losses)
	}
	return r, nil
}

// oneOf reads a flag that has two values, and tells whether it is the second.
func oneOf(first, second string) func(string) (bool, error) {
	return func(s string) (bool, error) {
		if s != first && s != second {
			return false, fmt.Errorf("%q is none of %s, %s", s, first, second)
		}
		return s == second, nil
	}
}

func (r *lossRun) parseLosses(list string) error {
	all, err := losses.ParseList(list)
	if err != nil {
		return usagef("weightmap loss --loss help lists them with their parameters", "--loss: %v", err)
	}
	seen := map[string]bool{}
	for i := range all {
		n := &all[i]
		n.Name = strings.TrimSpace(n.Name)
		switch {
		case seen[n.Name]:
			return usagef("", "--loss: %s is named twice", n.Name)
		case n.NeedsWeight && !r.weighted:
			return usagef("give --weights, the folder of the weight maps; weightmap precompute makes them",
				"--loss: %s needs weight maps", n.Name)
		case n.Multiclass != all[0].Multiclass:
			return usagef("measure them one after the other",
				"--loss: no prediction suits both %s and %s: one is of two classes, the other of several", all[0].Name, n.Name)
		}
		seen[n.Name] = true
	}
	r.losses, r.multiclass = all, all[0].Multiclass
	return nil
}
