package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestPrintable(t *testing.T) {
	for s, want := range map[string]string{
		"masks/Zelle 1 é 細胞 🔬.png": "masks/Zelle 1 é 細胞 🔬.png",
		"a\nweightmap: \x1b[2J\a":  `a\nweightmap: \x1b[2J\a`,
		"\xff\xc3(\u202egnp\ufffd": `\xff\xc3(\u202egnp` + "\ufffd",
		`C:\masks\"a".png`:         `C:\masks\"a".png`,
		"":                         "",
	} {
		if got := printable(s); got != want {
			t.Errorf("%q is shown as %s", s, got)
		}
	}
}

func TestJoinedErrorsHaveLinesOfTheirOwn(t *testing.T) {
	var b strings.Builder
	one, two := errors.New("a\nb: broken"), errors.New("c: lost")
	complain(&b, errors.Join(one, errors.Join(two)))
	complain(&b, fmt.Errorf("%w, and %w", one, two))
	if got, want := b.String(), "weightmap: a\\nb: broken\nweightmap: c: lost\nweightmap: a\\nb: broken, and c: lost\n"; got != want {
		t.Errorf("it says\n%s", got)
	}
}
