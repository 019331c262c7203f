package dataset

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weightmap/weightmap/weights"
)

func TestBalanceOverTheDataSetFollowsIt(t *testing.T) {
	dir := threeMasks(t)
	o := plain(dir)
	o.Balance.Mode = BalanceDataset
	var notes []string
	o.Observe = func(e Event) {
		if e.Kind == EventNote {
			notes = append(notes, e.Text)
		}
	}
	r, err := Precompute(t.Context(), o)
	must(t, err)
	// 6, 6 and 1 of 45 pixels are foreground.
	want := weights.Class{Background: 45. / (2 * 32), Foreground: 45. / (2 * 13)}
	if r.Class == nil || *r.Class != want {
		t.Fatalf("class weights %v, want %v", r.Class, want)
	}
	if len(notes) != 1 || !strings.Contains(notes[0], "background 0.703125, foreground 1.7307692307692308") {
		t.Errorf("notes %q", notes)
	}

	// The numbers as they are printed are the same numbers.
	printed := o
	printed.Balance, err = ParseBalance(strings.NewReplacer("class weights: background ", "", " foreground ", "").Replace(notes[0]))
	must(t, err)
	if r, err = Precompute(t.Context(), printed); err != nil || r.Made != 0 || r.Current != 3 {
		t.Errorf("with the numbers printed (%s): %v, %d made", notes[0], err, r.Made)
	}

	draw(t, filepath.Join(dir, "masks", "d.png"), "1")
	notes = nil
	o.DryRun = true
	r, err = Precompute(t.Context(), o)
	must(t, err)
	if r.Made != 4 || len(notes) != 1 || !strings.Contains(notes[0], "3 maps are stale by it and to be made anew") {
		t.Errorf("a dry run would make %d and says %q", r.Made, notes)
	}

	// With the old numbers only the new mask is left to do.
	keep := notes[0][strings.LastIndex(notes[0], " ")+1:]
	given := o
	given.Balance, err = ParseBalance(keep)
	must(t, err)
	if given.Balance.Class != want {
		t.Errorf("%s is not the class weights to the last digit", keep)
	}
	r, err = Precompute(t.Context(), given)
	must(t, err)
	if r.Made != 1 || r.Current != 3 {
		t.Errorf("with %s: %d to be made", keep, r.Made)
	}

	notes = nil
	o.DryRun = false
	r, err = Precompute(t.Context(), o)
	must(t, err)
	if r.Made != 4 || len(notes) != 1 {
		t.Fatalf("%d made, notes %q", r.Made, notes)
	}
	for _, s := range []string{"background 0.703125 → 0.71875", "foreground 1.7307692307692308 → 1.6428571428571428", "1 mask is new or changed", "3 maps are stale by it and made anew", "--balance 0.703125,1.7307692307692308"} {
		if !strings.Contains(notes[0], s) {
			t.Errorf("the note lacks %q: %s", s, notes[0])
		}
	}
	if r, err = Precompute(t.Context(), o); err != nil || r.Made != 0 {
		t.Errorf("%v, %d made", err, r.Made)
	}
}

// Each map's weights sum up to the number of its pixels if balanced over the image.
func TestBalanceOverTheImage(t *testing.T) {
	dir := threeMasks(t)
	o := plain(dir)
	o.Balance.Mode = BalanceImage
	o.Weights.W0 = 0
	r, err := Precompute(t.Context(), o)
	must(t, err)
	for _, it := range r.Items {
		sum := 0.0
		for _, v := range readMap(t, it.Paths()[0]).Data {
			sum += float64(v)
		}
		if math.Abs(sum-15) > 1e-5 {
			t.Errorf("%s: the weights of 15 pixels sum up to %v", it.Item.Name, sum)
		}
	}
	if got := made(t, o); len(got) > 0 {
		t.Errorf("a second run makes %v", got)
	}
}
