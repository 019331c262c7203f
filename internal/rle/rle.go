// Package rle reads masks that are written as runs of pixels: the strings of COCO
// annotations, and the CSV files of Kaggle's competitions.
//
// All of them go down the columns: pixel p of an image {h, w} is in row p mod h and
// column p / h. In memory a mask is [Runs], the lengths of its runs in that order,
// background and object in turn, background first:
//
//	runs, err := rle.FromPairs("2 3 10 1", 12) // 1-based starts and lengths
//	// runs is {1, 3, 5, 1, 2}
//	rle.Paint(labels, runs, 7)
//
// References: maskApi.h of the COCO API (https://github.com/cocodataset/cocoapi)
// for the compressed string; the evaluation page of the 2018 Data Science Bowl
// (https://www.kaggle.com/c/data-science-bowl-2018) for pairs.
package rle

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/weightmap/weightmap/grid"
)

// Runs are the lengths of the runs of a mask, down the columns: background, object,
// background, … Their sum is the number of pixels.
type Runs []int

// FromCounts takes the lengths as they are, and checks that they fill the pixels.
func FromCounts(counts []int, pixels int) (Runs, error) {
	left := pixels
	for _, n := range counts {
		if n < 0 {
			return nil, fmt.Errorf("rle: a run of length %d", n)
		}
		if n > left {
			return nil, fmt.Errorf("rle: the runs are longer than the %d pixels of the image", pixels)
		}
		left -= n
	}
	if left > 0 {
		return nil, fmt.Errorf("rle: the runs end %d pixels before the image of %d does", left, pixels)
	}
	return counts, nil
}

// FromString takes COCO's compressed form: numbers of 5 bits a character, the low
// ones first, each a difference to the length before the last.
func FromString(s string, pixels int) (Runs, error) {
	var counts []int
	for at := 0; at < len(s); {
		n, shift := int64(0), 0
		for more := true; more; {
			if at == len(s) {
				return nil, errors.New("rle: the string ends within a number")
			}
			c := int64(s[at]) - 48
			at++
			if c < 0 || c > 63 || shift > 55 {
				return nil, fmt.Errorf("rle: no run length at character %d of the string", at)
			}
			n |= c & 31 << shift
			shift += 5
			more = c&32 != 0
			if !more && c&16 != 0 {
				n |= -1 << shift
			}
		}
		if len(counts) > 2 {
			n += int64(counts[len(counts)-2])
		}
		if n < 0 || n > int64(pixels) {
			return nil, fmt.Errorf("rle: a run of length %d in an image of %d pixels", n, pixels)
		}
		counts = append(counts, int(n))
	}
	return FromCounts(counts, pixels)
}

// FromPairs takes Kaggle's form: pairs of a start, counted from 1, and a length, in
// ascending order. Nothing at all, or -1, is a mask of no pixels.
func FromPairs(s string, pixels int) (Runs, error) {
	fields := strings.Fields(s)
	if len(fields) == 1 && fields[0] == "-1" {
		fields = nil
	}
	if len(fields)%2 != 0 {
		return nil, fmt.Errorf("rle: %d numbers are no pairs of start and length", len(fields))
	}
	var runs Runs
	end := 0 // of the run before
	for i := 0; i < len(fields); i += 2 {
		start, err := strconv.Atoi(fields[i])
		if err != nil {
			return nil, fmt.Errorf("rle: %.20q is no start", fields[i])
		}
		length, err := strconv.Atoi(fields[i+1])
		if err != nil {
			return nil, fmt.Errorf("rle: %.20q is no length", fields[i+1])
		}
		switch {
		case start < 1 || length < 0:
			return nil, fmt.Errorf("rle: %d pixels from %d on", length, start)
		case start-1 < end:
			return nil, fmt.Errorf("rle: the run from %d on starts within the one before it", start)
		case start-1 > pixels || length > pixels-(start-1):
			return nil, fmt.Errorf("rle: %d pixels from %d on are beyond the %d of the image", length, start, pixels)
		}
		runs = append(runs, start-1-end, length)
		end = start - 1 + length
	}
	return append(runs, pixels-end), nil
}

// Paint gives the pixels of the runs the id, whatever was there, and returns how
// many of them belonged to another object.
func Paint(labels *grid.Labels, runs Runs, id int32) (overlap int) {
	h, w := labels.Shape[0], labels.Shape[1]
	p := 0
	for i, n := range runs {
		if i%2 == 1 {
			y, x := p%h, p/h
			for range n {
				if v := &labels.Data[y*w+x]; *v != id {
					if *v != 0 {
						overlap++
					}
					*v = id
				}
				if y++; y == h {
					y, x = 0, x+1
				}
			}
		}
		p += n
	}
	return overlap
}
