package dataset

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weightmap/weightmap/internal/judge"
)

func TestPathSurvivesJSON(t *testing.T) {
	for _, p := range []string{
		"masks/a.png", "", "with space", "new\nline", `quote " and \ and \u0041`, "zellen-ä-細胞-🔬", "a\xffb", "\xe7\xb4", "\x80\xff/\xed\xb0\x80", `\udc80`, "\u2028<&>",
	} {
		text, err := json.Marshal(Path(p))
		must(t, err)
		if !json.Valid(text) {
			t.Errorf("%q is written as %s", p, text)
		}
		var back Path
		if err := json.Unmarshal(text, &back); err != nil || string(back) != p {
			t.Errorf("%q is written as %s, which is read as %q, %v", p, text, back, err)
		}
	}
	var pair Path
	if err := json.Unmarshal([]byte(`"\ud83d\udd2c \udcff"`), &pair); err != nil || pair != "🔬 \xff" {
		t.Errorf("a pair of surrogates and a lone one: %q, %v", pair, err)
	}
}

// A name that is no UTF-8 is the same file in Python.
func TestPathInPython(t *testing.T) {
	name := "z\xe4hlen \xff🔬.png"
	text, err := json.Marshal(Path(name))
	must(t, err)
	got := judge.Python(t, `
		import json, os, sys
		print(os.fsencode(json.loads(sys.argv[1])).hex())
	`, string(text))
	want := judge.Python(t, `
		import os, sys
		print(os.fsencode(sys.argv[1]).hex())
	`, name)
	if got != want {
		t.Errorf("Python reads %s as %s, want %s", text, got, want)
	}
}

func TestExtremeSurvivesJSON(t *testing.T) {
	for _, c := range []struct {
		v    float64
		want string
	}{
		{0, "0"}, {float64(float32(0.1)), "0.1"}, {9.5, "9.5"}, {1 << 30, "1073741824"}, {math.MaxInt32, "2147483647"},
		{float64(float32(1e-20)), "1e-20"}, {math.Inf(1), `"inf"`}, {math.Inf(-1), `"-inf"`}, {-3, "-3"}, {float64(float32(1e30)), "1e+30"},
	} {
		text, err := json.Marshal(Extreme(c.v))
		if err != nil || string(text) != c.want {
			t.Errorf("%v is written as %s, %v", c.v, text, err)
		}
		var back Extreme
		if err := json.Unmarshal(text, &back); err != nil || float64(back) != c.v {
			t.Errorf("%s is read as %v, %v", text, back, err)
		}
	}
}

// record is a line on an item; n tells two of them apart.
func record(item string, n byte) *Record {
	five := int64(5)
	return &Record{
		Item: Path(item), Input: Input{Path: Path(item + ".png"), Files: 1, SHA256: Digest{n}},
		Shape: []int{3, 4}, Dtype: "uint8", Values: &Values{Distinct: 1, Only: "255"}, Objects: 2, Pixels: Pixels{6, 5, 1},
		Parameters: &Parameters{
			Instances: "components", Connectivity: 8, Ignore: &five, Spacing: []float64{1, 0.5}, Revision: revision,
			Weights: &WeightParameters{W0: 10, Sigma: 0.1 + 0.2, Background: 1. / 3, Foreground: 3, Inside: "none", Single: "zero", Term: "d1d2"},
		},
		Outputs: Outputs{D1: &Output{Path: Path(item + ".d1.npy"), Dtype: "float32", Bytes: 176, SHA256: Digest{n, n}, Max: Extreme(math.Inf(1))}},
		Version: "1.2.3",
	}
}

func text(t testing.TB, v any) string {
	t.Helper()
	line, err := marshalLine(v)
	must(t, err)
	return string(line)
}

