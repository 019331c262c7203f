package main

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/urfave/cli/v2"

	"github.com/weightmap/weightmap/dataset"
)

// readFlags are those that say how to read files that leave a choice.
func readFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Category: flagsMasks, Name: "channel", DefaultText: "all must agree", Usage: "the `NAME` or number of the channel to take from a colour image or a hyperstack"},
		&cli.StringFlag{Category: flagsMasks, Name: "page", DefaultText: "all are a stack, unless the file says otherwise", Usage: "take page `N` of a TIFF, from 1, or all as a stack whatever the file says"},
		&cli.StringFlag{Category: flagsMasks, Name: "key", DefaultText: "the only one", Usage: "the `NAME` of the array to take from an NPZ"},
		&cli.StringFlag{Category: flagsMasks, Name: "max-pixels", DefaultText: "2147483648", Usage: "refuse masks that declare more than `N` pixels, before memory is taken"},
	}
}

// readOptions reads the flags of readFlags.
func readOptions(f *flags) dataset.ReadOptions {
	o := dataset.ReadOptions{Channel: f.c.String("channel"), Key: f.c.String("key")}
	for _, name := range []string{"channel", "key"} {
		if f.c.IsSet(name) && f.c.String(name) == "" {
			f.fail(name, errors.New("it is empty"))
		}
	}
	parseFlag(f, "page", parsePage, &o.Page)
	parseFlag(f, "max-pixels", parseMaxPixels, &o.MaxPixels)
	return o
}

func parsePage(s string) (int, error) {
	if s == "all" {
		return dataset.AllPages, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%q is no number of a page, from 1, and not all", s)
	}
	return n, nil
}

func parseMaxPixels(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%q is no number of pixels", s)
	}
	return n, nil
}
