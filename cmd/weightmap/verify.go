package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/urfave/cli/v2"

	"github.com/weightmap/weightmap/dataset"
)

const verifyHelp = `Finds out whether masks and outputs are still what weightmap.jsonl, the manifest,
says. It reads all of them and trusts no cache, and it changes nothing.

PATH is a folder that precompute was given, or its --out, or one with such folders
in it, or what is in one: a folder, a mask, an output. A manifest says where its
masks are. Each file that is not as it should be is a line on stdout, with the
first of these that is true of it:

   unreadable   it, or its mask, cannot be read
   missing      the manifest tells of it, and it is not there
   changed      it is not the file that was written
   orphaned     the mask is not there of which it was made
   stale        the mask is another now, or this program computes otherwise
   wrong        --deep: computed anew it is another, or its line in the manifest is
   foreign      it has the name of an output, and no manifest tells of it
   damaged      a line of the manifest that cannot be read, and counts for nothing

precompute with the flags of before makes anew what is missing, changed or stale. With
--force it also does what is wrong, and what the disk changed without the file's times
showing it. Of masks that were deleted on purpose, delete the outputs and the lines of
the manifest. Masks without outputs, and temporary files of runs that were killed, are
warned of and are no fault.

--deep computes some of the outputs anew with the parameters that the manifest says,
and compares all bytes. SUBSET is a percentage, a number of items, all, or a part: 1/7
to 7/7 are all items, one part a day of the week; 10% if nothing is said. The items
are always the same, unless --seed is another.

While precompute is at work on a folder there is no telling what is right: then
verify refuses, and if a run came in between it says so in the end. It keeps no run
from its work.

--json prints one object with

   summary    items, outputs, good (outputs that are as they should be), faults (the
              number of each), computed (items, anew), left (items not looked at),
              bytes, seconds, roots, interrupted
   findings   of each the fault and the path; where there is one the line of the
              manifest, the reason, and the item, as the manifest calls it
   warnings   kind, items (how many), example, text

   weightmap verify data
   weightmap verify --deep all maps
   weightmap verify --json --quiet --deep 1/7 data > report.json`

func verifyCommand() *cli.Command {
	return &cli.Command{
		Name:               "verify",
		Usage:              "check that outputs are what the manifest says",
		ArgsUsage:          "PATH...",
		Description:        verifyHelp,
		HideHelpCommand:    true, // help may be a folder
		CustomHelpTemplate: cli.CommandHelpTemplate + "\n" + exitCodesHelp,
		Flags: []cli.Flag{
			&optionalFlag{
				StringFlag: &cli.StringFlag{Name: "deep", DefaultText: "none; alone 10%", Usage: "compute the outputs of `SUBSET` anew: 10%, 20 (items), 1/7 (a part) or all"},
				alone:      "10%",
				is:         isSubset,
			},
			&cli.Uint64Flag{Name: "seed", DefaultText: "0", Usage: "take other items for another `N`"},
			&cli.StringFlag{Name: "masks", DefaultText: "precompute's rule", Usage: "the `GLOB` that precompute was given"},
			&cli.IntFlag{Name: "jobs", DefaultText: "one a processor", Usage: "work on `N` items at a time"},
			memoryFlag(""),
			&cli.BoolFlag{Name: "no-lock", Usage: "look also where precompute is at work"},
			&cli.BoolFlag{Name: "quiet", Usage: "say nothing but what is wrong"},
			&cli.BoolFlag{Name: "json", Usage: "print what was found as one JSON object"},
		},
		Action: verifyAction,
		BashComplete: completeValues("verify", map[string][]string{
			"deep": {"10%", "20", "1/7", "all"},
		}),
	}
}

// isSubset reports whether what follows --deep is its value: also a wrong one, as 200%
// is, unless it is the name of something.
func isSubset(s string) bool {
	_, err := dataset.ParseSubset(s)
	if err == nil || s == "" || s[0] < '0' || s[0] > '9' {
		return err == nil
	}
	_, err = os.Stat(s)
	return err != nil
}

func verifyAction(c *cli.Context) error {
	o, err := verifyOptions(c)
	if err != nil {
		return err
	}
	defer keepWithin(o.MaxMemory)()
	p := newProgress(c.App.ErrWriter, c.Bool("quiet"))
	o.Observe = p.observe
	v, err := dataset.Verify(c.Context, o)
	p.close()
	var wrong *dataset.OptionError
	if errors.As(err, &wrong) {
		return &exitErr{code: exitUsage, err: wrong, hint: wrong.Hint}
	}
	if v == nil {
		return err
	}
	if printErr := printVerification(c, v, err); err == nil {
		err = printErr
	}
	switch unread, n := v.Count(dataset.FaultUnreadable), len(v.Findings); {
	case err != nil || n == 0:
		return err
	case n > unread:
		return &exitErr{code: exitNotAsItShouldBe, err: fmt.Errorf("%s not as it should be", count(int64(n), "thing is", "things are")),
			hint: "weightmap verify --help says what to do about it"}
	default:
		return &exitErr{code: exitSomeFailed, err: fmt.Errorf("%s could not be read", count(int64(n), "file", "files"))}
	}
}

func verifyOptions(c *cli.Context) (dataset.VerifyOptions, error) {
	f := flags{c: c}
	o := dataset.VerifyOptions{Paths: c.Args().Slice(), Masks: c.String("masks"), Jobs: c.Int("jobs"), NoLock: c.Bool("no-lock")}
	parseFlag(&f, "deep", dataset.ParseSubset, &o.Deep)
	o.MaxMemory = maxMemory(&f)
	o.Deep.Seed = c.Uint64("seed")
	switch {
	case c.IsSet("seed") && !c.IsSet("deep"):
		f.fail("seed", errors.New("it is for --deep"))
	case c.IsSet("masks") && o.Masks == "":
		f.fail("masks", errors.New("it is empty"))
	case c.IsSet("jobs") && o.Jobs < 1:
		f.fail("jobs", fmt.Errorf("%d is not at least 1", o.Jobs))
	case c.NArg() == 0:
		return o, usagef("as in: weightmap verify data/masks", "verify needs a PATH: a folder that precompute was given, or its --out")
	}
	return o, f.err
}
