package edt

// SetStretch changes how many planes are scanned at a time, which changes no result, and
// returns what undoes it.
func SetStretch(bytes, fewest int) (undo func()) {
	b, f := cacheBytes, fewestPlanes
	cacheBytes, fewestPlanes = bytes, fewest
	return func() { cacheBytes, fewestPlanes = b, f }
}