func TestManifestRemembers(t *testing.T) {
	dir := t.TempDir()
	m, err := openManifest(dir)
	must(t, err)
	items := []string{"masks/b", "masks/a", "a\xff \n", "masks/c"}
	for i, item := range items {
		must(t, m.add(record(item, byte(i))))
	}
	must(t, m.add(record("masks/b", 9)))
	must(t, m.close())

	m, err = openManifest(dir)
	must(t, err)
	if m.untidy || len(m.records) != 4 {
		t.Errorf("%d records, untidy %v", len(m.records), m.untidy)
	}
	for i, item := range items {
		n := byte(i)
		if item == "masks/b" {
			n = 9
		}
		if got, want := text(t, m.of(item, "")), text(t, record(item, n)); got != want {
			t.Errorf("%q is remembered as\n%swant\n%s", item, got, want)
		}
	}
	if m.of("masks/a", "").Parameters != m.of("masks/b", "").Parameters {
		t.Error("equal parameters take memory twice")
	}
	b, err := os.ReadFile(filepath.Join(dir, ManifestName))
	must(t, err)
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	if len(lines) != 4 || !slices.IsSortedFunc(lines, func(a, b string) int { return strings.Compare(a[:12], b[:12]) }) {
		t.Errorf("the file is\n%s", b)
	}
	before, err := os.Stat(filepath.Join(dir, ManifestName))
	must(t, err)
	must(t, m.close())
	after, err := os.Stat(filepath.Join(dir, ManifestName))
	must(t, err)
	if !os.SameFile(before, after) {
		t.Error("a manifest to which nothing was added was written anew")
	}
}

// A crash may leave a line cut off anywhere; what comes after it must not suffer.
func TestManifestTornAnywhere(t *testing.T) {
	first, second := text(t, record("a", 1)), text(t, record("b", 2))
	// Whole but for its newline, a line is as good as any.
	for cut := 0; cut < len(second)-1; cut += 9 {
		dir := t.TempDir()
		put(t, filepath.Join(dir, ManifestName), first+second[:cut])
		m, err := openManifest(dir)
		must(t, err)
		if m.of("a", "") == nil || m.of("b", "") != nil {
			t.Fatalf("cut after %d bytes: %d records", cut, len(m.records))
		}
		must(t, m.add(record("c", 3)))
		must(t, m.journal.close()) // and a crash again
		m, err = openManifest(dir)
		must(t, err)
		if m.of("a", "") == nil || m.of("c", "") == nil {
			t.Fatalf("cut after %d bytes, then added to: %d records", cut, len(m.records))
		}
		must(t, m.close())
		b, err := os.ReadFile(filepath.Join(dir, ManifestName))
		must(t, err)
		if string(b) != first+text(t, record("c", 3)) {
			t.Fatalf("cut after %d bytes, in the end\n%s", cut, b)
		}
	}
}

func TestManifestEdited(t *testing.T) {
	dir := t.TempDir()
	bad := []string{"nonsense", "{}", "null", `{"item":"x"}`, `{"item":"y","parameters":null}`, `{"item":"z","parameters":{"min_size":"many"}}`,
		`{"item":"w","parameters":{},"input":{"sha256":"abc"}}`, "", strings.Repeat("x", 1<<20)}
	put(t, filepath.Join(dir, ManifestName), strings.Join(bad, "\n")+"\n"+text(t, record("a", 1)))
	m, err := openManifest(dir)
	must(t, err)
	if len(m.records) != 1 || len(m.damaged) != len(bad)-1 {
		t.Errorf("%d records, %d lines damaged", len(m.records), len(m.damaged))
	}
}

