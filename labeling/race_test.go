//go:build race

package labeling_test

// raceEnabled is for tests whose full size the race detector makes too slow.
const raceEnabled = true
