package dataset

import (
	"fmt"
	"path/filepath"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/labeling"
)

// Values is what tells of a mask whether it is binary or holds ids or classes.
type Values struct {
	// Distinct is the number of values that are neither 0 nor ignored.
	Distinct int `json:"distinct"`

	// Fragmented is how many of them are in several pieces, where Distinct is small
	// enough for classes and more than 1.
	Fragmented int `json:"fragmented,omitempty"`

	// Only is the value if there is just one.
	Only string `json:"only,omitempty"`
}

// manyClasses is the largest number of values of a mask that may be classes. Known
// data sets with more (COCO-Stuff has 171) have fewer in most images.
const manyClasses = 32

// look finds out about the values of a mask.
func (p *pixels) look() *Values {
	seen := map[int32]bool{}
	last := int32(0)
	for _, v := range p.values.Data {
		if v != last && v != 0 {
			seen[v] = true
		}
		last = v
	}
	out := &Values{Distinct: len(seen)}
	switch {
	case len(seen) == 1:
		for v := range seen {
			out.Only = p.number(v)
		}
	case 1 < len(seen) && len(seen) <= manyClasses:
		out.Fragmented = fragmented(p.values)
	}
	return out
}

// fragmented counts the values whose pixels are not all connected, at the fullest
// connectivity there is.
func fragmented(values *grid.Labels) int {
	labels, n := labeling.ComponentsByValue(nil, values, labeling.Default(len(values.Shape)))
	valueOf := make([]int32, n+1)
	for i, l := range labels.Data {
		valueOf[l] = values.Data[i]
	}
	pieces := map[int32]int{}
	for _, v := range valueOf[1:] {
		pieces[v]++
	}
	several := 0
	for _, k := range pieces {
		if k > 1 {
			several++
		}
	}
	return several
}

// surveyed is an item and what was found in it.
type surveyed struct {
	item   *Item
	values *Values
}

// decide says what the objects of a data set's masks are, and why. The items are
// those with a single file.
//
// Ids name objects, and an object is in one piece as a rule; a class is in as many
// as there are objects of it. So where most values of the masks with several are in
// pieces, and there are few of them, they are classes, or may be.
func decide(items []surveyed) (mode Instances, why string, err error) {
	var several, values, pieces, many int
	var example *surveyed
	only := map[string]int{}
	for i := range items {
		v := items[i].values
		switch {
		case v.Distinct == 1:
			only[v.Only]++
		case v.Distinct > 1:
			several++
			values += v.Distinct
			pieces += v.Fragmented
			if v.Distinct > manyClasses {
				many++
			}
			if example == nil || v.Distinct > example.values.Distinct {
				example = &items[i]
			}
		}
	}
	switch {
	case several > 0 && many == 0 && 2*pieces > values:
		worst := example
		for i := range items {
			if items[i].values.Fragmented > worst.values.Fragmented {
				worst = &items[i]
			}
		}
		return 0, "", optionError(
			"say what they are: --instances components (each connected piece of a value is an object) or --instances ids (each value is one); "+
				"--ignore VALUE leaves a value out",
			"the values of the masks look like classes rather than object ids: of the %d values in %s, %d are in several pieces",
			worst.values.Distinct, worst.item.Path(), worst.values.Fragmented)
	case several > 0:
		return InstancesIDs, fmt.Sprintf("%d of %s more than one value (%s has %d)",
			several, plural(len(items), "mask has", "masks have"), filepath.Base(example.item.Name), example.values.Distinct), nil
	case len(only) > 1 && !allBinary(only):
		return InstancesIDs, "each mask has a single value, but not all the same", nil
	case len(only) == 0:
		return InstancesComponents, "no mask has any value but 0", nil
	case len(only) == 1:
		for v := range only {
			why = "no mask has another value than 0 and " + v
		}
		return InstancesComponents, why, nil
	}
	return InstancesComponents, "all masks are binary", nil
}

// allBinary reports whether each of the values is what programs write for "yes".
func allBinary(only map[string]int) bool {
	for v := range only {
		if v != "1" && v != "255" && v != "65535" {
			return false
		}
	}
	return true
}

// plural is the number and the word that goes with it.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
