package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/weightmap/weightmap/dataset"
)

// readFlags are those that say how to read files that leave a choice.
func readFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Category: flagsMasks, Name: "channel", DefaultText: "all must agree", Usage: "the `NAME` or number, from 1, of the channel to take: red, green, blue or alpha of a colour image; of a hyperstack its number, or its name in OME-XML"},
		&cli.StringFlag{Category: flagsMasks, Name: "page", DefaultText: "all are a stack, unless the file says otherwise", Usage: "take page `N` of a TIFF, from 1, or all as a stack whatever the file says"},
		&cli.StringFlag{Category: flagsMasks, Name: "key", DefaultText: "the only one", Usage: "the `NAME` of the array to take from an NPZ"},
		&cli.StringFlag{Category: flagsMasks, Name: "max-pixels", DefaultText: "2147483648", Usage: "refuse masks that declare more than `N` pixels, before memory is taken"},
		&cli.StringFlag{Category: flagsMasks, Name: "size", DefaultText: "what the file says", Usage: "size of the images of a CSV file that does not state it, as `H,W`"},
		&cli.StringFlag{Category: flagsMasks, Name: "images", DefaultText: "none", Usage: "take the sizes of the images of a CSV file from those in `DIR`: ID.png and so on, or ID/images/ID.png"},
	}
}

// readOptions reads the flags of readFlags.
func readOptions(f *flags) dataset.ReadOptions {
	o := dataset.ReadOptions{Channel: f.c.String("channel"), Key: f.c.String("key")}
	for _, name := range []string{"channel", "key", "images"} {
		if f.c.IsSet(name) && f.c.String(name) == "" {
			f.fail(name, errors.New("it is empty"))
		}
	}
	parseFlag(f, "page", parsePage, &o.Page)
	parseFlag(f, "max-pixels", parseMaxPixels, &o.MaxPixels)
	parseFlag(f, "size", parseImageSize, &o.Sizes)
	if o.Sizes.Images = f.c.String("images"); o.Sizes.Images != "" {
		if info, err := os.Stat(o.Sizes.Images); err != nil || !info.IsDir() {
			f.fail("images", fmt.Errorf("%s is no folder", o.Sizes.Images))
		}
	}
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

// parseImageSize reads a height and a width.
func parseImageSize(s string) (size dataset.Sizes, err error) {
	h, w, _ := strings.Cut(s, ",")
	var errH, errW error
	size.Height, errH = strconv.Atoi(strings.TrimSpace(h))
	size.Width, errW = strconv.Atoi(strings.TrimSpace(w))
	if errH != nil || errW != nil || size.Height < 1 || size.Width < 1 {
		return size, fmt.Errorf("%q is no height and width, as in 256,320", s)
	}
	return size, nil
}
