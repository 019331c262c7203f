package dataset

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// ManifestName is the file in an output root that says what its outputs were made of.
const ManifestName = "weightmap.jsonl"

// Record is a line of the manifest: what one item was made of, how, and what came
// out. It holds no time and nothing else that two runs on the same masks could
// differ in.
type Record struct {
	// Item names the item: its outputs below the output root, without what tells
	// them apart.
	Item Path `json:"item"`

	// Suffix is that of the outputs, if it is not the usual one.
	Suffix string `json:"suffix,omitempty"`

	Input      Input       `json:"input"`
	Shape      []int       `json:"shape"`
	Dtype      string      `json:"dtype"` // of the input
	Values     *Values     `json:"values,omitempty"`
	Objects    int         `json:"objects"`
	Pixels     Pixels      `json:"pixels"`
	Parameters *Parameters `json:"parameters"`
	Outputs    Outputs     `json:"outputs"`
	Version    string      `json:"version"` // of the program

	other *Record // says something else of the same item
	file  int32   // of the manifest's, in which it was read
	line  int32   // and the number of its line, from 1
}

// Input is the mask an item is made of.
type Input struct {
	// Path is that of the file, or of the folder if there are several, from the
	// output root.
	Path Path `json:"path"`

	// Image is the id of an image in a file of annotations, of which a file's name is made.
	Image Path `json:"image,omitempty"`

	// Images is the folder, from the output root, in which that image was looked up for
	// its size; "" if the size was stated.
	Images Path `json:"images,omitempty"`

	Files int `json:"files"`

	// SHA256 is that of the file. Of several files it is the SHA-256 of their list
	// in the form of sha256sum, by their names without folders, in that order. Of an
	// image in a file of annotations it is that of these lines, whatever else changes
	// in the file: the height and the width, a space between; for each of its objects
	// the word object (or crowd), a space, and its segmentation as JSON without spaces
	// between tokens, or its EncodedPixels with a space between numbers.
	SHA256 Digest `json:"sha256"`
}

// Pixels counts what the class weights are made of.
type Pixels struct {
	Background int64 `json:"background"`
	Foreground int64 `json:"foreground"`
	Ignored    int64 `json:"ignored"`
}

// Outputs are the files made of an item, nil where there is none.
type Outputs struct {
	Weights *Output `json:"weights,omitempty"`
	D1      *Output `json:"d1,omitempty"`
	D2      *Output `json:"d2,omitempty"`
	Labels  *Output `json:"labels,omitempty"`
	Target  *Output `json:"target,omitempty"`
}

func (o *Outputs) at(k Kind) **Output {
	return [...]**Output{&o.Weights, &o.D1, &o.D2, &o.Labels, &o.Target}[k]
}

// Output is a file made.
type Output struct {
	Path   Path    `json:"path"` // from the output root
	Dtype  string  `json:"dtype"`
	Bytes  int64   `json:"bytes"`
	SHA256 Digest  `json:"sha256"`
	Min    Extreme `json:"min"`
	Max    Extreme `json:"max"`
}

// manifest is what is known of the outputs below an output root.
//
// Every line is a claim: this input, with these parameters, gave files with these
// digests. A claim holds if the files on the disk agree, whoever wrote it and
// when, so the order of lines and files means nothing, and several processes can
// each write a file of their own, weightmap.NAME.jsonl: they are read as one. A run
// that has the root to itself adds to weightmap.jsonl, and at its end puts
// everything there, sorted, and removes the other files. A line that is cut off,
// cannot be read or says what cannot be claims nothing.
type manifest struct {
	dir     string
	journal journal

	mu      sync.Mutex
	records map[manifestKey]*Record
	shared  sharing
	files   []string // that were read
	damaged []badLine
	untidy  bool // the file on disk is not what rewrite would make
}

// place is that of a line.
type place struct {
	file   string // the manifest's name
	number int    // from 1
}

// badLine is a line of a manifest that cannot be read.
type badLine struct {
	place
	err error
}

type manifestKey struct{ item, suffix string }

func (r *Record) key() manifestKey { return manifestKey{string(r.Item), r.Suffix} }

func (k manifestKey) compare(l manifestKey) int {
	return cmp.Or(strings.Compare(k.item, l.item), strings.Compare(k.suffix, l.suffix))
}

// recordLine keeps the parameters as text: most lines of a manifest have the same,
// and share them in memory.
type recordLine struct {
	*Record
	Parameters json.RawMessage `json:"parameters"`
}

// openManifest reads the manifest of an output root; without any it is empty.
func openManifest(dir string) (*manifest, error) {
	m := newManifest(dir)
	m.journal.path = filepath.Join(dir, ManifestName)
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	in := manifestReader{m: m}
	for _, e := range entries {
		if !isManifest(e.Name()) || e.IsDir() {
			continue
		}
		m.files = append(m.files, e.Name())
		if err := readLines(filepath.Join(dir, e.Name()), in.line); err != nil {
			return nil, err
		}
	}
	m.untidy = m.untidy || len(m.damaged) > 0 || len(m.files) > 1
	return m, nil
}

