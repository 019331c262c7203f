package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/weightmap/weightmap/dataset"
)

const exportHelp = `Packs what a network is trained with, image, target and weights, into files that
are small and few. DIR is the folder that precompute was given, or its --out.

   npz      a compressed NPZ file a sample, in the same tree, for numpy.load:
            arrays image, target (uint8, 1 on objects), weights
   tar      shards of the WebDataset library, DIR-000000.tar and so on, in which a
            sample x is x.image.png (or .jpg; .npy if it is 16-bit or of another
            format), x.target.npy, x.weights.npy
   tar.gz   the same, compressed

The weights are those that precompute wrote. If some are missing, or their masks
have changed, nothing is written. Equal samples give equal files, byte for byte. JPEG
images are decoded for npz, and their colours may differ slightly from Pillow's; shards
have the JPEG files themselves.

--json prints one object: samples, failed, raw_bytes (of the arrays), packed_bytes (of
the files), files, and errors, of each sample that failed.

   weightmap precompute data
   weightmap export --format npz data
   weightmap export --format tar.gz --out shards --save image,target,weights,labels data`

func exportCommand() *cli.Command {
	return &cli.Command{
		Name:               "export",
		Usage:              "pack images, targets and weights for training",
		ArgsUsage:          "DIR",
		Description:        exportHelp,
		HideHelpCommand:    true, // help may be a folder
		CustomHelpTemplate: cli.CommandHelpTemplate + "\n" + exitCodesHelp,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "format", Usage: "`HOW` to pack: npz, tar or tar.gz"},
			&cli.StringFlag{Name: "out", DefaultText: "DIR-npz or DIR-tar", Usage: "write to the folder `DIR`"},
			&cli.StringFlag{Name: "save", Value: "image,target,weights", DefaultText: "image,target,weights", Usage: "pack these `KINDS`, with commas: image, target, weights, labels (int32)"},
			&cli.StringFlag{Name: "shard-size", Value: "256M", DefaultText: "256M", Usage: "begin a new shard rather than exceed `SIZE` bytes (before compression), with K, M or G for 1024 of them, of those and of those"},
			&cli.StringFlag{Name: "masks", DefaultText: "precompute's rule", Usage: "the `GLOB` that precompute was given"},
			&cli.StringFlag{Name: "suffix", DefaultText: "weights", Usage: "the `NAME` that precompute was given"},
			&cli.IntFlag{Name: "jobs", DefaultText: "one a processor", Usage: "work on `N` samples at a time"},
			&cli.BoolFlag{Name: "force", Usage: "write into a folder that is not empty, replacing files of the same names"},
			&cli.BoolFlag{Name: "quiet", Usage: "say nothing but what failed"},
			&cli.BoolFlag{Name: "json", Usage: "print what was done as one JSON object"},
		},
		Action: exportAction,
		BashComplete: completeValues("export", map[string][]string{
			"format": {"npz", "tar", "tar.gz"},
			"save":   {"image", "target", "weights", "labels"},
		}),
	}
}

func exportAction(c *cli.Context) error {
	o, err := exportOptions(c)
	if err != nil {
		return err
	}
	p := newProgress(c.App.ErrWriter, c.Bool("quiet"))
	o.Observe = p.observe
	report, err := dataset.Export(c.Context, o)
	p.close()
	var wrong *dataset.OptionError
	if errors.As(err, &wrong) {
		return &exitErr{code: exitError, err: wrong, hint: wrong.Hint}
	}
	if report == nil {
		return err
	}
	for _, e := range report.Errors {
		complain(c.App.ErrWriter, e)
	}
	if printErr := printExport(c, o.Out, report); err == nil {
		err = printErr
	}
	if n := len(report.Errors); err == nil && n > 0 {
		err = &exitErr{code: exitSomeFailed, err: fmt.Errorf("%d of %d failed", n, n+report.Samples)}
	}
	return err
}

func exportOptions(c *cli.Context) (dataset.ExportOptions, error) {
	f := flags{c: c}
	o := dataset.DefaultExport(c.Args().First(), c.String("out"))
	if c.NArg() != 1 {
		return o, usagef("as in: weightmap export --format npz data", "export takes one folder, not %d", c.NArg())
	}
	if !c.IsSet("format") {
		return o, usagef("--format npz is one file a sample, --format tar is WebDataset shards", "export needs a --format: npz, tar or tar.gz")
	}
	if _, err := os.Stat(o.Dir); errors.Is(err, fs.ErrNotExist) {
		return o, usagef("", "%s: no such file or folder", o.Dir)
	}
	parseFlag(&f, "format", dataset.ParseExportFormat, &o.Format)
	parseFlag(&f, "save", dataset.ParseExportKinds, &o.Save)
	parseFlag(&f, "shard-size", parseBytes, &o.ShardSize)
	for _, name := range []string{"out", "masks", "suffix"} {
		if c.IsSet(name) && c.String(name) == "" {
			f.fail(name, errors.New("it is empty"))
		}
	}
	if c.IsSet("jobs") && c.Int("jobs") < 1 {
		f.fail("jobs", fmt.Errorf("%d is not at least 1", c.Int("jobs")))
	}
	if o.Out == "" {
		dir, err := filepath.Abs(o.Dir)
		if err != nil {
			return o, err
		}
		ending := "-tar"
		if o.Format == dataset.NPZ {
			ending = "-npz"
		}
		o.Out = filepath.Join(o.Dir, "..", filepath.Base(dir)+ending)
	}
	o.Masks, o.Suffix, o.Jobs, o.Force = c.String("masks"), c.String("suffix"), c.Int("jobs"), c.Bool("force")
	return o, f.err
}

type exportJSON struct {
	Samples int            `json:"samples"`
	Failed  int            `json:"failed"`
	Raw     int64          `json:"raw_bytes"`
	Packed  int64          `json:"packed_bytes"`
	Files   []dataset.Path `json:"files"`
	Errors  []string       `json:"errors"`
}

// printExport says what was packed.
func printExport(c *cli.Context, out string, r *dataset.ExportReport) error {
	if !c.Bool("quiet") && len(r.Files) > 0 {
		fmt.Fprintf(c.App.ErrWriter, "%s: %s in %s, %s of arrays in %s (%.1f to 1)\n", printable(out),
			count(int64(r.Samples), "sample", "samples"), count(int64(len(r.Files)), "file", "files"),
			metric(float64(r.Raw), "B"), metric(float64(r.Packed), "B"), float64(r.Raw)/float64(r.Packed))
	}
	if !c.Bool("json") {
		return nil
	}
	report := exportJSON{r.Samples, len(r.Errors), r.Raw, r.Packed, paths(r.Files), []string{}}
	for _, err := range r.Errors {
		report.Errors = append(report.Errors, err.Error())
	}
	e := json.NewEncoder(c.App.Writer)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(report)
}
