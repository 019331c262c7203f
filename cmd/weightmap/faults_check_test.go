package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weightmap/weightmap/dataset"
)

// sound makes sure that what is there is what a run at peace makes, or was there
// before: whole, and no other than the manifest says. Only a run that was killed
// may leave a temporary file or its lock.
func (f *fault) sound(killed bool) {
	f.Helper()
	tree := f.tree()
	for name, content := range tree {
		base := filepath.Base(name)
		switch {
		case strings.HasSuffix(base, ".jsonl"):
			f.claims(tree, name)
		case content == f.peace[name] && f.has(f.peace, name), content == f.older[name] && f.has(f.older, name):
		case base == ".weightmap.lock": // which keeps nobody out
		case killed && strings.HasPrefix(base, ".weightmap-"):
		default:
			f.Errorf("%s is there, and is nothing that was or was to be: %.80q", name, content)
		}
	}
	for name := range f.older {
		if _, ok := tree[name]; !ok {
			f.Errorf("%s was there, and is gone", name)
		}
	}
}

func (f *fault) has(tree map[string]string, name string) bool { _, ok := tree[name]; return ok }

// claims makes sure that the lines of a manifest, but for the last one, can be read
// and say of each output what it is, or what it was before.
func (f *fault) claims(tree map[string]string, manifest string) {
	f.Helper()
	lines := strings.SplitAfter(tree[manifest], "\n")
	for _, line := range lines[:len(lines)-1] {
		var r struct {
			Outputs map[string]struct {
				Path   dataset.Path
				SHA256 string
			}
		}
		if strings.TrimSpace(line) == "" {
			continue
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			if !strings.Contains(f.older[manifest], line) {
				f.Errorf("%s has the line %.80q", manifest, line)
			}
			continue
		}
		for _, out := range r.Outputs {
			name := filepath.ToSlash(filepath.Join(filepath.Dir(manifest), string(out.Path)))
			content, there := tree[name]
			old, was := f.older[name]
			switch {
			case was && sum(old) == out.SHA256:
			case there && sum(content) == out.SHA256:
			default:
				f.Errorf("%s claims of %s what is not so", manifest, name)
			}
		}
	}
}

func sum(content string) string {
	s := sha256.Sum256([]byte(content))
	return hex.EncodeToString(s[:])
}

// mends makes sure that, the fault being over, the next run makes what is missing and
// nothing else, that all is then as a run at peace leaves it, and that verify agrees.
func (f *fault) mends() {
	f.Helper()
	f.mendsTo(f.peace)
}

func (f *fault) mendsTo(want map[string]string) {
	f.Helper()
	missing := f.missing(want)
	r := f.run(f.args...)
	if r.code != exitOK {
		f.Errorf("the next run: exit code %d\n%s", r.code, r.text)
	}
	if !strings.Contains(r.text, fmt.Sprintf(": %d made, ", missing)) && (missing > 0 || !strings.Contains(r.text, "nothing to do")) {
		f.Errorf("%d items are missing, and the next run says\n%s", missing, r.text)
	}
	got := f.tree()
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if content, ok := got[name]; !ok {
			f.Errorf("%s is lost", name)
		} else if content != want[name] {
			f.Errorf("%s is not what a run at peace makes", name)
		}
	}
	for name := range got {
		if !f.has(want, name) {
			f.Errorf("%s is left", name)
		}
	}
	if r := f.run(f.args...); r.code != exitOK || !strings.Contains(r.text, "nothing to do") {
		f.Errorf("the run after: exit code %d\n%s", r.code, r.text)
	}
	if r := f.run("verify", f.root()); r.code != exitOK {
		f.Errorf("verify: exit code %d\n%s%s", r.code, r.text, r.out)
	}
}

// root is the folder that the run writes to.
func (f *fault) root() string {
	if i := slices.Index(f.args, "--out"); i >= 0 {
		return f.args[i+1]
	}
	return f.args[1]
}

// missing counts the items of which no line of a manifest says what that of a run at
// peace says, or whose outputs are not as they are then.
func (f *fault) missing(want map[string]string) int {
	f.Helper()
	tree := f.tree()
	root := filepath.ToSlash(filepath.Clean(f.root()))
	if to, err := os.Readlink(f.path(root)); err == nil {
		root = to
	}
	lines := map[string]bool{}
	for name, text := range tree {
		if target, ok := strings.CutPrefix(text, "-> "); ok && strings.HasSuffix(name, ".jsonl") {
			text = tree[filepath.ToSlash(filepath.Join(filepath.Dir(name), target))]
		}
		if strings.HasPrefix(name, root+"/weightmap.") && strings.HasSuffix(name, ".jsonl") {
			for line := range strings.Lines(text) {
				lines[line] = true
			}
		}
	}
	n := 0
	for line := range strings.Lines(want[root+"/weightmap.jsonl"]) {
		made := lines[line]
		for _, path := range outputsOf(line) {
			name := root + "/" + path
			made = made && tree[name] == want[name]
		}
		if !made {
			n++
		}
	}
	return n
}

// outputsOf are the paths of the outputs of a line of a manifest, if it can be read.
func outputsOf(line string) map[string]string {
	var r struct {
		Outputs map[string]struct {
			Path   dataset.Path
			SHA256 string
		}
	}
	if json.Unmarshal([]byte(line), &r) != nil {
		return nil
	}
	paths := map[string]string{}
	for _, out := range r.Outputs {
		paths[out.SHA256+" "+string(out.Path)] = string(out.Path)
	}
	return paths
}
