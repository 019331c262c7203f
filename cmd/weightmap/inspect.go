package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/weightmap/weightmap/internal/render"
)

func inspectCommand() *cli.Command {
	return &cli.Command{
		Name:               "inspect",
		Usage:              "draw maps for people to look at, and print what is in them",
		ArgsUsage:          "FILE|DIR...",
		HideHelpCommand:    true, // help may be a folder
		CustomHelpTemplate: cli.CommandHelpTemplate + "\n" + exitCodesHelp,
		Description: `Draws each map (NPY, 2-D or 3-D) as a PNG with a colour bar and with the outlines
of the objects it was made of, beside the map or where --out says, and prints its
shape, range, mean and percentiles. Of a folder it draws one contact sheet of all
weight maps in it, with one range.

Of a stack the middle slice is drawn; --slice says which else, or all. Values that
are infinite (no object is that near) are drawn gray, and NaN in cyan; neither is
part of the range. Gray images of --with image are stretched to be seen.

--json prints an object a map, a line each: map, shape, dtype, min, max, mean,
percentiles, infinite and nan (how many), picture; where they are known the objects (how
many), the mask, and the range of the colours.

   weightmap inspect data/masks/a.weights.npy
   weightmap inspect --with image data
   weightmap inspect --with mask,d1,d2 --out figure.png data/masks/a.weights.npy
   weightmap inspect --raw --bits 8 --range 0,12 --out gray data`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "with", DefaultText: "the map alone", Usage: "draw these before the map, as `LIST` of image, mask, d1, d2; image alone brings the mask"},
			&cli.StringFlag{Name: "out", Aliases: []string{"o"}, DefaultText: "beside the map", Usage: "write to this `PATH`: a .png, or a folder", TakesFile: true},
			&cli.StringFlag{Name: "range", DefaultText: "what is there", Usage: "colour values from `LO,HI`; beyond, the colours stay the same"},
			&cli.StringFlag{Name: "colors", Value: "inferno", DefaultText: "inferno, of distances viridis", Usage: "colour values by `NAME`: " + strings.Join(render.ColorNames, ", ")},
			&cli.IntFlag{Name: "scale", DefaultText: "easy to see", Usage: "draw each pixel `N` pixels wide and high"},
			&cli.StringFlag{Name: "slice", DefaultText: "the middle", Usage: "draw slice `N` of stacks, from 0, or all"},
			&cli.StringFlag{Name: "title", DefaultText: "its name", Usage: "write `TEXT` above the picture"},
			&cli.BoolFlag{Name: "no-outline", Usage: "draw no outlines of objects"},
			&cli.StringFlag{Name: "mask", Usage: "take the objects from `FILE` instead of looking for it", TakesFile: true},
			&cli.StringFlag{Name: "image", Usage: "take the image from `FILE` instead of looking for it", TakesFile: true},
			&cli.BoolFlag{Name: "raw", Usage: "write plain gray, LO black and HI white, and nothing else"},
			&cli.IntFlag{Name: "bits", Value: 16, DefaultText: "16", Usage: "write --raw with 8 or 16 `BITS` a pixel"},
			&cli.BoolFlag{Name: "force", Usage: "replace files that were not drawn by inspect"},
			&cli.BoolFlag{Name: "json", Usage: "print one JSON object a map"},
		},
		Action: inspectAction,
		BashComplete: completeValues("inspect", map[string][]string{
			"with":   {"image", "mask", "d1", "d2"},
			"colors": render.ColorNames,
			"slice":  {"all"},
			"bits":   {"8", "16"},
		}),
	}
}

// look is what the flags of inspect ask for.
type look struct {
	with    []string
	out     string
	lo, hi  float64
	ranged  bool // lo and hi were given
	colors  *render.Colors
	colored bool // colors were given
	scale   int
	slices  sliceChoice
	z       int // the one slice
	title   *string
	outline bool
	mask    string
	image   string
	raw     bool
	bits    int
	force   bool
	json    bool
}

type sliceChoice int

const (
	middleSlice sliceChoice = iota
	oneSlice
	allSlices
)

