package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"
)

// An interrupted verification says so, and how far it came.
func TestVerifyInterrupted(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.png", "b.png"} {
		if err := drawMask(filepath.Join(dir, name), []string{"1.2", "1.."}); err != nil {
			t.Fatal(err)
		}
	}
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), []string{"weightmap", "precompute", "--quiet", dir}, nil, &stdout, &stderr); code != exitOK {
		t.Fatalf("precompute: %d\n%s", code, &stderr)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	code := run(ctx, []string{"weightmap", "verify", "--json", dir}, nil, &stdout, &stderr)
	if code != exitInterrupted || !strings.Contains(stdout.String(), `"interrupted": true`) ||
		!strings.Contains(stderr.String(), "2 items not looked at") || !strings.HasSuffix(stderr.String(), "weightmap: interrupted\n") {
		t.Errorf("exit code %d\n%s%s", code, &stdout, &stderr)
	}
}
