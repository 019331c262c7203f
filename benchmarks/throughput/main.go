// Command throughput compares a whole run of precompute with its stages, each run alone:
// decode (read a mask file, its digest included), compute (objects, pixels of classes,
// the weight map, what is warned of) and write (the map as a file, with its digest,
// synced to the disk).
//
//	go run ./benchmarks/throughput -masks /tmp/masks -out /tmp/maps
//
// It draws 600 label images of 256² to 1024² pixels as 16-bit PNG, unless they are there
// already. Then in each of several rounds all stages and the whole take turns, each with
// two workers, so that what else the machine does meets all of them. The whole writes
// into a fresh folder, as the write stage does, and before each all that is not yet on
// the disk is put there. README.md has figures.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"slices"
	"time"

	"github.com/weightmap/weightmap/dataset"
	"github.com/weightmap/weightmap/internal/clock"
)

const workers = 2

func main() {
	log.SetFlags(0)
	log.SetPrefix("throughput: ")
	masks := flag.String("masks", "", "the folder of the masks, which are drawn if it is not there")
	out := flag.String("out", "", "the folder to write to, which must not be there")
	images := flag.Int("images", 600, "how many masks to draw")
	rounds := flag.Int("rounds", 5, "how often to measure; 0 only draws")
	flag.Parse()
	if *masks == "" || *out == "" || flag.NArg() > 0 {
		log.Fatal("give -masks and -out, a folder each")
	}
	if _, err := os.Stat(*out); err == nil {
		log.Fatalf("%s is there already", *out)
	}
	if err := draw(*masks, *images); err != nil {
		log.Fatal(err)
	}
	if err := measure(*masks, *out, *rounds); err != nil {
		log.Fatal(err)
	}
}

// measure has all take turns, and prints the table.
func measure(masks, out string, rounds int) error {
	s, err := newStages(masks, out)
	if err != nil {
		return err
	}
	list := []*stage{
		{name: "decode", do: func() error { return s.each(s.decode) }},
		{name: "compute", do: func() error { return s.each(s.compute) }},
		{name: "write", do: func() error { return s.each(s.write) }},
		{name: "whole", do: func() error { return whole(masks, out) }},
	}
	for range rounds {
		for _, l := range list {
			if err := l.turn(); err != nil {
				return err
			}
			if err := os.RemoveAll(out); err != nil {
				return err
			}
		}
	}
	if rounds == 0 {
		return nil
	}
	fmt.Printf("%d masks, %.0f Mpx, %d workers, %d rounds: seconds, median (least to most), and seconds of processors, median\n",
		len(s.files), float64(s.pixels)/1e6, workers, rounds)
	for _, l := range list {
		took := median(l.took)
		fmt.Printf("%-8s %6.2f  (%.2f to %.2f)  %6.2f  %6.1f masks/s\n", l.name, took,
			slices.Min(l.took).Seconds(), slices.Max(l.took).Seconds(), median(l.processor), float64(len(s.files))/took)
	}
	slowest, processor := 0., 0.
	for _, l := range list[:len(list)-1] {
		slowest = max(slowest, median(l.took))
		processor += median(l.processor)
	}
	all := median(list[len(list)-1].took)
	fmt.Printf("the whole reaches %.0f %% of the speed of the slowest stage\n", 100*slowest/all)
	fmt.Printf("and %.0f %% of what %d processors allow: the stages take %.2f s of processors\n", 100*processor/workers/all, workers, processor)
	return nil
}

// stage is what is measured, the whole run included.
type stage struct {
	name            string
	do              func() error
	took, processor []time.Duration // on the wall and of processors, round by round
}

// turn runs and measures it once.
func (s *stage) turn() error {
	if err := settle(); err != nil {
		return err
	}
	wall, processor := time.Now(), clock.Processor()
	if err := s.do(); err != nil {
		return err
	}
	s.took = append(s.took, time.Since(wall))
	s.processor = append(s.processor, clock.Processor()-processor)
	return nil
}

// median returns the middle one, in seconds.
func median(took []time.Duration) float64 {
	return slices.Sorted(slices.Values(took))[len(took)/2].Seconds()
}

// settle puts on the disk what is not there yet.
func settle() error { return exec.Command("sync").Run() }

// whole is the run itself.
func whole(masks, out string) error {
	o := dataset.DefaultOptions(masks)
	o.Instances, o.Balance.Mode = dataset.InstancesIDs, dataset.BalanceNone
	o.Out, o.Jobs = out, workers
	r, err := dataset.Precompute(context.Background(), o)
	if err == nil && r.Made != len(r.Items) {
		err = fmt.Errorf("%d of %d made", r.Made, len(r.Items))
	}
	return err
}
