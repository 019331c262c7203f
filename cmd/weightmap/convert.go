package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/weightmap/weightmap/dataset"
)

const convertHelp = `Reads masks of any kind, and writes their numbers, pixel for pixel, as label images:
PNG (16-bit gray, one image, numbers to 65535), TIFF (8, 16 or 32 bits, deflate, a page
a slice) or NPY (any whole numbers). It prints what was read.

INPUT is a mask, a folder, a glob in quotes, or a file of annotations: COCO instances
(JSON), or runs as in Kaggle's competitions (CSV with ImageId and EncodedPixels). Those
give a label image for each image, named by its id, in which objects are numbered in
the order of the file. Crowds, of which nobody said what there is, are written as 0, or
as --ignore says, which precompute takes too. A CSV file does not state the sizes of
images: they are looked up in --images, or are --size.

The last argument is the file to write, if its extension is one of .png, .tif, .tiff
and .npy, or else the folder, for label images in the tree of the masks; then --to says
which. A folder masks with one object a file (Data Science Bowl 2018) gives one image.

--json prints an object a label image, a line each: input, image (of annotations),
output, or the error; shape, dtype (what was read) and written (the type that was), ids
(how many), min, max; where there is one the spacing and the warning, and how many
pixels are ignored, or overlap.

   weightmap convert a.nii.gz a.tif
   weightmap convert --to png 'data/**/*_mask.tif' labels
   weightmap convert --to tiff instances_val2017.json labels
   weightmap convert --to png --images stage1_train stage1_train_labels.csv labels`

func convertCommand() *cli.Command {
	return &cli.Command{
		Name:               "convert",
		Usage:              "write masks of any kind as label images",
		ArgsUsage:          "INPUT... OUTPUT|DIR",
		Description:        convertHelp,
		HideHelpCommand:    true, // help may be a folder
		CustomHelpTemplate: cli.CommandHelpTemplate + "\n" + exitCodesHelp,
		Flags: slices.Concat(
			[]cli.Flag{
				&cli.StringFlag{Category: flagsMasks, Name: "masks", DefaultText: "the rule of precompute", Usage: "take files of a folder INPUT that match `GLOB` for masks: their paths below INPUT, or their names if GLOB has no slash"},
			},
			readFlags(),
			[]cli.Flag{
				&cli.IntFlag{Category: flagsMasks, Name: "ignore", DefaultText: "0", Usage: "write crowds of COCO as this `VALUE`"},

				&cli.StringFlag{Category: flagsOutput, Name: "to", DefaultText: "the extension of OUTPUT", Usage: "write `TYPE`: png, tiff or npy"},
				&cli.BoolFlag{Category: flagsOutput, Name: "force", Usage: "replace files that are there"},
				&cli.BoolFlag{Category: flagsOutput, Name: "json", Usage: "print one JSON object a label image, a line each"},
			},
		),
		Action:       convertAction,
		BashComplete: completeValues("convert", map[string][]string{"to": {"png", "tiff", "npy"}}),
	}
}

func convertAction(c *cli.Context) error {
	o, err := convertOptions(c)
	if err != nil {
		return err
	}
	p := &convertPrinter{out: c.App.Writer, err: c.App.ErrWriter, json: c.Bool("json"), ignore: o.Ignore}
	o.Observe = p.print
	err = dataset.Convert(c.Context, o)
	var wrong *dataset.OptionError
	switch {
	case errors.As(err, &wrong):
		return &exitErr{code: exitUsage, err: wrong, hint: wrong.Hint}
	case err != nil:
		return err
	case p.broken != nil:
		return p.broken
	case p.failed > 0:
		return &exitErr{code: exitSomeFailed, err: fmt.Errorf("%d of %d failed", p.failed, p.all)}
	case p.all == 0:
		fmt.Fprintln(c.App.ErrWriter, "no masks found: nothing to do")
	}
	return nil
}

// convertOptions reads the flags and the arguments.
func convertOptions(c *cli.Context) (dataset.ConvertOptions, error) {
	f := flags{c: c}
	o := dataset.ConvertOptions{Masks: c.String("masks"), Force: c.Bool("force"), Read: readOptions(&f)}
	args := c.Args().Slice()
	if len(args) < 2 {
		return o, usagef("as in: weightmap convert a.nii.gz a.tif", "convert needs an INPUT and an OUTPUT")
	}
	o.Paths, o.Out = args[:len(args)-1], args[len(args)-1]
	for _, name := range []string{"masks", "to"} {
		if c.IsSet(name) && c.String(name) == "" {
			f.fail(name, errors.New("it is empty"))
		}
	}
	parseFlag(&f, "to", dataset.ParseLabelFormat, &o.Format)
	if o.Ignore = int32(c.Int("ignore")); c.Int("ignore") < 0 || int(o.Ignore) != c.Int("ignore") {
		f.fail("ignore", fmt.Errorf("%d cannot be written", c.Int("ignore")))
	}
	if f.err != nil {
		return o, f.err
	}
	info, err := os.Stat(o.Out)
	format, known := dataset.LabelFormatOf(o.Out)
	switch isFolder := err == nil && info.IsDir(); {
	case o.Out == "":
		return o, usagef("", "the OUTPUT is empty")
	case !isFolder && known && !strings.HasSuffix(o.Out, "/"):
		if c.IsSet("to") && o.Format != format {
			return o, usagef("leave --to out, or name the file by it", "%s is to be written, and --to %v contradicts its name", o.Out, o.Format)
		}
		o.OutFile, o.Format = true, format
	case !isFolder && dataset.IsImage(o.Out):
		return o, usagef("name a .png, .tif or .npy, or a folder", "%s: label images are not written as %s", o.Out, filepath.Ext(o.Out))
	case err == nil && !isFolder:
		return o, usagef("name a .png, .tif or .npy, or a folder", "%s is there, and is no folder", o.Out)
	case !c.IsSet("to"):
		return o, usagef("say --to png, tiff or npy", "%s is a folder: what is to be written there?", o.Out)
	}
	return o, nil
}

