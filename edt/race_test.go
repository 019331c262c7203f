//go:build race

package edt_test

const raceEnabled = true
