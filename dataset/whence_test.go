package dataset

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

// Masks that have no outputs yet are missed in an output root that is elsewhere, too:
// a run that was interrupted looks like that.
func TestMasksWithoutOutputsElsewhere(t *testing.T) {
	for name, layout := range map[string][]string{
		"a folder": {"a.png", "b.png", "late.png"},
		"below":    {"labels/a.png", "labels/b.png", "labels/late.png"},
		"objects":  {"a/masks/1.png", "b/masks/1.png", "late/masks/1.png"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			data, out := filepath.Join(dir, "data"), filepath.Join(dir, "out")
			mask := func(file string) {
				draw(t, filepath.Join(data, filepath.FromSlash(file)), "1.2")
				if id, ok := strings.CutSuffix(file, "/masks/1.png"); ok {
					draw(t, filepath.Join(data, id, "masks", "2.png"), ".1.")
					draw(t, filepath.Join(data, id, "images", id+".png"), "...")
				}
			}
			mask(layout[0])
			mask(layout[1])
			o := DefaultOptions(data)
			o.Out = out
			if got := made(t, o); len(got) != 2 {
				t.Fatal(got)
			}
			verified := func() []Warning {
				v, err := Verify(t.Context(), VerifyOptions{Paths: []string{out}})
				must(t, err)
				return v.Warnings
			}
			if w := verified(); len(w) > 0 {
				t.Errorf("all is there, and it warns: %v", w)
			}
			samples, err := Samples(t.Context(), out, SampleOptions{})
			must(t, err)
			if len(samples) != 2 {
				t.Errorf("%d samples", len(samples))
			}

			mask(layout[2])
			if w := verified(); len(w) != 1 || w[0].Kind != warnUnknown || w[0].Items != 1 || !strings.Contains(w[0].Text, "late") {
				t.Errorf("one is missing: %v", w)
			}
			_, err = Samples(t.Context(), out, SampleOptions{})
			if wrong := new(OptionError); !errors.As(err, &wrong) || !strings.Contains(err.Error(), "late") {
				t.Errorf("one is missing: %v", err)
			}
		})
	}
}
