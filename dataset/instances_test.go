package dataset

import (
	"errors"
	"strings"
	"testing"

	"github.com/weightmap/weightmap/grid"
)

// looked is what is found in a mask drawn as for draw.
func looked(rows ...string) *Values {
	p := &pixels{values: grid.New[int32](len(rows), len(rows[0])), number: func(v int32) string { return (&Image{}).Number(v) }}
	for y, row := range rows {
		for x, c := range row {
			switch {
			case c == '#':
				p.values.Set(255, y, x)
			case c >= '0' && c <= '9':
				p.values.Set(c-'0', y, x)
			}
		}
	}
	return p.look()
}

func TestLook(t *testing.T) {
	for _, c := range []struct {
		rows []string
		want Values
	}{
		{[]string{"...", "..."}, Values{}},
		{[]string{"#.#", "..."}, Values{Distinct: 1, Only: "255"}},
		{[]string{"112", "..2"}, Values{Distinct: 2}},
		{[]string{"1.1", "2.2"}, Values{Distinct: 2, Fragmented: 2}},
		{[]string{"1.3", ".12"}, Values{Distinct: 3}}, // touching at a corner is one piece
	} {
		if got := looked(c.rows...); *got != c.want {
			t.Errorf("%q: %+v, want %+v", c.rows, *got, c.want)
		}
	}
}

func TestDecide(t *testing.T) {
	binary, one, ids := looked("#.#", "..."), looked("1.1"), looked("1.2", "3..")
	classes := looked("1.1.2", "2.1.3")
	for _, c := range []struct {
		name  string
		masks []*Values
		want  Instances
		why   string
	}{
		{"binary 0/255", []*Values{binary, binary}, InstancesComponents, "no mask has another value than 0 and 255"},
		{"binary 0/1", []*Values{one}, InstancesComponents, "no mask has another value than 0 and 1"},
		{"both", []*Values{one, binary}, InstancesComponents, "all masks are binary"},
		{"any one value", []*Values{looked("7.7"), looked("7")}, InstancesComponents, "than 0 and 7"},
		{"ids", []*Values{ids, ids}, InstancesIDs, "2 of 2 masks have more than one value (m0.png has 3)"},
		{"ids, and images with one object", []*Values{one, ids, looked("5")}, InstancesIDs, "1 of 3 masks have more than one value (m1.png has 3)"},
		{"one object an image, numbered on", []*Values{looked("1"), looked("2"), looked("3")}, InstancesIDs, "not all the same"},
		{"an object in two pieces", []*Values{ids, looked("1.1", "..2", "3..")}, InstancesIDs, "more than one value"},
		{"empty ones", []*Values{looked("..."), binary}, InstancesComponents, "than 0 and 255"},
		{"only empty ones", []*Values{looked("...")}, InstancesComponents, "no mask has any value but 0"},
	} {
		got, why, err := decide(surveys(c.masks))
		if err != nil || got != c.want || !strings.Contains(why, c.why) {
			t.Errorf("%s: %v because %s, %v", c.name, got, why, err)
		}
	}
	for name, masks := range map[string][]*Values{
		"classes":                      {classes, classes},
		"classes and an empty mask":    {looked("..."), classes},
		"classes, one in a single one": {classes, looked("1.1.1", "2....")},
	} {
		_, _, err := decide(surveys(masks))
		var wrong *OptionError
		if !errors.As(err, &wrong) || !strings.Contains(wrong.Problem, "look like classes") || !strings.Contains(wrong.Problem, "png") ||
			!strings.Contains(wrong.Hint, "--instances components") || !strings.Contains(wrong.Hint, "--instances ids") {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Many values are ids, in pieces or not.
	many := &Values{Distinct: manyClasses + 1}
	if got, _, err := decide(surveys([]*Values{classes, many})); err != nil || got != InstancesIDs {
		t.Errorf("many values: %v, %v", got, err)
	}
}

func surveys(masks []*Values) []surveyed {
	var items []surveyed
	for i, v := range masks {
		items = append(items, surveyed{&Item{Name: "m" + string(rune('0'+i)) + ".png"}, v})
	}
	return items
}
