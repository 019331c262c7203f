package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/weightmap/weightmap/dataset"
)

const precomputeHelp = `Makes a weight map of every mask and writes it as a NumPy array beside the mask:
masks/a.png gives masks/a.weights.npy. Only what is missing or out of date is made:
weightmap.jsonl, in PATH or in --out, says what each file was made of.

PATH is a mask file, a folder, a glob in quotes, or a file of annotations. Of a folder
that contains, at any depth, folders called masks, mask, labels, label, annotations, gt
or SEG, the images in those are masks, else all images in it. A folder masks beside a
folder images with a single image of another name (Data Science Bowl 2018) has one
object a file, and gives one map, next to it.

A file of annotations has the objects of many images: COCO instances (JSON: polygons
and runs), or runs as in Kaggle's competitions (CSV with ImageId and EncodedPixels,
and sizes from --images or --size if it does not state them). It gives a map for each
image, named by the image's id, beside the file or in --out. Of objects that overlap
the later one has the pixels; crowds (iscrowd) weigh 0. In folders such files are
passed over: name them.

The class weights are w_c = N/(2·N_c), counted over all masks of the run, so that
their mean is 1. More masks change them, and then all maps are made anew, unless
--balance is given the old numbers, which the run prints.

--json prints one object with

   summary    items, made, current, failed, left, objects, pixels, seconds,
              pixels_per_second, instances, class_weights (background, foreground),
              roots, dry_run, interrupted; errors is of what is no item, because it
              could not be looked into: a folder, a file of annotations
   notes      what was decided, in sentences
   warnings   kind, items (how many), example, text
   items      of each path, status (made, would, current, failed, left) and outputs;
              where there is one the image of annotations, the error, and the record,
              which is its line of the manifest

   weightmap precompute data
   weightmap precompute --instances ids --save weights,labels data/masks
   weightmap precompute --masks '*_mask.png' --out maps data
   weightmap precompute --out maps instances_val2017.json
   weightmap precompute --out maps --images stage1_train stage1_train_labels.csv`

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
		Flags: slices.Concat(
			[]cli.Flag{
				&cli.StringFlag{Category: flagsMasks, Name: "masks", DefaultText: "the rule above", Usage: "take files of a folder PATH that match `GLOB` for masks: their paths below PATH, or their names if GLOB has no slash"},
			},
			weightFlags(
				&cli.StringFlag{Category: flagsMasks, Name: "instances", Value: "auto", DefaultText: "auto", Usage: "the objects of a mask are its `KIND`: components, ids (pixels of equal value), files (each file of a folder is one), or auto, which decides once for all masks and says what"},
				&cli.StringFlag{Category: flagsWeights, Name: "balance", Value: "dataset", DefaultText: "dataset", Usage: "class weights `HOW`: dataset (over all masks), image (over each), none (1), or two numbers BG,FG"},
			),
			readFlags(),
			[]cli.Flag{
				&cli.StringFlag{Category: flagsOutput, Name: "save", Value: "weights", DefaultText: "weights", Usage: "write these `KINDS`, with commas: weights, d1, d2 (distances), labels (int32), target (uint8: 1 on objects)"},
				&cli.StringFlag{Category: flagsOutput, Name: "dtype", Value: "float32", DefaultText: "float32", Usage: "`TYPE` of weights, d1 and d2: float32 or float16"},
				&cli.StringFlag{Category: flagsOutput, Name: "out", DefaultText: "next to the masks", Usage: "write below `DIR`, in the same tree as the masks"},
				&cli.StringFlag{Category: flagsOutput, Name: "suffix", DefaultText: "weights", Usage: "call outputs a.`NAME`.npy, a.NAME.d1.npy and so on"},

				&cli.IntFlag{Category: flagsRun, Name: "jobs", DefaultText: "one a processor", Usage: "work on `N` masks at a time"},
				memoryFlag(flagsRun),
				&cli.BoolFlag{Category: flagsRun, Name: "force", Usage: "make everything anew, and replace files that no manifest knows"},
				&cli.BoolFlag{Category: flagsRun, Name: "dry-run", Usage: "write nothing; print what would be written"},
				&cli.BoolFlag{Category: flagsRun, Name: "fail-fast", Usage: "stop at the first mask that fails"},
				&cli.BoolFlag{Category: flagsRun, Name: "quiet", Usage: "say nothing but what failed"},
				&cli.BoolFlag{Category: flagsRun, Name: "json", Usage: "print what was done as one JSON object"},
			},
		),
		Action: precomputeAction,
		BashComplete: completeValues("precompute", weightChoices(map[string][]string{
			"instances": {"auto", "components", "ids", "files"},
			"balance":   {"dataset", "image", "none"},
			"save":      {"weights", "d1", "d2", "labels", "target"},
			"dtype":     {"float32", "float16"},
		})),
	}
}

func precomputeAction(c *cli.Context) error {
	o, err := precomputeOptions(c)
	if err != nil {
		return err
	}
	defer keepWithin(o.MaxMemory)()
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
		return o, usagef("as in: weightmap precompute data/masks", "precompute needs a PATH: a mask file, a file of annotations, a folder, or a glob")
	}
	weightOptions(&f, &o)
	parseFlag(&f, "save", dataset.ParseKinds, &o.Save)
	parseFlag(&f, "dtype", parseHalf, &o.Half)
	for _, name := range []string{"masks", "out", "suffix"} {
		if c.IsSet(name) && c.String(name) == "" {
			f.fail(name, errors.New("it is empty"))
		}
	}
	o.Masks, o.Out, o.Suffix = c.String("masks"), c.String("out"), c.String("suffix")
	o.Read = readOptions(&f)
	o.Force, o.DryRun, o.FailFast = c.Bool("force"), c.Bool("dry-run"), c.Bool("fail-fast")
	o.Version = c.App.Version
	o.MaxMemory = maxMemory(&f)
	return o, f.err
}

func parseHalf(s string) (half bool, err error) {
	if s != "float32" && s != "float16" {
		return false, fmt.Errorf("%q is none of float32, float16", s)
	}
	return s == "float16", nil
}
