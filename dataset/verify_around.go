package dataset

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weightmap/weightmap/internal/realpath"
	"github.com/weightmap/weightmap/weights"
)

// foreign lists the outputs in a tree, by their names, of which no manifest tells.
func (v *verifier) foreign(t searched) []Finding {
	nothing := func(string) bool { return false } // pictures are in no manifest
	var list []Finding
	for _, d := range t.folders {
		real := ""
		for _, name := range d.names {
			file := filepath.Join(d.path(), name)
			if path.Ext(name) != ".npy" || !isOutput(name, v.suffixes, nothing) || v.claimed[absolute(file)] {
				continue
			}
			// A link may have led here, past the manifest that tells of it.
			if real == "" {
				real = realpath.Of(d.path())
			}
			if real != absolute(d.path()) {
				if o, err := v.origins.Of(filepath.Join(real, name)); err == nil && o.Record != nil {
					continue
				}
			}
			list = append(list, Finding{Fault: FaultForeign, Path: file, Reason: "no manifest tells of it"})
		}
	}
	return list
}

// lookAround warns of what is no fault of an output.
func (v *verifier) lookAround() {
	v.lookForTemps()
	v.lookForOthers()
	v.lookAtClasses()
}

// lookForTemps warns of temporary files that no run will put in place any more.
func (v *verifier) lookForTemps() {
	for _, r := range v.order {
		if _, held := heldBy(r.dir); held {
			return // then they may be at work
		}
	}
	for _, t := range v.trees {
		for _, d := range t.folders {
			for _, name := range d.temps {
				v.warnings.add(warnLeftOver, 0, filepath.Join(d.path(), name), 1, "")
			}
		}
	}
}

// lookForOthers warns of masks of which no manifest tells.
func (v *verifier) lookForOthers() {
	known := map[string]bool{} // masks, by their real paths, and images by theirs, without extension
	masks, annotated := false, map[string]bool{}
	folders := map[string]bool{} // to look for masks in
	for _, t := range v.trees {
		folders[t.path] = true
	}
	for _, r := range v.roots {
		real := realpath.Of(r.dir)
		whole := slices.ContainsFunc(v.trees, func(t searched) bool { return realpath.Within(realpath.Of(t.path), real) })
		for c := range r.records() {
			if dir := c.whence(r.dir, real); dir != "" && whole {
				folders[dir] = true
			}
			path := c.inputPath(r.dir)
			if c.Input.Image == "" {
				masks = true
			} else if annotated[path] {
				continue
			} else {
				annotated[path] = true
			}
			mask := realpath.Of(path)
			known[mask] = true
			name := stem(filepath.Base(mask))
			for _, ending := range maskEndings {
				if s, ok := strings.CutSuffix(name, ending); ok {
					known[filepath.Join(filepath.Dir(mask), s)] = true
				}
			}
		}
	}
	if len(annotated) > 0 && !masks && v.Masks == "" {
		return // beside annotations there are images alone
	}
	for _, dir := range sortedKeys(folders) {
		found, err := find(v.ctx, []string{dir}, FindOptions{Masks: v.Masks})
		if err != nil {
			continue // it is gone since; its outputs are missing
		}
		for i, it := range found.Items {
			mask := realpath.Of(it.Path())
			dir := filepath.Dir(mask)
			image := filepath.Join(dir, stem(filepath.Base(mask)))
			// A folder may have been made one item, with an object in each file.
			if known[mask] || known[dir] || known[image] || slices.Contains(imageFolders, strings.ToLower(filepath.Base(dir))) {
				continue
			}
			v.warnings.add(warnUnknown, i, it.Path(), 1, "")
		}
	}
}

// lookAtClasses warns where the maps of one root have several class terms: a run that
// balances over the data set gives all the same, unless it was interrupted.
func (v *verifier) lookAtClasses() {
	type place struct {
		root   *root
		suffix string
	}
	classes := map[place]map[weights.Class]int{}
	for i := range v.items {
		for _, h := range v.items[i].good {
			p := h.Parameters.Weights
			if p == nil || !slices.Contains(h.kinds, Weights) {
				continue
			}
			class := weights.Class{Background: p.Background, Foreground: p.Foreground}
			if class == (weights.Count{Background: h.Pixels.Background, Foreground: h.Pixels.Foreground}).Class() {
				continue // it may be the mask's own
			}
			at := place{v.jobs[i].root, h.Suffix}
			if classes[at] == nil {
				classes[at] = map[weights.Class]int{}
			}
			classes[at][class]++
		}
	}
	for at, of := range classes {
		if len(of) < 2 {
			continue
		}
		var texts []string
		for class, n := range of {
			texts = append(texts, fmt.Sprintf("%s in %s", classText(class), plural(n, "map", "maps")))
		}
		slices.Sort(texts)
		if n := len(texts) - 3; n > 0 {
			texts = append(texts[:3], fmt.Sprintf("%d more", n))
		}
		v.warnings.add(warnClasses, 0, at.root.dir, len(of), strings.Join(texts, ", "))
	}
}
