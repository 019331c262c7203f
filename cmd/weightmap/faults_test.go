package main

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/faults.md")

// faultsIntro is how docs/faults.md begins.
const faultsIntro = `# What can go wrong, and what happens then

Every line below is a test that makes the fault for real, on the program as it is built, and looks
at what is left: no output that is not whole, no line of the manifest that is not true, no temporary
file after a run that ended by itself; and the next run, once the fault is gone, makes what is missing and ends
with the same bytes as a run that nothing happened to. The last column is what those tests found
lost. ` + "`go test ./cmd/weightmap -run TestFaults -update`" + ` writes this page, and the tests fail where it is
not what they saw.

The folder is called ` + "`data`" + `; “at any write” means that the fault was made once at each system call of
the run that changes a file or a folder.
`

// A faultTheme is a section of the page.
type faultTheme struct {
	title string
	rows  []faultRow
}

// A faultRow is a line of the page, and the test that makes the fault.
type faultRow struct {
	what string
	make func(f *fault)
}

var faultThemes = []faultTheme{
	{"The disk", diskFaults},
	{"Crashes", crashFaults},
	{"Other programs", otherFaults},
	{"The manifest and the cache", manifestFaults},
	{"The clock", clockFaults},
	{"Names", nameFaults},
	{"Links", linkFaults},
	{"Files of annotations", annotationFaults},
}

// TestFaults makes every fault there is a line for in docs/faults.md. A line whose
// fault cannot be made on this machine is skipped, and not compared.
func TestFaults(t *testing.T) {
	program := buildProgram(t)
	page := filepath.Join("..", "..", "docs", "faults.md")
	now, _ := os.ReadFile(page)
	lines := strings.Split(string(now), "\n")
	text := []string{faultsIntro}
	all := true
	for _, theme := range faultThemes {
		text = append(text, "## "+theme.title, "", "| fault | what it says | lost |", "|---|---|---|")
		seen := make([]string, len(theme.rows))
		t.Run(theme.title, func(t *testing.T) {
			for i, row := range theme.rows {
				f := &fault{program: program, names: map[string]string{}}
				t.Run(row.what, func(t *testing.T) {
					f.T, f.dir = t, t.TempDir()
					row.make(f)
					if f.partial || t.Failed() {
						return
					}
					seen[i] = f.line(row.what)
					if !*update && !slices.Contains(lines, seen[i]) {
						t.Errorf("docs/faults.md does not say (-update writes it anew)\n%s", seen[i])
					}
				})
			}
		})
		all = all && !slices.Contains(seen, "")
		text = append(text, seen...)
		text = append(text, "")
	}
	want := strings.Join(text, "\n")
	switch {
	case !all && *update:
		t.Error("docs/faults.md stays as it is, for not every fault was made")
	case *update:
		if err := os.WriteFile(page, []byte(want), 0o666); err != nil {
			t.Fatal(err)
		}
	case all && want != string(now):
		t.Error("docs/faults.md is not what was seen (-update writes it anew)")
	}
}
