// Command kernels runs the kernels one at a time for the script that measures them
// beside others. It reads requests on its standard input, a JSON object a line, and
// answers each with a JSON object on a line of its standard output:
//
//	{"do": "time", "kernel": "two", "file": "a.npy", "workers": 1}    → {"nanoseconds": …, "processor": …}
//	{…, "warm": 0.1}                     → the same, after so many seconds of runs that are not timed
//	{…, "beside": true}                  → the same, while another caller does what this one does
//	{"do": "save", …, "out": "r"}        → the same, and the results in r.0.npy, r.1.npy …
//	{"do": "fresh", …}                   → the time when all memory must be found first
//	{"do": "memory", …}                  → {"scratch": bytes, "allocations": a call}
//	{"do": "profile", …, "seconds": 3, "out": "cpu.prof"}
//	{"do": "forget"}                     → gives all memory back
//
// Inputs, results and scratch memory are kept from request to request, so that
// nothing is timed but the kernel.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/weightmap/weightmap/internal/clock"
)

type request struct {
	Do      string
	Kernel  string
	File    string
	Workers int
	Warm    float64 // seconds
	Beside  bool
	Out     string
	Seconds float64
}

type answer struct {
	Nanoseconds int64   `json:"nanoseconds"` // on the wall
	Processor   int64   `json:"processor"`   // nanoseconds of processors
	Scratch     uint64  `json:"scratch"`
	Allocations float64 `json:"allocations"`
	Error       string  `json:"error,omitempty"`
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("kernels: ")
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	b := newBench()
	for {
		var r request
		if err := in.Decode(&r); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			log.Fatal(err)
		}
		a, err := b.do(r)
		if err != nil {
			a.Error = err.Error()
		}
		if err := out.Encode(a); err != nil {
			log.Fatal(err)
		}
	}
}

// bench is what is kept from request to request.
type bench struct {
	inputs map[string]*input
	places map[string]*place // by kernel and file
	scratch
	other map[string]*other // the same
}

// other is what another caller of a kernel keeps.
type other struct {
	*input
	place
	scratch
}

func newBench() *bench {
	return &bench{inputs: map[string]*input{}, places: map[string]*place{}, other: map[string]*other{}}
}

func (b *bench) do(r request) (answer, error) {
	if r.Do == "forget" {
		*b = *newBench()
		debug.FreeOSMemory()
		return answer{}, nil
	}
	run, ok := kernels[r.Kernel]
	if !ok {
		return answer{}, fmt.Errorf("no kernel %q; there are %s", r.Kernel,
			strings.Join(slices.Sorted(maps.Keys(kernels)), ", "))
	}
	in, err := b.input(r.File)
	if err != nil {
		return answer{}, err
	}
	key := r.Kernel + " " + r.File
	to, ok := b.places[key]
	if !ok {
		to = new(place)
		b.places[key] = to
	}
	switch r.Do {
	case "time":
		if r.Beside {
			stop, err := b.busy(key, r.File, func(o *other) { run(o.input, &o.place, &o.scratch, r.Workers) })
			if err != nil {
				return answer{}, err
			}
			defer stop()
		}
		for start := time.Now(); time.Since(start).Seconds() < r.Warm; {
			run(in, to, &b.scratch, r.Workers)
		}
		return timed(func() { run(in, to, &b.scratch, r.Workers) }), nil
	case "save":
		a := timed(func() { run(in, to, &b.scratch, r.Workers) })
		return a, to.save(r.Out)
	case "fresh":
		return timed(func() { run(in, new(place), new(scratch), r.Workers) }), nil
	case "memory":
		return measure(run, in, to, r.Workers), nil
	case "profile":
		return answer{}, profile(r.Out, r.Seconds, func() { run(in, to, &b.scratch, r.Workers) })
	}
	return answer{}, fmt.Errorf("nothing to do for %q", r.Do)
}

// busy has another caller do something with a file of his own again and again, until what it returns
// is called.
func (b *bench) busy(key, file string, f func(*other)) (stop func(), err error) {
	o, ok := b.other[key]
	if !ok {
		o = new(other)
		if o.input, err = read(file); err != nil {
			return nil, err
		}
		b.other[key] = o
	}
	var enough atomic.Bool
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		for !enough.Load() {
			f(o)
		}
	}()
	return func() {
		enough.Store(true)
		<-stopped
	}, nil
}

func timed(f func()) answer {
	wall, processor := time.Now(), clock.Processor()
	f()
	return answer{
		Processor:   (clock.Processor() - processor).Nanoseconds(),
		Nanoseconds: time.Since(wall).Nanoseconds(),
	}
}

// input reads the file once.
func (b *bench) input(file string) (*input, error) {
	if in, ok := b.inputs[file]; ok {
		return in, nil
	}
	in, err := read(file)
	if err == nil {
		b.inputs[file] = in
	}
	return in, err
}
