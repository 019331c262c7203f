// Package judge asks Python in tests: NumPy, SciPy, OpenCV and others say what is
// right, and the test compares.
//
//	want := judge.Python(t, `
//	import numpy as np, sys
//	print(np.load(sys.argv[1]).sum())
//	`, path)
//
// The interpreter is the one named by the environment variable WEIGHTMAP_PYTHON,
// else /usr/bin/python3. Where it or NumPy is missing the test is skipped with a
// sentence, unless WEIGHTMAP_REQUIRE_PYTHON=1, which makes that a failure.
package judge

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// Python runs script with args as sys.argv[1:] and returns what it prints. The
// test fails, with what Python said, if the script does. Indentation that all
// lines of the script share is taken off, so that it may be indented with the test.
func Python(t testing.TB, script string, args ...string) string {
	t.Helper()
	Need(t)
	out, err := run(dedent(script), args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Need skips the test, or fails it if WEIGHTMAP_REQUIRE_PYTHON=1, unless Python
// can import NumPy and the named modules.
func Need(t testing.TB, modules ...string) {
	t.Helper()
	for _, m := range append([]string{"numpy"}, modules...) {
		err := importable(m)
		switch {
		case err == nil:
		case os.Getenv("WEIGHTMAP_REQUIRE_PYTHON") == "1":
			t.Fatalf("WEIGHTMAP_REQUIRE_PYTHON=1, but %v", err)
		default:
			t.Skipf("the judge is missing: %v", err)
		}
	}
}

// Has reports whether Python can import the module. It is for tests in which a
// module is one judge of several, and never makes an absence a failure.
func Has(module string) bool { return importable(module) == nil }

var imports sync.Map // module name to func() error

func importable(module string) error {
	f, _ := imports.LoadOrStore(module, sync.OnceValue(func() error {
		_, err := run("import " + module)
		if err != nil {
			return fmt.Errorf("%s cannot import %s", interpreter(), module)
		}
		return nil
	}))
	return f.(func() error)()
}

func interpreter() string {
	if p := os.Getenv("WEIGHTMAP_PYTHON"); p != "" {
		return p
	}
	return "/usr/bin/python3"
}

func run(script string, args ...string) (string, error) {
	cmd := exec.Command(interpreter(), append([]string{"-c", script}, args...)...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("python: %w\n%s", err, stderr.String())
	}
	return stdout.String(), nil
}

// dedent takes off the leading tabs and spaces that all lines have in common.
func dedent(script string) string {
	lines := strings.Split(script, "\n")
	indent, found := "", false
	for _, l := range lines {
		if strings.TrimSpace(l) == "" {
			continue
		}
		own := l[:len(l)-len(strings.TrimLeft(l, " \t"))]
		if !found {
			indent, found = own, true
		}
		for !strings.HasPrefix(own, indent) {
			indent = indent[:len(indent)-1]
		}
	}
	for i, l := range lines {
		lines[i] = strings.TrimPrefix(l, indent)
	}
	return strings.Join(lines, "\n")
}
