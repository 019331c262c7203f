package main

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/weightmap/weightmap/dataset"
	"github.com/weightmap/weightmap/labeling"
	"github.com/weightmap/weightmap/weights"
)

const precomputeHelp = `Makes a weight map of every mask and writes it as a NumPy array beside the mask:
masks/a.png gives masks/a.weights.npy. Only what is missing or out of date is made:
weightmap.jsonl, in PATH or in --out, says what each file was made of.

PATH is a mask file, a folder, or a glob in quotes. Of a folder that contains, at
any depth, folders called masks, mask, labels, label, annotations, gt or SEG, the
images in those are masks, else all images in it. A folder masks beside a folder
images with a single image of another name (Data Science Bowl 2018) has one object
a file, and gives one map, next to it.

The class weights are w_c = N/(2·N_c), counted over all masks of the run, so that
their mean is 1. More masks change them, and then all maps are made anew, unless
--balance is given the old numbers, which the run prints.

   weightmap precompute data
   weightmap precompute --instances ids --save weights,labels data/masks
   weightmap precompute --masks '*_mask.png' --out maps data`

const (
	flagsMasks   = "Masks and their objects"
	flagsWeights = "The weight map"
	flagsOutput  = "What is written"
	flagsRun     = "Working through it"
)

func precomputeCommand() *cli.Command {
	return &cli.Command{
		Name:               "precompute",
		Usage:              "make the weight maps of a folder of masks",
		ArgsUsage:          "PATH...",
		Description:        precomputeHelp,
		HideHelpCommand:    true, // help may be a folder
		CustomHelpTemplate: cli.CommandHelpTemplate + "\n" + exitCodesHelp,
		Flags: []cli.Flag{
			&cli.StringFlag{Category: flagsMasks, Name: "masks", DefaultText: "the rule above", Usage: "take files of a folder PATH that match `GLOB` for masks: their paths below PATH, or their names if GLOB has no slash"},
			&cli.StringFlag{Category: flagsMasks, Name: "instances", Value: "auto", DefaultText: "auto", Usage: "the objects of a mask are its `KIND`: components, ids (pixels of equal value), files (each file of a folder is one), or auto, which decides once for all masks and says what"},
			&cli.IntFlag{Category: flagsMasks, Name: "connectivity", DefaultText: "8, in 3-D 26", Usage: "pixels touch with `N` neighbours: 4 or 8, in 3-D 6, 18 or 26"},
			&cli.StringFlag{Category: flagsMasks, Name: "ignore", DefaultText: "none", Usage: "pixels of this `VALUE` weigh 0, count for no class and belong to no object"},
			&cli.IntFlag{Category: flagsMasks, Name: "min-size", DefaultText: "0", Usage: "objects of fewer than `N` pixels are background"},
			&cli.BoolFlag{Category: flagsMasks, Name: "ridge", Usage: "cut one pixel of background between objects that touch"},
			&cli.StringFlag{Category: flagsMasks, Name: "spacing", DefaultText: "what the file says, or 1", Usage: "distance between pixels along each axis, as `Y,X` or Z,Y,X"},
			&cli.StringFlag{Category: flagsMasks, Name: "channel", DefaultText: "all must agree", Usage: "the `NAME` or number of the channel to take from a colour image"},

			&cli.StringFlag{Category: flagsWeights, Name: "preset", Value: "unet", DefaultText: "unet", Usage: "`NAME` of a setting that other flags change: unet (w0 10, sigma 5), freiburg2019 (w0 50, sigma 6/√2, ridge), one-object (exp(-d²): w0 1, sigma 1/√2, term d1, inside border, single d1)"},
			&cli.Float64Flag{Category: flagsWeights, Name: "w0", DefaultText: "10", Usage: "height of the border term w0·exp(-(d1+d2)²/(2·sigma²)), `NUMBER`"},
			&cli.Float64Flag{Category: flagsWeights, Name: "sigma", DefaultText: "5", Usage: "its width `NUMBER`, in pixels or units of spacing"},
			&cli.StringFlag{Category: flagsWeights, Name: "balance", Value: "dataset", DefaultText: "dataset", Usage: "class weights `HOW`: dataset (over all masks), image (over each), none (1), or two numbers BG,FG"},
			&cli.StringFlag{Category: flagsWeights, Name: "inside", DefaultText: "none", Usage: "border term inside objects `HOW`: none, or border (d1 to the object's own border)"},
			&cli.StringFlag{Category: flagsWeights, Name: "single", DefaultText: "zero", Usage: "border term with fewer than two objects `HOW`: zero, or d1 (alone)"},
			&cli.StringFlag{Category: flagsWeights, Name: "term", DefaultText: "d1d2", Usage: "distances of the border term `WHICH`: d1d2, or d1"},

			&cli.StringFlag{Category: flagsOutput, Name: "save", Value: "weights", DefaultText: "weights", Usage: "write these `KINDS`, with commas: weights, d1, d2 (distances), labels (int32), target (uint8: 1 on objects)"},
			&cli.StringFlag{Category: flagsOutput, Name: "dtype", Value: "float32", DefaultText: "float32", Usage: "`TYPE` of weights, d1 and d2: float32 or float16"},
			&cli.StringFlag{Category: flagsOutput, Name: "out", DefaultText: "next to the masks", Usage: "write below `DIR`, in the same tree as the masks"},
			&cli.StringFlag{Category: flagsOutput, Name: "suffix", DefaultText: "weights", Usage: "call outputs a.`NAME`.npy, a.NAME.d1.npy and so on"},

			&cli.IntFlag{Category: flagsRun, Name: "jobs", DefaultText: "one a processor", Usage: "work on `N` masks at a time"},
			&cli.BoolFlag{Category: flagsRun, Name: "force", Usage: "make everything anew"},
			&cli.BoolFlag{Category: flagsRun, Name: "dry-run", Usage: "write nothing; print what would be written"},
			&cli.BoolFlag{Category: flagsRun, Name: "fail-fast", Usage: "stop at the first mask that fails"},
			&cli.BoolFlag{Category: flagsRun, Name: "quiet", Usage: "say nothing but what failed"},
			&cli.BoolFlag{Category: flagsRun, Name: "json", Usage: "print what was done as one JSON object"},
		},
		Action: precomputeAction,
		BashComplete: completeValues("precompute", map[string][]string{
			"instances":    {"auto", "components", "ids", "files"},
			"connectivity": {"4", "8", "6", "18", "26"},
			"preset":       {"unet", "freiburg2019", "one-object"},
			"balance":      {"dataset", "image", "none"},
			"inside":       {"none", "border"},
			"single":       {"zero", "d1"},
			"term":         {"d1d2", "d1"},
			"save":         {"weights", "d1", "d2", "labels", "target"},
			"dtype":        {"float32", "float16"},
		}),
	}
}

