package main

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/weightmap/weightmap/dataset"
	"github.com/weightmap/weightmap/labeling"
	"github.com/weightmap/weightmap/weights"
)

// weightFlags are those that say what the objects of a mask are and what its pixels
// weigh, for every command that makes weights. What they can be before anything is
// known of a data set differs: that is given.
func weightFlags(instances, balance cli.Flag) []cli.Flag {
	return []cli.Flag{
		instances,
		&cli.IntFlag{Category: flagsMasks, Name: "connectivity", DefaultText: "8, in 3-D 26", Usage: "pixels touch with `N` neighbours: 4 or 8, in 3-D 6, 18 or 26"},
		&cli.StringFlag{Category: flagsMasks, Name: "ignore", DefaultText: "none", Usage: "pixels of this `VALUE` weigh 0, count for no class and belong to no object"},
		&cli.IntFlag{Category: flagsMasks, Name: "min-size", DefaultText: "0", Usage: "objects of fewer than `N` pixels are background"},
		&cli.BoolFlag{Category: flagsMasks, Name: "ridge", Usage: "cut one pixel of background between objects that touch"},
		&cli.StringFlag{Category: flagsMasks, Name: "spacing", DefaultText: "what a NIfTI file says, or 1", Usage: "distance between pixels along each axis, as `Y,X` or Z,Y,X"},

		&cli.StringFlag{Category: flagsWeights, Name: "preset", Value: "unet", DefaultText: "unet", Usage: "`NAME` of a setting that other flags change: unet (w0 10, sigma 5), freiburg2019 (w0 50, sigma 6/√2, ridge), one-object (exp(-d²): w0 1, sigma 1/√2, term d1, inside border, single d1)"},
		&cli.Float64Flag{Category: flagsWeights, Name: "w0", DefaultText: "10", Usage: "height of the border term w0·exp(-(d1+d2)²/(2·sigma²)), `NUMBER`"},
		&cli.Float64Flag{Category: flagsWeights, Name: "sigma", DefaultText: "5", Usage: "its width `NUMBER`, in pixels or units of spacing"},
		balance,
		&cli.StringFlag{Category: flagsWeights, Name: "inside", DefaultText: "none", Usage: "border term inside objects `HOW`: none, or border (d1 to the object's own border)"},
		&cli.StringFlag{Category: flagsWeights, Name: "single", DefaultText: "zero", Usage: "border term with fewer than two objects `HOW`: zero, or d1 (alone)"},
		&cli.StringFlag{Category: flagsWeights, Name: "term", DefaultText: "d1d2", Usage: "distances of the border term `WHICH`: d1d2, or d1"},
	}
}

// weightChoices adds the values that the flags of weightFlags have to choose from.
func weightChoices(others map[string][]string) map[string][]string {
	choices := map[string][]string{
		"connectivity": {"4", "8", "6", "18", "26"},
		"preset":       {"unet", "freiburg2019", "one-object"},
		"inside":       {"none", "border"},
		"single":       {"zero", "d1"},
		"term":         {"d1d2", "d1"},
	}
	maps.Copy(choices, others)
	return choices
}

// weightOptions reads the flags of weightFlags, and jobs. Those of the preset count
// where a flag is not given.
func weightOptions(f *flags, o *dataset.Options) {
	c, u := f.c, &o.Weights
	parseFlag(f, "preset", func(s string) (_ bool, err error) { *u, o.Ridge, err = preset(s); return }, new(bool))
	if c.IsSet("ridge") {
		o.Ridge = c.Bool("ridge")
	}
	if c.IsSet("w0") {
		u.W0 = c.Float64("w0")
	}
	if c.IsSet("sigma") {
		u.Sigma = c.Float64("sigma")
	}
	parseFlag(f, "inside", dataset.ParseInside, &u.Inside)
	parseFlag(f, "single", dataset.ParseSingle, &u.Single)
	parseFlag(f, "term", dataset.ParseTerm, &u.Term)
	parseFlag(f, "balance", dataset.ParseBalance, &o.Balance)
	parseFlag(f, "instances", dataset.ParseInstances, &o.Instances)
	parseFlag(f, "spacing", parseSpacing, &o.Spacing)
	parseFlag(f, "ignore", parseInteger, &o.Ignore)
	if c.IsSet("ignore") && c.String("ignore") == "" {
		f.fail("ignore", errors.New("it is empty"))
	}
	if c.IsSet("jobs") && c.Int("jobs") < 1 {
		f.fail("jobs", fmt.Errorf("%d is not at least 1", c.Int("jobs")))
	}
	if c.IsSet("connectivity") && c.Int("connectivity") == 0 {
		f.fail("connectivity", errors.New("0 is none of 4, 8, 6, 18, 26"))
	}
	o.Connectivity = labeling.Connectivity(c.Int("connectivity"))
	o.MinSize, o.Jobs = c.Int("min-size"), c.Int("jobs")
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

func parseInteger(s string) (*int64, error) {
	v, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("%q is no whole number", s)
	}
	return &v, nil
}
