package main

import (
	"fmt"
	"os"
	"strings"
	"syscall"
)

var annotationFaults = []faultRow{
	{"COCO: the id of an image is `../../x`, or `/tmp/x`, or has a newline", func(f *fault) {
		f.write("data/coco.json", cocoFile(`"../../x"`, `"/tmp/x"`, `"x\ny"`, `5`))
		f.evil("data/coco.json", "5")
	}},
	{"COCO: a `file_name` is `../../x`", func(f *fault) {
		f.write("data/coco.json", strings.Replace(cocoFile("1", "5"), `"1.png"`, `"../../x.png"`, 1))
		f.evil("data/coco.json", "5")
	}},
	{"COCO: two images have one id", func(f *fault) {
		f.write("data/coco.json", cocoFile("1", `"1"`, "5"))
		f.evil("data/coco.json", "")
	}},
	{"CSV: an `ImageId` is `../../x`", func(f *fault) {
		f.write("data/runs.csv", "ImageId,EncodedPixels\n../../x,1 2\n5,1 2\n")
		f.evil("data/runs.csv", "5", "--size", "8,8")
	}},
	{"CSV: runs that end outside of the image, go backwards, or are no numbers", func(f *fault) {
		f.write("data/runs.csv", "ImageId,EncodedPixels\na,60 20\nb,9 2 1 2\nc,1 x\nd,1\n5,1 2\n")
		f.evil("data/runs.csv", "5", "--size", "8,8")
	}},
	{"the file is cut off", func(f *fault) {
		f.annotated()
		whole := f.read("data/coco.json")
		f.write("data/coco.json", whole[:len(whole)-40])
		f.says(f.run(f.args...))
		f.write("data/coco.json", whole)
		f.sound(false)
		f.mends()
	}},
	{"the file is removed at any moment of the run, and comes back", func(f *fault) {
		f.annotatedAt(func(f *fault) { f.ok(os.Remove(f.path("data/coco.json"))) }, func(f *fault, r faultResult) {
			f.write("data/coco.json", cocoFile("1", "2", "3"))
			f.mends()
		})
	}},
	{"the file is replaced by another at any moment", func(f *fault) {
		another := strings.ReplaceAll(cocoFile("1", "2", "3"), "[[1, 1,", "[[2, 1,")
		f.annotatedAt(func(f *fault) {
			f.write("new", another)
			f.ok(os.Rename(f.path("new"), f.path("data/coco.json")))
		}, func(f *fault, r faultResult) {
			now := &fault{T: f.T, program: f.program, dir: f.TempDir(), args: f.args}
			now.write("data/coco.json", another)
			now.peace = now.atPeace()
			got := f.tree()
			for _, name := range []string{"out/1.weights.npy", "out/2.weights.npy", "out/3.weights.npy"} {
				if content, ok := got[name]; ok && content != f.peace[name] && content != now.peace[name] {
					f.Errorf("%s is of neither file", name)
				}
			}
			f.mendsTo(now.peace)
		})
	}},
	{"`kill -9` at any write of a run over COCO", func(f *fault) {
		f.killed(func(f *fault) { f.annotated() }, verdict{kill: true})
	}},
	{"`kill -9` at any write of a run over a CSV of runs", func(f *fault) {
		f.killed(func(f *fault) {
			f.write("data/runs.csv", "ImageId,EncodedPixels\na,1 2\nb,3 1\na,5 2\n")
			f.runs("precompute", "data/runs.csv", "--size", "8,8", "--out", "out", "--balance", "none", "--jobs", "1")
		}, verdict{kill: true})
	}},
	{"the disk is full from any write on of a run over COCO", func(f *fault) {
		f.everyChange(func(f *fault) { f.annotated() }, fullDisk,
			func(f *fault, r faultResult) { f.failedWrite(r, "no space left on device") })
	}},
	{"any one read of the file fails with an I/O error", func(f *fault) {
		f.every(func(f *fault) { f.annotated() }, func(c sysCall) bool { return c.name == "read" && c.path == "data/coco.json" },
			func(sysCall) verdict { return verdict{fail: syscall.EIO} },
			func(f *fault, r faultResult) {
				for _, line := range f.complaints(r) {
					if !strings.Contains(line, "data/coco.json: ") || !strings.HasSuffix(line, "input/output error") {
						f.Errorf("it says: %s", line)
					}
				}
				switch r.code {
				case exitOK: // all had been read
					f.allDone()
				case exitError, exitSomeFailed:
				default:
					f.Errorf("exit code %d", r.code)
				}
				f.add("weightmap: data/coco.json: input/output error", "exit code 1 or 3", "(or nothing, where it was behind the last annotation)")
				f.sound(false)
				f.mends()
			})
	}},
	{"an output and the manifest are symbolic links to a file elsewhere", func(f *fault) {
		f.ok(os.MkdirAll(f.path("else"), 0o777))
		f.annotated()
		f.ok(os.MkdirAll(f.path("out"), 0o777))
		f.write("precious", "gold")
		f.link("../precious", "out/1.weights.npy")
		f.link("../precious", "out/weightmap.jsonl")
		f.says(f.run(f.args...))
		if f.read("precious") != "gold" {
			f.Error("what a link led to is not what it was")
		}
		f.ok(os.Remove(f.path("precious")))
		f.unlink("out/1.weights.npy")
		f.sound(false)
		f.mends()
	}},
}

