package main

import (
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// The help of a command with --json names every key of what that prints.
func TestHelpNamesTheKeysOfJSON(t *testing.T) {
	for name, c := range map[string]struct {
		help  string
		types []any
	}{
		"precompute": {precomputeCommand().Description, []any{jsonReport{}, jsonSummary{}, jsonClass{}, jsonItem{}}},
		"export":     {exportCommand().Description, []any{exportJSON{}}},
		"convert":    {convertCommand().Description, []any{convertJSON{}}},
		"inspect":    {inspectCommand().Description, []any{mapReport{}}},
		"loss": {lossCommand().Description, []any{struct {
			Losses, Images int
			Image          int
		}{}}},
	} {
		_, about, ok := strings.Cut(c.help, "\n--json prints ")
		if !ok {
			t.Errorf("%s: the help says nothing of what --json prints", name)
			continue
		}
		for _, v := range c.types {
			for i := range reflect.TypeOf(v).NumField() {
				field := reflect.TypeOf(v).Field(i)
				key, _, _ := strings.Cut(field.Tag.Get("json"), ",")
				if key == "" {
					key = strings.ToLower(field.Name)
				}
				if !regexp.MustCompile(`\b` + key + `\b`).MatchString(about) {
					t.Errorf("%s: the help does not name the key %s", name, key)
				}
			}
		}
	}
}