// convertPrinter tells of label images as they are made.
type convertPrinter struct {
	out, err    io.Writer
	json        bool
	ignore      int32 // what crowds are written as
	all, failed int
	broken      error // of the output
}

// The JSON of a label image. Paths are those given, or found below those given.
type convertJSON struct {
	Input   dataset.Path `json:"input"`
	Image   string       `json:"image,omitempty"`
	Output  dataset.Path `json:"output,omitempty"`
	Error   string       `json:"error,omitempty"`
	Shape   []int        `json:"shape,omitempty"`
	Dtype   string       `json:"dtype,omitempty"`
	Written string       `json:"written,omitempty"`
	IDs     *int         `json:"ids,omitempty"`
	Min     *int64       `json:"min,omitempty"`
	Max     *uint64      `json:"max,omitempty"`
	Spacing []float64    `json:"spacing,omitempty"`
	Ignored int          `json:"ignored,omitempty"`
	Overlap int          `json:"overlap,omitempty"`
	Warning string       `json:"warning,omitempty"`
}

func (p *convertPrinter) print(d *dataset.Converted) {
	p.all++
	if d.Err != nil {
		p.failed++
		complain(p.err, d.Err)
	}
	if p.json {
		p.printJSON(d)
		return
	}
	if d.Err != nil {
		return
	}
	from := d.Input
	if d.Image != "" {
		from += ", image " + d.Image
	}
	shape := make([]string, len(d.Shape))
	for i, n := range d.Shape {
		shape[i] = strconv.Itoa(n)
	}
	values := "only 0"
	if d.IDs > 0 {
		values = fmt.Sprintf("%s besides 0, up to %d", count(int64(d.IDs), "value", "values"), d.Max)
		if d.Min < 0 {
			values = fmt.Sprintf("%s besides 0, from %d to %d", count(int64(d.IDs), "value", "values"), d.Min, d.Max)
		}
	}
	_, err := fmt.Fprintln(p.out, printable(fmt.Sprintf("%s: %s %s, %s; from %s", d.Output, strings.Join(shape, "×"), d.Written, values, from)))
	p.keep(err)
	p.warn(d, from)
}

// warn tells what a label image does not keep.
func (p *convertPrinter) warn(d *dataset.Converted, from string) {
	warn := func(format string, args ...any) {
		fmt.Fprintln(p.err, printable("warning: "+from+": "+fmt.Sprintf(format, args...)))
	}
	if d.Warning != "" {
		warn("%s", d.Warning)
	}
	if d.Spacing != nil {
		spacing := strings.Trim(strings.ReplaceAll(fmt.Sprint(d.Spacing), " ", ","), "[]")
		warn("its spacing is not kept; precompute takes it as --spacing %s", spacing)
	}
	if d.Ignored > 0 {
		hint := ""
		if p.ignore == 0 {
			hint = "; --ignore 65535 tells them from background, here and in precompute"
		}
		warn("%s of crowds written as %d%s", count(int64(d.Ignored), "pixel", "pixels"), p.ignore, hint)
	}
	if d.Overlap > 0 {
		warn("objects overlap in %s, which the later one has", count(int64(d.Overlap), "pixel", "pixels"))
	}
}

func (p *convertPrinter) printJSON(d *dataset.Converted) {
	j := convertJSON{
		Input: dataset.Path(filepath.ToSlash(d.Input)), Image: d.Image, Output: dataset.Path(filepath.ToSlash(d.Output)),
		Shape: d.Shape, Dtype: d.Dtype, Written: d.Written, Spacing: d.Spacing, Ignored: d.Ignored, Overlap: d.Overlap, Warning: d.Warning,
	}
	if d.Err != nil {
		j.Error = d.Err.Error()
	} else {
		j.IDs, j.Min, j.Max = &d.IDs, &d.Min, &d.Max
	}
	e := json.NewEncoder(p.out)
	e.SetEscapeHTML(false)
	p.keep(e.Encode(j))
}

func (p *convertPrinter) keep(err error) {
	if p.broken == nil {
		p.broken = err
	}
}
