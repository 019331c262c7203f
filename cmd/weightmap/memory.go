package main

import (
	"fmt"
	"math"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/weightmap/weightmap/internal/memory"
)

// memoryFlag is for commands that hold masks in memory.
func memoryFlag(category string) cli.Flag {
	return &cli.StringFlag{
		Category: category, Name: "max-memory", DefaultText: defaultMemoryText(),
		Usage: "stay within `SIZE` bytes of memory, as in 512MiB or 4GiB: large masks wait, until one is alone if need be, and one for which that is not enough fails",
	}
}

// defaultMemory is three quarters of what there is, or 0, no limit, if nobody knows.
func defaultMemory() int64 { return memory.Total() / 4 * 3 }

func defaultMemoryText() string {
	if defaultMemory() == 0 {
		return "no limit"
	}
	return "three quarters of what the container or the machine has"
}

// maxMemory reads the flag of memoryFlag.
func maxMemory(f *flags) int64 {
	limit := defaultMemory()
	parseFlag(f, "max-memory", parseBytes, &limit)
	return limit
}

// keepWithin has the garbage collector keep to the limit, if there is one, until what it
// returns is called. A smaller one that was set from outside, by GOMEMLIMIT, holds.
func keepWithin(limit int64) (end func()) {
	const code = 16 << 20 // the program's own, of which the runtime does not know
	before := debug.SetMemoryLimit(-1)
	if limit > 0 {
		debug.SetMemoryLimit(min(before, max(limit-code, code)))
	}
	return func() { debug.SetMemoryLimit(before) }
}

// parseBytes reads a number of bytes, as in 256M or 4GiB. K, M and G are 1024 bytes, 1024
// of those and 1024 of those.
func parseBytes(s string) (int64, error) {
	number, unit := strings.TrimSuffix(s, "iB"), int64(1)
	if n := len(number); n > 0 {
		if i := strings.IndexByte("KMG", number[n-1]&^0x20); i >= 0 {
			number, unit = number[:n-1], 1<<(10*(i+1))
		}
	}
	digits := strings.Trim(number, "0123456789") == ""
	v, err := strconv.ParseInt(number, 10, 64)
	if !digits || err != nil || v < 1 || v > math.MaxInt64/unit || unit == 1 && number != s {
		return 0, fmt.Errorf("%q is no number of bytes like 256M or 4GiB", s)
	}
	return v * unit, nil
}