// cocoFile has a triangle in each of the images of those ids, as JSON has them.
func cocoFile(ids ...string) string {
	var images, annotations []string
	for i, id := range ids {
		images = append(images, fmt.Sprintf(`{"id": %s, "file_name": "%d.png", "height": 8, "width": 8}`, id, i+1))
		annotations = append(annotations, fmt.Sprintf(`{"id": %d, "image_id": %s, "iscrowd": 0, "segmentation": [[1, 1, %d, 2, 3, 6]]}`, i+1, id, 4+i))
	}
	return `{"images": [` + strings.Join(images, ",\n ") + `],` + "\n" + ` "annotations": [` + strings.Join(annotations, ",\n ") + `]}` + "\n"
}

// annotated makes a data set of three annotated images.
func (f *fault) annotated() {
	f.Helper()
	f.write("data/coco.json", cocoFile("1", "2", "3"))
	f.runs("precompute", "data/coco.json", "--out", "out", "--balance", "none", "--jobs", "1")
}

// annotatedAt does something to that at any moment.
func (f *fault) annotatedAt(do func(f *fault), then func(f *fault, r faultResult)) {
	f.Helper()
	var now *fault
	f.every(func(g *fault) { g.annotated(); now = g }, func(c sysCall) bool { return c.path == "data/coco.json" || c.name == "rename" },
		func(sysCall) verdict { do(now); return verdict{} },
		func(f *fault, r faultResult) {
			for _, line := range f.complaints(r) {
				if !strings.Contains(line, "data/coco.json") {
					f.Errorf("it says: %s", line)
				}
				f.add(line)
			}
			f.add(fmt.Sprintf("exit code %d", r.code))
			then(f, r)
		})
}

// evil runs over a file that would lead elsewhere, of which one image is good, or none.
func (f *fault) evil(file, good string, args ...string) {
	f.Helper()
	f.args = append([]string{"precompute", file, "--out", "a/b/out", "--jobs", "1"}, args...)
	before := f.tree()
	f.says(f.run(f.args...))
	for name := range f.tree() {
		if !f.has(before, name) && name != "a/b/out/weightmap.jsonl" && name != "a/b/out/"+good+".weights.npy" {
			f.Errorf("%s was made", name)
		}
	}
	if good != "" && !f.has(f.tree(), "a/b/out/"+good+".weights.npy") {
		f.Errorf("%s was not made", good)
	}
	if _, err := os.Lstat("/tmp/x.weights.npy"); err == nil {
		f.Error("/tmp/x.weights.npy was made")
	}
	if r := f.run("verify", "a/b/out"); strings.Contains(r.out, "damaged") || strings.Contains(r.out, "stale") {
		f.Errorf("verify: %s%s", r.text, r.out)
	}
}
