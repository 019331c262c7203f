package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/weightmap/weightmap/dataset"
	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/judge"
	"github.com/weightmap/weightmap/internal/npy"
	"github.com/weightmap/weightmap/internal/synth"
	"github.com/weightmap/weightmap/losses"
	"github.com/weightmap/weightmap/weights"
)

func scriptFloats(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: floats FILE SHAPE VALUE...")
	}
	var shape []int
	for n := range strings.SplitSeq(args[1], ",") {
		axis, err := strconv.Atoi(n)
		ts.Check(err)
		shape = append(shape, axis)
	}
	var values []float32
	for _, s := range args[2:] {
		v, err := strconv.ParseFloat(s, 32)
		ts.Check(err)
		values = append(values, float32(v))
	}
	path := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(filepath.Dir(path), 0o777))
	ts.Check(npy.WriteFile(path, grid.From(values, shape...)))
}

// lossJSON is what loss --json prints.
type lossJSON struct {
	Losses map[string]float64
	Images []map[string]any
}

func measure(t *testing.T, args ...string) lossJSON {
	t.Helper()
	var out lossJSON
	if err := json.Unmarshal([]byte(mustCall(t, append([]string{"loss", "--json"}, args...)...)), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// predictions draws scenes and what a poor network would make of them: the brightness
// of the image as a logit. It writes truth, logits, probabilities as 8- and 16-bit PNG,
// and weights into folders of those names.
func predictions(t *testing.T) (dir string, scenes []*synth.Scene, logits, weighting []*grid.Map) {
	t.Helper()
	dir = t.TempDir()
	for i := range 3 {
		s := synth.Draw(synth.Options{Seed: 5, Scene: uint64(i), Shape: []int{56, 72}})
		x := grid.New[float32](s.Image.Shape...)
		small := image.NewGray(image.Rect(0, 0, 72, 56))
		large := image.NewGray16(small.Rect)
		for j, v := range s.Image.Data {
			x.Data[j] = (float32(v) - 45) / 9
			q := 1 / (1 + math.Exp(-float64(x.Data[j])))
			small.Pix[j] = uint8(math.Round(255 * q))
			binary.BigEndian.PutUint16(large.Pix[2*j:], uint16(math.Round(65535*q)))
		}
		w := weights.DefaultUNet().Map(nil, s.Labels, nil, nil)
		name := string(rune('a' + i))
		for file, write := range map[string]func(path string) error{
			"truth/" + name + ".npy":           func(p string) error { return npy.WriteFile(p, s.Labels) },
			"logits/" + name + ".npy":          func(p string) error { return npy.WriteFile(p, x) },
			"png8/" + name + ".png":            func(p string) error { return writePicture(p, small) },
			"png16/" + name + ".png":           func(p string) error { return writePicture(p, large) },
			"weights/" + name + ".weights.npy": func(p string) error { return npy.WriteFile(p, w) },
		} {
			path := filepath.Join(dir, filepath.FromSlash(file))
			if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := write(path); err != nil {
				t.Fatal(err)
			}
		}
		scenes, logits, weighting = append(scenes, s), append(logits, x), append(weighting, w)
	}
	return dir, scenes, logits, weighting
}

func writePicture(path string, img image.Image) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := png.Encode(f, img); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// TestLossIsThatOfThePackage measures every loss there is by the command and by
// package losses, with weights and an ignored object, by both means.
func TestLossIsThatOfThePackage(t *testing.T) {
	dir, scenes, logits, weighting := predictions(t)
	var names []string
	for _, s := range losses.Specs() {
		if !s.Multiclass {
			names = append(names, s.Name)
		}
	}
	names = append(names, "ce+dice", "0.5*focal:gamma=1+2*dice:smooth=1", "tversky:fp=0.1,fn=0.9", "dice:smooth=1,over=pixel")
	for _, mean := range []string{"elements", "weights"} {
		got := measure(t, "--truth", filepath.Join(dir, "truth"), "--pred", filepath.Join(dir, "logits"), "--input", "logits",
			"--weights", filepath.Join(dir, "weights"), "--ignore", "2", "--mean", mean, "--loss", strings.Join(names, ","))
		if len(got.Images) != len(scenes) || len(got.Losses) != len(names) {
			t.Fatalf("%d images and %d losses, want %d and %d", len(got.Images), len(got.Losses), len(scenes), len(names))
		}
		for _, name := range names {
			l, err := losses.Parse(name)
			if err != nil {
				t.Fatal(err)
			}
			sum := 0.
			for i, s := range scenes {
				shape := append([]int{1}, s.Labels.Shape...)
				ignore, target := grid.New[uint8](shape...), grid.New[float32](shape...)
				for j, id := range s.Labels.Data {
					if id != 0 {
						target.Data[j] = 1
					}
					if id == 2 {
						ignore.Data[j] = 1
					}
				}
				reduction := losses.ReduceMean
				if mean == "weights" {
					reduction = losses.ReduceMeanByWeight
				}
				want := l.Loss.Eval(nil, losses.Batch{
					Logits: grid.From(logits[i].Data, shape...), Target: target,
					Weight: grid.From(weighting[i].Data, shape...), Ignore: ignore,
				}, reduction).Value
				sum += want
				if v := got.Images[i][name]; v != want {
					t.Errorf("%s of image %d, mean over %s: %v, want %v", name, i, mean, v, want)
				}
			}
			if want := sum / 3; got.Losses[name] != want {
				t.Errorf("mean of %s: %v, want %v", name, got.Losses[name], want)
			}
		}
	}
}

// TestLossOfPictures compares probabilities in PNGs with the logits they came from.
func TestLossOfPictures(t *testing.T) {
	dir, _, _, _ := predictions(t)
	common := []string{"--truth", filepath.Join(dir, "truth"), "--loss", "ce,dice"}
	want := measure(t, append(common, "--pred", filepath.Join(dir, "logits"), "--input", "logits")...)
	for name, tolerance := range map[string]float64{"png8": 2e-2, "png16": 1e-4} {
		got := measure(t, append(common, "--pred", filepath.Join(dir, name))...)
		for loss, w := range want.Losses {
			if g := got.Losses[loss]; math.Abs(g-w) > tolerance*w {
				t.Errorf("%s of %s: %v, want about %v", loss, name, g, w)
			}
		}
	}
	odd := filepath.Join(dir, "odd.png")
	p := image.NewPaletted(image.Rect(0, 0, 72, 56), color.Palette{color.Black, color.White})
	if err := writePicture(odd, p); err != nil {
		t.Fatal(err)
	}
	_, stderr, code := call("loss", "--truth", filepath.Join(dir, "truth", "a.npy"), "--pred", odd)
	if code != exitSomeFailed || !strings.Contains(stderr, "odd.png: probabilities are a gray PNG of 8 or 16 bits, not one with a palette") {
		t.Errorf("exit %d, %s", code, stderr)
	}
}

// TestLossOfNumPy measures what NumPy writes, of several types and orders, and has NumPy
// compute the weighted cross entropy.
func TestLossOfNumPy(t *testing.T) {
	dir := t.TempDir()
	var want map[string]float64
	out := judge.Python(t, `
		import json, os, sys
		import numpy as np
		os.chdir(sys.argv[1])
		rng = np.random.default_rng(1)
		want = {}
		for d in "truth", "pred", "weights": os.mkdir(d)
		for name, dtype in [("half", "<f2"), ("single", "<f4"), ("big", ">f4"), ("double", "<f8"), ("fortran", "<f4")]:
		    p = rng.random((9, 13)) < 0.4
		    q = rng.random((9, 13)).astype(dtype)
		    w = (10 * rng.random((9, 13))).astype("<f8" if name == "double" else "<f4")
		    np.save("truth/" + name, p.astype(np.uint16) * 300)
		    np.save("pred/" + name, np.asfortranarray(q) if name == "fortran" else q)
		    np.save("weights/" + name + ".weights", w)
		    x = np.float64(q)
		    want[name] = float((np.float64(w) * -np.log(np.where(p, x, 1 - x))).mean())
		np.save("pred/bool", p); np.save("truth/bool", p); np.save("weights/bool", w)
		want["bool"] = 0
		print(json.dumps(want))
	`, dir)
	if err := json.Unmarshal([]byte(out), &want); err != nil {
		t.Fatal(err)
	}
	got := measure(t, "--truth", filepath.Join(dir, "truth"), "--pred", filepath.Join(dir, "pred"), "--weights", filepath.Join(dir, "weights"), "--loss", "ce")
	if len(got.Images) != len(want) {
		t.Fatalf("%d images, want %d", len(got.Images), len(want))
	}
	for _, image := range got.Images {
		name, v := image["image"].(string), image["ce"].(float64)
		if math.Abs(v-want[name]) > 1e-6*want[name]+1e-6 {
			t.Errorf("%s: %v, NumPy says %v", name, v, want[name])
		}
	}
}

// TestLossInterrupted: nothing is printed but that, and nothing half-written is left.
func TestLossInterrupted(t *testing.T) {
	dir, _, _, _ := predictions(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var out, errs bytes.Buffer
	code := run(ctx, []string{"weightmap", "loss", "--truth", filepath.Join(dir, "truth"), "--pred", filepath.Join(dir, "png8"), "--json", "--maps", filepath.Join(dir, "maps")}, strings.NewReader(""), &out, &errs)
	if code != exitInterrupted || out.Len() > 0 || errs.String() != "dice has one value for all of an image, so there is no map of it; with over=pixel there is\nweightmap: interrupted\n" {
		t.Errorf("exit %d, stdout %q, stderr %q", code, out.String(), errs.String())
	}
	left, err := filepath.Glob(filepath.Join(dir, "maps", ".*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestLossMaps: the mean of a map is the loss, whichever of the means it is.
func TestLossMaps(t *testing.T) {
	dir, _, _, weighting := predictions(t)
	for _, mean := range []string{"elements", "weights"} {
		maps := filepath.Join(dir, "maps-"+mean)
		got := measure(t, "--truth", filepath.Join(dir, "truth"), "--pred", filepath.Join(dir, "logits"), "--input", "logits",
			"--weights", filepath.Join(dir, "weights"), "--mean", mean, "--maps", maps, "--loss", "ce,hausdorff,focal+dice")
		for i, name := range []string{"a", "b", "c"} {
			divisor := 0.
			for _, w := range weighting[i].Data {
				if mean == "elements" {
					w = 1
				}
				divisor += float64(w)
			}
			for _, loss := range []string{"ce", "hausdorff"} {
				m, err := npy.ReadFile[float32](filepath.Join(maps, name+"."+loss+".npy"), 0)
				if err != nil {
					t.Fatal(err)
				}
				sum := 0.
				for _, v := range m.Data {
					sum += float64(v)
				}
				if v := got.Images[i][loss].(float64); math.Abs(sum/divisor-v) > 1e-6*v {
					t.Errorf("%s of %s: %v, and the mean of its map over %s %v", loss, name, v, mean, sum/divisor)
				}
			}
			if _, err := os.Stat(filepath.Join(maps, name+".focal+dice.png")); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestStems pins what belongs together by its name.
func TestStems(t *testing.T) {
	for name, want := range map[string]string{
		"a.png": "a", "a.weights.npy": "a", "a.target.npy": "a", "x/a.b.npy": "x/a.b",
		"a.nii.gz": "a", "a.tar.gz": "a.tar", "a.d1.npy": "a.d1", "a.weights.png": "a.weights",
	} {
		if got := stemOf(name); got != want {
			t.Errorf("stem of %s is %s, want %s", name, got, want)
		}
	}
	if k := kindOf("x/a.weights.npy"); k != dataset.Weights {
		t.Errorf("kind %v", k)
	}
}
