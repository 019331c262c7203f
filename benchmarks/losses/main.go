// Command losses is the Go side of bench.py: it evaluates losses on the arrays it is
// given, one for each line on its standard input, and answers with the time and value.
//
//	losses FOLDER N H W   # logits.f32, target.f32, weight.f32, phi.f32 of shape {N, H, W}
//	eval NAME WEIGHTED    # → nanoseconds value
//	save NAME WEIGHTED    # → the same, and the gradient in grad.f32
//
// WEIGHTED is 0 or 1. For a NAME that begins with softmax the same N·H·W logits are
// {N/4, 4, H, W} and classes.f32 is the target.
package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"log"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/losses"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 5 {
		log.Fatal("usage: losses FOLDER N H W")
	}
	folder := os.Args[1]
	shape := make([]int, 3)
	for i := range shape {
		n, err := strconv.Atoi(os.Args[2+i])
		if err != nil || n < 1 {
			log.Fatalf("losses: %q is no size", os.Args[2+i])
		}
		shape[i] = n
	}
	load := func(name string, shape ...int) *grid.Map {
		m := grid.New[float32](shape...)
		b, err := os.ReadFile(filepath.Join(folder, name+".f32"))
		if err != nil {
			log.Fatal(err)
		}
		if len(b) != 4*len(m.Data) {
			log.Fatalf("losses: %s.f32 has %d bytes, want %d", name, len(b), 4*len(m.Data))
		}
		for i := range m.Data {
			m.Data[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
		}
		return m
	}
	logits, weight, phi := load("logits", shape...), load("weight", shape...), load("phi", shape...)
	two := losses.Batch{Logits: logits, Target: load("target", shape...)}
	k, h, w := shape[0]/4, shape[1], shape[2]
	many := losses.Batch{
		Logits: grid.From(logits.Data[:k*4*h*w], k, 4, h, w),
		Target: load("classes", k, h, w),
	}

	results := map[bool]*losses.Result{false: {}, true: {}}
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		f := strings.Fields(in.Text())
		if len(f) != 3 {
			log.Fatalf("losses: %q is no command", in.Text())
		}
		loss, err := named(f[1], phi)
		if err != nil {
			log.Fatal("losses: ", err)
		}
		multiclass := strings.HasPrefix(f[1], "softmax")
		b := two
		if multiclass {
			b = many
		}
		if f[2] == "1" {
			b.Weight = grid.From(weight.Data[:len(b.Target.Data)], b.Target.Shape...)
		}
		res := results[multiclass]
		start := time.Now()
		loss.Eval(res, b, losses.ReduceMean)
		took := time.Since(start)
		if f[0] == "save" {
			out := make([]byte, 4*len(res.Grad.Data))
			for i, g := range res.Grad.Data {
				binary.LittleEndian.PutUint32(out[4*i:], math.Float32bits(g))
			}
			if err := os.WriteFile(filepath.Join(folder, "grad.f32"), out, 0o666); err != nil {
				log.Fatal(err)
			}
		}
		fmt.Println(took.Nanoseconds(), res.Value)
	}
	if err := in.Err(); err != nil {
		log.Fatal(err)
	}
}

// named is Parse, and the losses that take a map with the map given.
func named(name string, phi *grid.Map) (losses.Loss, error) {
	switch name {
	case "boundary":
		return losses.Boundary{Phi: phi}, nil
	case "penalized":
		return losses.DistancePenalized{Phi: phi}, nil
	case "one-object":
		return losses.OneObject{Positive: 0.5, Depth: phi}, nil
	case "distance-sum":
		return losses.DefaultDistanceSum(phi, phi), nil
	}
	n, err := losses.Parse(name)
	return n.Loss, err
}
