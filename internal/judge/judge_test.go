package judge

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

func TestPython(t *testing.T) {
	got := Python(t, `
		import sys
		for a in sys.argv[1:]:
			print(a)
	`, "one", "two words")
	if got != "one\ntwo words\n" {
		t.Errorf("got %q", got)
	}
	if !Has("numpy") || Has("no_such_module_anywhere") {
		t.Error("Has is wrong about numpy or about a module that does not exist")
	}
	if _, err := run("raise SystemExit('a reason')"); err == nil || !strings.Contains(err.Error(), "a reason") {
		t.Errorf("a failing script gives %v, without its reason", err)
	}
}

func TestDedent(t *testing.T) {
	if got, want := dedent("\n\tif x:\n\t\ty\n\n\tz\n"), "\nif x:\n\ty\n\nz\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// An absent judge skips, and fails where the judge is required.
func TestAbsence(t *testing.T) {
	if mode := os.Getenv("JUDGE_TEST_ABSENT"); mode != "" {
		Python(t, "print(1)")
		t.Error("went on without Python")
		return
	}
	for required, want := range map[string]string{"": "SKIP", "1": "FAIL"} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestAbsence$", "-test.v")
		cmd.Env = append(os.Environ(), "JUDGE_TEST_ABSENT=1", "WEIGHTMAP_PYTHON=/nonexistent/python3", "WEIGHTMAP_REQUIRE_PYTHON="+required)
		out, _ := cmd.CombinedOutput()
		if !strings.Contains(string(out), "--- "+want+": TestAbsence") || strings.Contains(string(out), "went on") {
			t.Errorf("WEIGHTMAP_REQUIRE_PYTHON=%q: no %s in\n%s", required, want, out)
		}
	}
}