func newManifest(dir string) *manifest {
	return &manifest{dir: dir, records: map[manifestKey]*Record{}, shared: newSharing()}
}

// manifestReader takes the lines of the last of a manifest's files.
type manifestReader struct {
	m    *manifest
	last Path // item
}

func (in *manifestReader) line(number int, _ int64, line []byte) {
	file := len(in.m.files) - 1
	bad := func(err error) {
		in.m.damaged = append(in.m.damaged, badLine{place{in.m.files[file], number}, err})
	}
	if line == nil {
		bad(fmt.Errorf("it is longer than %d MB", maxLine>>20))
		return
	}
	l := recordLine{Record: &Record{}}
	if err := unmarshalStrict(line, &l); err != nil {
		bad(err)
		return
	}
	if err := l.check(); err != nil {
		bad(err)
		return
	}
	p, ok := in.m.shared.parameters[string(l.Parameters)]
	if !ok {
		p = &Parameters{}
		if err := unmarshalStrict(l.Parameters, p); err != nil {
			bad(fmt.Errorf("its parameters: %w", err))
			return
		}
		in.m.shared.parameters[string(l.Parameters)] = p
	}
	r := l.Record
	r.Parameters, r.file, r.line = p, int32(file), int32(number)
	in.m.shared.share(r)
	r.other = in.m.records[r.key()]
	in.m.records[r.key()] = r
	in.m.untidy = in.m.untidy || r.Item < in.last
	in.last = r.Item
}

// check is an error if a record says what none does that this program wrote. Nobody
// is led elsewhere by a line that somebody edited.
func (r *Record) check() error {
	switch {
	case r.Item == "":
		return errors.New("it names no item")
	case !filepath.IsLocal(filepath.FromSlash(string(r.Item))):
		return fmt.Errorf("the item %s is not below the folder", r.Item)
	case len(r.Shape) != 2 && len(r.Shape) != 3:
		return fmt.Errorf("no mask has the shape %v", r.Shape)
	case r.Input.Path == "":
		return errors.New("it names no mask")
	}
	any := false
	for _, k := range Kinds {
		out := *r.Outputs.at(k)
		if out == nil {
			continue
		}
		any = true
		if want := fileName(string(r.Item), r.Suffix, k); string(out.Path) != want {
			return fmt.Errorf("its %v would be %s, and not %s", k, want, out.Path)
		}
	}
	if !any {
		return errors.New("it names no output")
	}
	return nil
}

// isManifest reports whether the file is a manifest, of whichever writer.
func isManifest(name string) bool {
	return name == ManifestName || strings.HasPrefix(name, "weightmap.") && strings.HasSuffix(name, ".jsonl")
}

// inputPath is the path of the mask, by a manifest in dir.
func (r *Record) inputPath(dir string) string { return fromManifest(dir, r.Input.Path) }

// fromManifest is a path that a manifest in dir has.
func fromManifest(dir string, p Path) string {
	path := filepath.FromSlash(string(p))
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// unmarshalStrict is [json.Unmarshal], and refuses a null in place of a value.
func unmarshalStrict(text []byte, v any) error {
	if string(text) == "null" || len(text) == 0 {
		return errors.New("no value")
	}
	return json.Unmarshal(text, v)
}

// of returns what is claimed of an item; the others follow by other.
func (m *manifest) of(item, suffix string) *Record {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.records[manifestKey{item, suffix}]
}

// add writes a claim that takes the place of all others on its item.
func (m *manifest) add(r *Record) error {
	parameters, err := json.Marshal(r.Parameters)
	if err != nil {
		return err
	}
	m.mu.Lock()
	r.Parameters = first(m.shared.parameters, string(parameters), r.Parameters)
	m.shared.share(r)
	m.records[r.key()] = r
	m.untidy = true
	m.mu.Unlock()
	_, err = m.journal.append(r)
	return err
}

// place is where the record was read.
func (m *manifest) place(r *Record) place { return place{m.files[r.file], int(r.line)} }

// keep drops the other claims on the item of a claim that holds.
func (m *manifest) keep(r *Record) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.records[r.key()] != r || r.other != nil {
		m.records[r.key()] = r
		r.other = nil
		m.untidy = true
	}
}

// close ends the writing, and tidies up if there is need.
func (m *manifest) close() error {
	if !m.untidy {
		return m.journal.close()
	}
	keys := make([]manifestKey, 0, len(m.records))
	for k := range m.records {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, manifestKey.compare)
	err := m.journal.rewrite(func(yield func(any) bool) {
		for _, k := range keys {
			for r := m.records[k]; r != nil; r = r.other {
				if !yield(r) {
					return
				}
			}
		}
	})
	if err != nil {
		return err
	}
	m.untidy = false
	for _, name := range m.files {
		if name == ManifestName {
			continue
		}
		if err := os.Remove(filepath.Join(m.dir, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}
