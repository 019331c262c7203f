package labeling

// Tests share the smallest masks, too.
func init() { fewestShared = 1 }

// SetLarge changes from how many labels on they are written past the cache, which changes no
// result, and returns what undoes it.
func SetLarge(labels int) (undo func()) {
	n := large
	large = labels
	return func() { large = n }
}
