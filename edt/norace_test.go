//go:build !race

package edt_test

const raceEnabled = false