func precomputeAction(c *cli.Context) error {
	o, err := precomputeOptions(c)
	if err != nil {
		return err
	}
	p := newProgress(c.App.ErrWriter, c.Bool("quiet"))
	o.Observe = p.observe
	report, err := dataset.Precompute(c.Context, o)
	p.close()
	var wrong *dataset.OptionError
	if errors.As(err, &wrong) {
		return &exitErr{code: exitUsage, err: wrong, hint: wrong.Hint}
	}
	if report != nil {
		if printErr := printReport(c, report, p.notes, err); err == nil {
			err = printErr
		}
	}
	if err == nil && report.Failed > 0 {
		err = &exitErr{code: exitSomeFailed, err: fmt.Errorf("%d of %d failed", report.Failed, len(report.Items)+len(report.Errors))}
	}
	return err
}

// precomputeOptions reads the flags. Those of the preset count where a flag is not given.
func precomputeOptions(c *cli.Context) (dataset.Options, error) {
	f := flags{c: c}
	o := dataset.DefaultOptions(c.Args().Slice()...)
	if c.NArg() == 0 {
		return o, usagef("as in: weightmap precompute data/masks", "precompute needs a PATH: a mask file, a folder, or a glob")
	}
	u := &o.Weights
	parseFlag(&f, "preset", func(s string) (_ bool, err error) { *u, o.Ridge, err = preset(s); return }, new(bool))
	if c.IsSet("ridge") {
		o.Ridge = c.Bool("ridge")
	}
	if c.IsSet("w0") {
		u.W0 = c.Float64("w0")
	}
	if c.IsSet("sigma") {
		u.Sigma = c.Float64("sigma")
	}
	parseFlag(&f, "inside", dataset.ParseInside, &u.Inside)
	parseFlag(&f, "single", dataset.ParseSingle, &u.Single)
	parseFlag(&f, "term", dataset.ParseTerm, &u.Term)
	parseFlag(&f, "balance", dataset.ParseBalance, &o.Balance)
	parseFlag(&f, "instances", dataset.ParseInstances, &o.Instances)
	parseFlag(&f, "spacing", parseSpacing, &o.Spacing)
	parseFlag(&f, "save", dataset.ParseKinds, &o.Save)
	parseFlag(&f, "dtype", parseHalf, &o.Half)
	parseFlag(&f, "ignore", parseInteger, &o.Ignore)
	for _, name := range []string{"masks", "out", "suffix", "channel", "ignore"} {
		if c.IsSet(name) && c.String(name) == "" {
			f.fail(name, errors.New("it is empty"))
		}
	}
	if c.IsSet("jobs") && c.Int("jobs") < 1 {
		f.fail("jobs", fmt.Errorf("%d is not at least 1", c.Int("jobs")))
	}
	if c.IsSet("connectivity") && c.Int("connectivity") == 0 {
		f.fail("connectivity", errors.New("0 is none of 4, 8, 6, 18, 26"))
	}
	o.Masks, o.Out, o.Suffix, o.Read.Channel = c.String("masks"), c.String("out"), c.String("suffix"), c.String("channel")
	o.Connectivity = labeling.Connectivity(c.Int("connectivity"))
	o.MinSize, o.Jobs = c.Int("min-size"), c.Int("jobs")
	o.Force, o.DryRun, o.FailFast = c.Bool("force"), c.Bool("dry-run"), c.Bool("fail-fast")
	o.Version = c.App.Version
	return o, f.err
}

