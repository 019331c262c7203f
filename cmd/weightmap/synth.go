package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/weightmap/weightmap/internal/synth"
)

func synthCommand() *cli.Command {
	d := synth.Default()
	return &cli.Command{
		Name:               "synth",
		Usage:              "draw a small data set of crowded nuclei to try everything on",
		ArgsUsage:          "DIR",
		HideHelpCommand:    true, // help may be a folder
		CustomHelpTemplate: cli.CommandHelpTemplate + "\n" + exitCodesHelp,
		Description: `Draws images of nuclei as a fluorescence microscope shows them, with their
masks in the layouts that people have: 16-bit ids (DIR/nuclei), 0/255 masks in
which touching nuclei fuse (DIR/binary), a file a nucleus (DIR/stage1_train),
and a 3-D stack (DIR/stack). About one nucleus in six touches another. The same
flags draw the same pixels everywhere.`,
		Flags: []cli.Flag{
			&cli.Uint64Flag{Name: "seed", Value: d.Seed, Usage: "draw other nuclei for another `N`"},
			&cli.IntFlag{Name: "images", Value: d.Images, Usage: "draw `N` images"},
			&cli.StringFlag{Name: "size", Value: "256,320", DefaultText: "256,320", Usage: "size of the images in pixels, as `H,W`"},
			&cli.StringFlag{Name: "stack", Value: "16,96,96", DefaultText: "16,96,96", Usage: "size of the stack in pixels, as `D,H,W`, or none"},
			&cli.IntFlag{Name: "objects", DefaultText: "crowded", Usage: "draw `N` nuclei an image, or as many as find room"},
			&cli.BoolFlag{Name: "force", Usage: "write into a folder that is not empty, replacing files of the same names"},
			&cli.BoolFlag{Name: "json", Usage: "print what was drawn as JSON"},
		},
		Action: synthAction,
	}
}

func synthAction(c *cli.Context) error {
	if c.NArg() != 1 {
		return usagef("as in: weightmap synth testdata", "synth takes one folder to draw into, not %d", c.NArg())
	}
	s, err := synthSet(c)
	if err != nil {
		return err
	}
	dir := c.Args().First()
	n, err := s.Write(c.Context, dir, c.Bool("force"))
	switch {
	case errors.Is(err, synth.ErrNotEmpty):
		return &exitErr{code: exitError, err: err, hint: "name another folder, or replace the files in it with --force"}
	case err != nil:
		return err
	case c.Bool("json"):
		return json.NewEncoder(c.App.Writer).Encode(map[string]any{
			"dir": dir, "seed": s.Seed, "files": n.Files, "images": s.Images, "objects": n.Objects, "stack_objects": n.InStack,
		})
	}
	fmt.Fprintf(c.App.Writer, "%s: %s with %d nuclei", dir, count(int64(s.Images), "image", "images"), n.Objects)
	if s.Stack != nil {
		fmt.Fprintf(c.App.Writer, ", a stack with %d", n.InStack)
	}
	fmt.Fprintf(c.App.Writer, " (%d files)\n", n.Files)
	return nil
}

// synthSet reads the flags.
func synthSet(c *cli.Context) (synth.Set, error) {
	s := synth.Set{Seed: c.Uint64("seed"), Images: c.Int("images"), Objects: c.Int("objects")}
	var err error
	if s.Size, err = sides("size", c.String("size"), 2); err != nil {
		return s, err
	}
	if c.String("stack") != "none" {
		if s.Stack, err = sides("stack", c.String("stack"), 3); err != nil {
			return s, err
		}
	}
	if err := s.Check(); err != nil {
		return s, usagef("", "%v", err)
	}
	return s, nil
}

// sides reads the n lengths of a flag's value, as in 256,320.
func sides(flag, value string, n int) ([]int, error) {
	parts := strings.Split(value, ",")
	shape := make([]int, len(parts))
	for i, p := range parts {
		var err error
		if shape[i], err = strconv.Atoi(strings.TrimSpace(p)); err != nil || len(parts) != n {
			return nil, usagef("", "--%s takes %d whole numbers with commas between, not %q", flag, n, value)
		}
	}
	return shape, nil
}
