package labeling

// Tests share the smallest masks, too.
func init() { fewestShared = 1 }

// SetMostEntries changes how many runs there may be, and returns what undoes it.
func SetMostEntries(n int) (undo func()) {
	most := mostEntries
	mostEntries = n
	return func() { mostEntries = most }
}

// SetLarge changes from how many labels on they are written past the cache, which changes no
// result, and returns what undoes it.
func SetLarge(labels int) (undo func()) {
	n := large
	large = labels
	return func() { large = n }
}
