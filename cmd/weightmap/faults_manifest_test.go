package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

var manifestFaults = []faultRow{
	{"the last line of the manifest is torn", func(f *fault) {
		f.spoiled(func() {
			text := f.read("data/weightmap.jsonl")
			f.write("data/weightmap.jsonl", text[:len(text)-100])
		})
	}},
	{"the manifest is cut off anywhere", func(f *fault) {
		f.made()
		text := f.read("data/weightmap.jsonl")
		for n := 0; n < len(text); n += 97 {
			f.write("data/weightmap.jsonl", text[:n])
			r := f.run(f.args...)
			if lines := f.complaints(r); len(lines) > 0 || r.code != exitOK {
				f.Errorf("cut off after %d bytes: exit code %d, %q", n, r.code, lines)
			}
			f.sound(false)
			f.mends()
		}
		f.add("(only how many were made)", "exit code 0")
	}},
	{"the manifest is lost", func(f *fault) { f.spoiled(func() { f.ok(os.Remove(f.path("data/weightmap.jsonl"))) }) }},
	{"a line is edited: another digest of an output", func(f *fault) {
		f.spoiled(func() {
			digest := regexp.MustCompile(`"weights":\{.*?"sha256":"(\w+)"`).FindStringSubmatch(f.read("data/weightmap.jsonl"))[1]
			f.edit("data/weightmap.jsonl", digest, strings.Repeat("0", 64))
		})
	}},
	{"a line is edited: another parameter", func(f *fault) {
		f.spoiled(func() { f.edit("data/weightmap.jsonl", `"sigma":5`, `"sigma":6`) })
	}},
	{"a line is edited: numbers too large, negative sizes, other types", func(f *fault) {
		f.spoiled(func() {
			text := f.read("data/weightmap.jsonl")
			lines := strings.SplitAfter(text, "\n")
			lines[0] = strings.Replace(lines[0], `"shape":[16,16]`, `"shape":[-1,99999999999999999999]`, 1)
			lines[1] = strings.Replace(lines[1], `"bytes":`, `"bytes":-`, 1)
			lines[2] = strings.Replace(lines[2], `"objects":`, `"objects":"many","x":`, 1)
			f.write("data/weightmap.jsonl", strings.Join(lines, ""))
		})
	}},
	{"lines of another program, and of none", func(f *fault) {
		f.spoiled(func() {
			f.write("data/weightmap.jsonl", "null\n{}\n[1,2\nhello\n\x00\xff\n"+f.read("data/weightmap.jsonl")+`{"path":"a.png"}`+"\n")
		})
	}},
	{"a line says that an item is `../../x`", func(f *fault) {
		f.spoiled(func() {
			line, _, _ := strings.Cut(f.read("data/weightmap.jsonl"), "\n")
			line = strings.ReplaceAll(line, `"item":"a"`, `"item":"../../x"`)
			f.write("data/weightmap.jsonl", f.read("data/weightmap.jsonl")+strings.ReplaceAll(line, `a.weights.npy`, `../../x.weights.npy`)+"\n")
		})
	}},
	{"a line says that an output is `../../x`", func(f *fault) {
		f.spoiled(func() {
			f.ok(os.Remove(f.path("data/a.weights.npy")))
			f.edit("data/weightmap.jsonl", `"path":"a.weights.npy"`, `"path":"../../x.weights.npy"`)
		})
	}},
	{"a line says that a mask is one of another folder, which is there", func(f *fault) {
		f.mask("else/x.png", 7)
		f.made()
		f.edit("data/weightmap.jsonl", `"path":"b.png"`, `"path":"../else/x.png"`)
		f.says(f.run(f.args...))
		f.sound(false)
		if r := f.run(append(f.args, "--force")...); r.code != exitOK {
			f.Errorf("by force: exit code %d\n%s", r.code, r.text)
		}
		f.mends()
	}},
	{"20 MB of zeros in the manifest", func(f *fault) {
		f.spoiled(func() {
			f.write("data/weightmap.jsonl", strings.Repeat("\x00", 20_000_000)+"\n"+f.read("data/weightmap.jsonl"))
		})
	}},
	{"20 MB of zeros in the cache", func(f *fault) {
		f.spoiled(func() { f.write("data/.weightmap.cache", strings.Repeat("\x00", 20_000_000)+"\n") })
	}},
	{"the cache is torn, lost, or of another data set", func(f *fault) {
		f.made()
		text := f.read("data/.weightmap.cache")
		for _, c := range []string{text[:len(text)-20], "", strings.ReplaceAll(text, ".png", ".weights.npy"), "\x00\xff\n{}\nnull\n"} {
			f.write("data/.weightmap.cache", c)
			f.says(f.run(f.args...))
			f.sound(false)
			f.mends()
		}
	}},
	{"an output is changed in one bit", func(f *fault) {
		f.made()
		b := []byte(f.read("data/b.weights.npy"))
		b[len(b)-1] ^= 1
		f.write("data/b.weights.npy", string(b))
		delete(f.older, "data/b.weights.npy")
		f.says(f.run(f.args...))
		f.sound(false)
		f.mends()
	}},
	{"two manifests: the outputs of two machines, copied together", func(f *fault) {
		f.masks()
		f.run(f.args...)
		lines := strings.SplitAfter(f.read("data/weightmap.jsonl"), "\n")
		f.write("data/weightmap.1.jsonl", lines[0])
		f.write("data/weightmap.2.jsonl", lines[2]+lines[1])
		f.ok(os.Remove(f.path("data/weightmap.jsonl")))
		f.says(f.run(f.args...))
		f.mends()
	}},
	{"in the manifest's place is a folder", func(f *fault) { f.inTheWay("weightmap.jsonl") }},
	{"in the cache's place is a folder", func(f *fault) { f.inTheWay(".weightmap.cache") }},
	{"in the lock's place is a folder", func(f *fault) { f.inTheWay(".weightmap.lock") }},
	{"in an output's place is a folder", func(f *fault) { f.inTheWay("b.weights.npy") }},
}

// made makes the data set and its outputs.
func (f *fault) made() {
	f.Helper()
	f.masks()
	f.run(f.args...)
	f.older = f.tree()
	delete(f.older, "data/weightmap.jsonl")
	for name, content := range f.peace {
		if f.read(name) != content {
			f.Fatalf("%s is not as at peace", name)
		}
	}
}

// spoiled does something to what a run made, and has the next mend it.
func (f *fault) spoiled(spoil func()) {
	f.Helper()
	f.made()
	spoil()
	for name := range f.older {
		if _, err := os.Lstat(f.path(name)); err != nil {
			delete(f.older, name)
		}
	}
	f.says(f.run(f.args...))
	f.sound(false)
	f.mends()
}

// inTheWay puts a folder with a file where the run has one of its own.
func (f *fault) inTheWay(name string) {
	f.Helper()
	f.masks()
	f.write("data/"+name+"/precious", "gold")
	f.says(f.run(f.args...))
	if f.read("data/"+name+"/precious") != "gold" {
		f.Error("what was in the way is not what it was")
	}
	f.ok(os.RemoveAll(filepath.Join(f.dir, "data", name)))
	f.sound(false)
	f.mends()
}