// Writers that share a data set have a file each. Together they say what one would.
func TestManifestMergesWriters(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, ManifestName), text(t, record("b", 1))+text(t, record("a", 1)))
	put(t, filepath.Join(dir, "weightmap.one.jsonl"), text(t, record("c", 1))+text(t, record("a", 2)))
	put(t, filepath.Join(dir, "weightmap.two.jsonl"), text(t, record("d", 1)))
	m, err := openManifest(dir)
	must(t, err)
	var claims []byte
	for c := m.of("a", ""); c != nil; c = c.other {
		claims = append(claims, c.Input.SHA256[0])
	}
	slices.Sort(claims)
	if len(m.records) != 4 || !slices.Equal(claims, []byte{1, 2}) {
		t.Errorf("%d records, claims %v on a", len(m.records), claims)
	}
	for c := m.of("a", ""); c != nil; c = c.other {
		if c.Input.SHA256[0] == 1 {
			m.keep(c)
			break
		}
	}
	must(t, m.close())
	if got := tree(t, dir); !slices.Equal(got, []string{ManifestName}) {
		t.Errorf("left are %v", got)
	}
	b, err := os.ReadFile(filepath.Join(dir, ManifestName))
	must(t, err)
	want := text(t, record("a", 1)) + text(t, record("b", 1)) + text(t, record("c", 1)) + text(t, record("d", 1))
	if string(b) != want {
		t.Errorf("the file is\n%s", b)
	}
}

func TestManifestTellsSuffixesApart(t *testing.T) {
	dir := t.TempDir()
	m, err := openManifest(dir)
	must(t, err)
	wide := record("a", 2)
	wide.Suffix = "wide"
	wide.Outputs.D1.Path = "a.wide.d1.npy"
	must(t, m.add(record("a", 1)))
	must(t, m.add(wide))
	must(t, m.close())
	m, err = openManifest(dir)
	must(t, err)
	if m.of("a", "").Input.SHA256[0] != 1 || m.of("a", "wide").Input.SHA256[0] != 2 {
		t.Error("one took the place of the other")
	}
}

// Whatever a manifest says, it makes no run fail, and no output that is not right.
func TestManifestLies(t *testing.T) {
	dir := t.TempDir()
	draw(t, filepath.Join(dir, "a.png"), "1.2", "1..")
	o := plain(dir)
	made(t, o)
	want := content(t, dir)
	good := want[ManifestName]
	for _, lie := range []string{
		strings.Replace(good, "[2,3]", "[2,3,4,5]", 1),
		strings.Replace(good, "[2,3]", "[-7]", 1),
		strings.Replace(good, "[2,3]", "null", 1),
		strings.Replace(good, `"outputs":{`, `"outputs":{"d1":null,"x":{},`, 1),
		strings.Replace(good, `"path":"a.weights.npy"`, `"path":"../../../etc/passwd"`, 1),
		strings.Replace(good, `"bytes":`, `"bytes":-`, 1),
		strings.Replace(good, `"weights":{`, `"weights":null,"was":{`, 2),
		good + good + "\n" + good[:50],
	} {
		if lie == good {
			t.Fatal("no lie at all")
		}
		put(t, filepath.Join(dir, ManifestName), lie)
		made(t, o)
		if got := content(t, dir)["a.weights.npy"]; got != want["a.weights.npy"] {
			t.Errorf("another output by\n%s", lie)
		}
		if got := made(t, o); len(got) > 0 {
			t.Errorf("not believed after a run over\n%s", lie)
		}
	}
}

// A manifest can hold anything at all. What is read of it is written, and read, the
// same again.
func FuzzManifest(f *testing.F) {
	line := text(f, record("a\xff", 1))
	f.Add([]byte(line))
	f.Add([]byte(line + line + "\n" + line[:50]))
	f.Add([]byte(strings.Replace(line, "[3,4]", "null", 1)))
	read := func(content []byte) *manifest {
		in := manifestReader{m: newManifest("")}
		in.m.files = []string{ManifestName}
		for line := range bytes.SplitSeq(content, []byte("\n")) {
			in.line(1, 0, line)
		}
		return in.m
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		for key, r := range read(content).records {
			if r.key() != key || r.Parameters == nil {
				t.Fatalf("%+v is found by %v", r, key)
			}
			again := read([]byte(text(t, r)))
			if back := again.of(key.item, key.suffix); back == nil || text(t, back) != text(t, r) {
				t.Fatalf("%q is read as %+v", text(t, r), back)
			}
		}
	})
}
