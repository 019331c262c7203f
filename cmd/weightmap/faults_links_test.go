package main

import (
	"os"
	"strings"
)

var linkFaults = []faultRow{
	{"a mask is a symbolic link to a file elsewhere", func(f *fault) {
		f.mask("else/x.png", 3)
		f.ok(os.MkdirAll(f.path("data"), 0o777))
		f.link("../else/x.png", "data/d.png")
		f.masks()
		f.says(f.run(f.args...))
		f.sound(false)
		f.mends()
	}},
	{"a mask is a symbolic link that leads nowhere, and another leads to itself", func(f *fault) {
		f.masks()
		f.link("nowhere.png", "data/d.png")
		f.link("e.png", "data/e.png")
		f.says(f.run(f.args...))
		f.ok(os.Remove(f.path("data/d.png")))
		f.ok(os.Remove(f.path("data/e.png")))
		f.sound(false)
		f.mends()
	}},
	{"a folder of masks is a symbolic link out of the data set", func(f *fault) {
		f.mask("else/x.png", 3)
		f.write("else/.weightmap-not-ours.tmp", "gold")
		f.masks()
		f.link("../else", "data/more")
		before := f.tree()
		f.says(f.run(f.args...))
		f.same(before, "else/x.png", "else/.weightmap-not-ours.tmp")
		f.nothingElseIn("else", before)
		f.ok(os.Remove(f.path("data/more")))
		f.sound(false)
		f.mends()
	}},
	{"at an output's place is a symbolic link to a file elsewhere", func(f *fault) {
		f.throughLink("data/b.weights.npy")
	}},
	{"the manifest is a symbolic link to a file elsewhere", func(f *fault) {
		f.throughLink("data/weightmap.jsonl")
	}},
	{"the manifest is a symbolic link to that of another data set, which holds all that is to be known here", func(f *fault) {
		f.masks()
		f.run(f.args...)
		f.ok(os.Rename(f.path("data/weightmap.jsonl"), f.path("elsewhere.jsonl")))
		f.link("../elsewhere.jsonl", "data/weightmap.jsonl")
		before := f.read("elsewhere.jsonl")
		f.says(f.run(f.args...))
		f.mask("data/d.png", 4)
		f.runs(f.args...)
		f.run(f.args...)
		if f.read("elsewhere.jsonl") != before {
			f.Error("what the link led to is not what it was")
		}
		f.mends()
	}},
	{"the cache is a symbolic link to a file elsewhere", func(f *fault) {
		f.throughLink("data/.weightmap.cache")
	}},
	{"the lock is a symbolic link to a file elsewhere", func(f *fault) {
		f.throughLink("data/.weightmap.lock")
	}},
	{"the lock is a symbolic link to an output", func(f *fault) {
		f.masks()
		f.run(f.args...)
		f.older = f.tree()
		f.link("a.weights.npy", "data/.weightmap.lock")
		f.says(f.run(f.args...))
		f.sound(false)
		f.mends()
	}},
	{"manifest, cache and lock are symbolic links to files elsewhere that do not exist", func(f *fault) {
		f.masks()
		for _, name := range []string{"weightmap.jsonl", ".weightmap.cache", ".weightmap.lock"} {
			f.link("../else-"+name, "data/"+name)
		}
		f.says(f.run(f.args...))
		for name := range f.tree() {
			if strings.HasPrefix(name, "else-") {
				f.Errorf("%s was made through a link", name)
			}
		}
		f.sound(false)
		f.mends()
	}},
	{"`--out` is itself a symbolic link: whoever gives it means where it leads", func(f *fault) {
		f.ok(os.MkdirAll(f.path("else"), 0o777))
		f.link("else", "out")
		f.masks("--out", "out")
		f.says(f.run(f.args...))
		f.sound(false)
		f.mends()
	}},
	{"a temporary file of a run that was killed, and a symbolic link of such a name", func(f *fault) {
		f.masks()
		f.write("precious", "gold")
		f.write("data/.weightmap-left.tmp", "half of it")
		f.link("../precious", "data/.weightmap-link.tmp")
		f.says(f.run(f.args...))
		tree := f.tree()
		if f.has(tree, "data/.weightmap-left.tmp") || tree["precious"] != "gold" {
			f.Errorf("left is %v", tree)
		}
		f.ok(os.Remove(f.path("data/.weightmap-link.tmp")))
		f.ok(os.Remove(f.path("precious")))
		f.mends()
	}},
}

// throughLink puts a link to something precious where a run writes.
func (f *fault) throughLink(name string) {
	f.Helper()
	f.masks()
	f.write("precious", "gold\n")
	f.link("../precious", name)
	f.says(f.run(f.args...))
	if f.read("precious") != "gold\n" {
		f.Errorf("what the link led to is now %.80q", f.read("precious"))
	}
	f.ok(os.Remove(f.path("precious")))
	f.unlink(name)
	f.sound(false)
	f.mends()
}

// unlink removes an output's link, which stays as it is no link of ours.
func (f *fault) unlink(name string) {
	f.Helper()
	if strings.HasSuffix(name, ".npy") {
		if _, err := os.Readlink(f.path(name)); err != nil {
			f.Errorf("the link is gone: %v", err)
		}
		f.ok(os.Remove(f.path(name)))
	}
}

// same makes sure that files are as they were.
func (f *fault) same(before map[string]string, names ...string) {
	f.Helper()
	now := f.tree()
	for _, name := range names {
		if content, ok := now[name]; !ok || content != before[name] {
			f.Errorf("%s is not what it was", name)
		}
	}
}

func (f *fault) nothingElseIn(dir string, before map[string]string) {
	f.Helper()
	for name := range f.tree() {
		if strings.HasPrefix(name, dir+"/") && !f.has(before, name) {
			f.Errorf("%s was made", name)
		}
	}
}
