package edt

// SetStretch changes how many planes are scanned at a time, which changes no result, and
// returns what undoes it.
func SetStretch(bytes, fewest int) (undo func()) {
	b, f := cacheBytes, fewestPlanes
	cacheBytes, fewestPlanes = bytes, fewest
	return func() { cacheBytes, fewestPlanes = b, f }
}

// Tests share the smallest images, too.
func init() { fewestShared = 1 }

// SetFewestShared changes from how many pixels on a transform is shared among workers,
// which changes no result, and returns what undoes it.
func SetFewestShared(pixels int) (undo func()) {
	p := fewestShared
	fewestShared = pixels
	return func() { fewestShared = p }
}