// preset returns the settings of that name, and whether they want a ridge.
func preset(name string) (u weights.UNet, ridge bool, err error) {
	switch name {
	case "unet":
		return weights.DefaultUNet(), false, nil
	case "freiburg2019":
		return weights.Freiburg2019(), true, nil
	case "one-object":
		return weights.OneObject(), false, nil
	}
	return u, false, fmt.Errorf("%q is none of unet, freiburg2019, one-object", name)
}

// flags collects what is wrong with the values of flags: the first of it.
type flags struct {
	c   *cli.Context
	err error
}

func (f *flags) fail(name string, err error) {
	if f.err == nil {
		f.err = usagef("run weightmap "+f.c.Command.Name+" --help for the flags", "--%s: %v", name, err)
	}
}

// parseFlag reads a flag's value into dst if there is one.
func parseFlag[T any](f *flags, name string, parse func(string) (T, error), dst *T) {
	s := f.c.String(name)
	if s == "" && !f.c.IsSet(name) {
		return
	}
	v, err := parse(s)
	if err != nil {
		f.fail(name, err)
		return
	}
	*dst = v
}

func parseSpacing(s string) ([]float64, error) {
	var spacing []float64
	for part := range strings.SplitSeq(s, ",") {
		v, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil || !(v > 0) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%q is no distance between pixels", part)
		}
		spacing = append(spacing, v)
	}
	if n := len(spacing); n != 2 && n != 3 {
		return nil, fmt.Errorf("%q has %d numbers, and not one for each axis: 2, or 3 in 3-D", s, n)
	}
	return spacing, nil
}

func parseHalf(s string) (half bool, err error) {
	if s != "float32" && s != "float16" {
		return false, fmt.Errorf("%q is none of float32, float16", s)
	}
	return s == "float16", nil
}

func parseInteger(s string) (*int64, error) {
	v, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("%q is no whole number", s)
	}
	return &v, nil
}