// inspectLook reads the flags.
func inspectLook(c *cli.Context) (*look, error) {
	l := &look{
		out: c.String("out"), scale: c.Int("scale"), outline: !c.Bool("no-outline"),
		mask: c.String("mask"), image: c.String("image"),
		raw: c.Bool("raw"), bits: c.Int("bits"), force: c.Bool("force"), json: c.Bool("json"),
	}
	var err error
	if l.with, err = panels(c.String("with")); err != nil {
		return nil, err
	}
	if c.IsSet("range") {
		lo, hi, _ := strings.Cut(c.String("range"), ",")
		var errLo, errHi error
		l.lo, errLo = strconv.ParseFloat(strings.TrimSpace(lo), 64)
		l.hi, errHi = strconv.ParseFloat(strings.TrimSpace(hi), 64)
		if errLo != nil || errHi != nil || !(l.lo < l.hi) || l.hi-l.lo-(l.hi-l.lo) != 0 {
			return nil, usagef("as in --range 0,12", "--range takes two finite numbers, the smaller first, not %q", c.String("range"))
		}
		l.ranged = true
	}
	if l.colors = render.ColorsByName(c.String("colors")); l.colors == nil {
		return nil, usagef("there are "+strings.Join(render.ColorNames, ", "), "--colors %q is not known", c.String("colors"))
	}
	l.colored = c.IsSet("colors")
	switch s := c.String("slice"); {
	case s == "all":
		l.slices = allSlices
	case s != "":
		l.slices = oneSlice
		if l.z, err = strconv.Atoi(s); err != nil || l.z < 0 {
			return nil, usagef("", "--slice takes a number from 0 on, or all, not %q", s)
		}
	}
	if c.IsSet("title") {
		title := c.String("title")
		l.title = &title
	}
	switch {
	case c.IsSet("scale") && (l.scale < 1 || l.scale > 64):
		return nil, usagef("", "--scale is from 1 to 64, not %d", l.scale)
	case l.bits != 8 && l.bits != 16:
		return nil, usagef("", "--bits is 8 or 16, not %d", l.bits)
	case c.IsSet("bits") && !l.raw:
		return nil, usagef("", "--bits is for --raw")
	case l.raw && (l.with != nil || l.slices == allSlices):
		return nil, usagef("", "--raw draws one map and nothing else; it goes with neither --with nor --slice all")
	case l.with != nil && l.slices == allSlices:
		return nil, usagef("choose a slice, as in --slice 8", "--with and --slice all do not go together")
	}
	return l, nil
}

// panels reads the value of --with.
func panels(value string) ([]string, error) {
	if value == "" {
		return nil, nil
	}
	var list []string
	for name := range strings.SplitSeq(value, ",") {
		switch name = strings.TrimSpace(name); name {
		case "image", "mask", "d1", "d2":
			list = append(list, name)
		default:
			return nil, usagef("there are image, mask, d1 and d2", "--with %q is not known", name)
		}
	}
	if len(list) == 1 && list[0] == "image" {
		list = append(list, "mask")
	}
	return list, nil
}

func inspectAction(c *cli.Context) error {
	if c.NArg() == 0 {
		return usagef("as in: weightmap inspect testdata/nuclei", "inspect takes maps, or folders with maps")
	}
	l, err := inspectLook(c)
	if err != nil {
		return err
	}
	drawings, err := l.plan(c.Args().Slice())
	if err != nil {
		return err
	}
	in := &inspector{look: l, ctx: c.Context, out: newInspectPrinter(c.App.Writer, l.json)}
	in.complain = func(err error) { complain(c.App.ErrWriter, err) }
	for _, d := range drawings {
		if c.Context.Err() != nil {
			break
		}
		in.make(d)
	}
	if err := in.out.flush(); err != nil {
		return err
	}
	if err := c.Context.Err(); err != nil {
		return err
	}
	if in.failed > 0 {
		return &exitErr{code: exitSomeFailed, err: fmt.Errorf("%d of %d maps could not be drawn", in.failed, in.failed+in.out.maps)}
	}
	return nil
}
