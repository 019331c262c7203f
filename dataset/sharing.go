package dataset

// sharing lets records have in memory only once what is the same in most of them: a
// data set can have hundreds of thousands. Nobody changes what a record points to.
type sharing struct {
	texts      map[string]string
	values     map[Values]*Values
	shapes     map[[3]int][]int
	parameters map[string]*Parameters // by their JSON
}

func newSharing() sharing {
	return sharing{map[string]string{}, map[Values]*Values{}, map[[3]int][]int{}, map[string]*Parameters{}}
}

// share replaces the parts of a record by equal ones that another has.
func (s *sharing) share(r *Record) {
	r.Suffix, r.Dtype, r.Version = s.text(r.Suffix), s.text(r.Dtype), s.text(r.Version)
	for _, k := range Kinds {
		if out := *r.Outputs.at(k); out != nil {
			out.Dtype = s.text(out.Dtype)
			if item := string(r.Item); len(out.Path) > len(item) && string(out.Path[:len(item)]) == item {
				r.Item = out.Path[:len(item)]
			}
		}
	}
	r.Values = s.valuesOf(r.Values)
	if len(r.Shape) <= 3 {
		var key [3]int
		copy(key[:], r.Shape)
		r.Shape = first(s.shapes, key, r.Shape)
	}
}

func (s *sharing) text(t string) string { return first(s.texts, t, t) }

func (s *sharing) valuesOf(v *Values) *Values {
	if v == nil {
		return nil
	}
	return first(s.values, *v, v)
}

// first returns what was there for the key before, or else what is to be from now on.
func first[K comparable, V any](m map[K]V, key K, v V) V {
	if old, ok := m[key]; ok {
		return old
	}
	m[key] = v
	return v
}
