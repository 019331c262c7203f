package edt

// SetStretch changes how many planes are scanned at a time, which changes no result, and
// returns what undoes it.
func SetStretch(bytes, fewest int) (undo func()) {
	b, f := cacheBytes, fewestPlanes
	cacheBytes, fewestPlanes = bytes, fewest
	return func() { cacheBytes, fewestPlanes = b, f }
}

// SetFewestShared changes from how many pixels on an image that is turned is shared among
// workers, which changes no result, and returns what undoes it.
func SetFewestShared(pixels int) (undo func()) {
	p := fewestShared
	fewestShared = pixels
	return func() { fewestShared = p }
}
