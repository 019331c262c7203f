package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

var nameFaults = []faultRow{
	{"spaces, quotes and shell characters in names", func(f *fault) {
		f.named(" a b ", `it's "$HOME"; rm *`, "~", "a&b<c>", "[x]*", "%s%n")
	}},
	{"newlines, escapes and other control characters in names", func(f *fault) {
		f.named("a\nweightmap: all is well", "\x1b[2Jx", "\r\t\a", "back\bspace", "\u202egnp")
	}},
	{"bytes that are no UTF-8 in names", func(f *fault) { f.named("a\xff", "\xc3(", "\xed\xb3\xbf", "é") }},
	{"names that differ in case only", func(f *fault) {
		f.ok(os.MkdirAll(f.path("data"), 0o777))
		f.write("data/x", "")
		if _, err := os.Stat(f.path("data/X")); err == nil {
			f.Skip("this file system does not tell a from A")
		}
		f.ok(os.Remove(f.path("data/x")))
		f.named("cell", "Cell", "CELL")
	}},
	{"names that begin with `-`", func(f *fault) {
		f.mask("-x/-force.png", 1)
		f.mask("-x/--out.png", 2)
		f.runs("precompute", "--instances=ids", "--balance=none", "--jobs=1", "--", "-x")
		f.args = []string{"precompute", "./-x", "--instances", "ids", "--balance", "none", "--jobs", "1"}
		f.says(f.run("precompute", "--instances=ids", "--balance=none", "--jobs=1", "--", "-x"))
		f.sound(false)
		f.mends()
	}},
	{"a name of 255 bytes, to which nothing can be added", func(f *fault) {
		f.masks()
		long := strings.Repeat("n", 251) + ".png"
		f.names[strings.TrimSuffix(long, ".png")] = "nnn…"
		f.mask("data/"+long, 3)
		f.says(f.run(f.args...))
		f.ok(os.Remove(f.path("data/" + long)))
		f.sound(false)
		f.mends()
	}},
	{"a name whose outputs have 255 bytes, in folders 3,000 bytes deep", func(f *fault) {
		dir := "data" + strings.Repeat("/"+strings.Repeat("d", 99), 30)
		f.mask(dir+"/"+strings.Repeat("n", 255-len(".weights.npy"))+".png", 3)
		f.runs("precompute", "data", "--instances", "ids", "--balance", "none", "--jobs", "1")
		f.says(f.run(f.args...))
		f.sound(false)
		f.mends()
	}},
	{"masks whose outputs would have one name", func(f *fault) {
		f.masks()
		f.mask("data/a.npy", 4)
		f.says(f.run(f.args...))
		f.ok(os.Remove(f.path("data/a.npy")))
		f.sound(false)
		f.mends()
	}},
	{"two data sets with the same names, into one `--out`", func(f *fault) {
		f.mask("other/a.png", 4)
		f.masks("--out", "out")
		f.run(f.args...)
		f.older = f.tree()
		f.says(f.run("precompute", "other", "--out", "out", "--instances", "ids"))
		f.sound(false)
		f.mends()
	}},
	{"a mask is an empty file, a text, or cut off", func(f *fault) {
		f.masks()
		f.write("data/d.png", "")
		f.write("data/e.png", "hello, world\n")
		f.write("data/f.png", f.read("data/a.png")[:60])
		f.says(f.run(f.args...))
		for _, name := range []string{"d", "e", "f"} {
			f.ok(os.Remove(f.path("data/" + name + ".png")))
		}
		f.sound(false)
		f.mends()
	}},
	{"a mask is a named pipe, which nobody writes to", func(f *fault) {
		f.masks()
		f.pipe("data/d.png")
		f.says(f.run(f.args...))
		f.ok(os.Remove(f.path("data/d.png")))
		f.sound(false)
		f.mends()
	}},
	{"the manifest is a named pipe, which nobody writes to", func(f *fault) {
		f.masks()
		f.pipe("data/weightmap.jsonl")
		f.says(f.run(f.args...))
		f.ok(os.Remove(f.path("data/weightmap.jsonl")))
		f.sound(false)
		f.mends()
	}},
}

// named makes masks of those names, one of which is damaged in another run, so that the
// page shows how a name is printed.
func (f *fault) named(names ...string) {
	f.Helper()
	for i, name := range names {
		path := "data/" + name + ".png"
		if runtime.GOOS != "linux" {
			f.Skip("such names are made on Linux only")
		}
		f.mask(path, i)
	}
	f.runs("precompute", "data", "--instances", "ids", "--balance", "none", "--jobs", "1")
	if r := f.run(f.args...); r.code != exitOK || len(f.complaints(r)) > 0 {
		f.Errorf("exit code %d\n%s", r.code, r.text)
	}
	f.sound(false)
	f.mends()
	whole := f.tree()
	for _, name := range names {
		f.write("data/"+name+".png", "")
	}
	r := f.run(f.args...)
	if i := strings.IndexFunc(strings.ReplaceAll(r.text, "\n", ""), func(r rune) bool { return r < ' ' || r == '\u202e' || r == '\ufffd' }); i >= 0 {
		f.Errorf("characters of a name reach the terminal: %q", r.text)
	}
	f.says(r)
	for _, name := range names {
		f.write("data/"+name+".png", whole["data/"+name+".png"])
	}
	f.mends()
	for name := range whole {
		if !strings.HasPrefix(name, "data/") || strings.Count(name, "/") > 1 {
			f.Errorf("%q was made elsewhere", name)
		}
	}
	if found, _ := filepath.Glob(f.path("*")); len(found) != 1 {
		f.Errorf("there are now %q", found)
	}
}
