package npy_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weightmap/weightmap/internal/judge"
	"github.com/weightmap/weightmap/internal/npy"
)

func TestTextAsNumPyWritesIt(t *testing.T) {
	dir := t.TempDir()
	texts := []string{"x", "mask 7: the value −1 is no object id", strings.Repeat("long ", 1000)}
	for i := range 70 { // every length of header around a multiple of 64
		texts = append(texts, strings.Repeat("y", 1<<min(i, 20)+i))
	}
	for i, text := range texts {
		var b bytes.Buffer
		if err := npy.WriteText(&b, text); err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(dir, string(rune('A'+i)))
		if err := os.WriteFile(name+".npy", b.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name+".txt", []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	out := judge.Python(t, `
		import glob, io, numpy as np, sys
		paths = glob.glob(glob.escape(sys.argv[1]) + '/*.npy')
		for path in paths:
			a, text = np.load(path), open(path[:-3] + 'txt', 'rb').read()
			assert a.shape == () and a.dtype.kind == 'S' and a.item() == text, path
			b = io.BytesIO()
			np.save(b, np.array(text))
			assert b.getvalue() == open(path, 'rb').read(), path
		print(len(paths))
	`, dir)
	if strings.TrimSpace(out) != "73" {
		t.Errorf("NumPy compared %s files", out)
	}
}

// There is no string of no bytes in NumPy, and what is written must be read.
func TestNoTextIsRead(t *testing.T) {
	dir := t.TempDir()
	var b bytes.Buffer
	if err := npy.WriteText(&b, ""); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "empty.npy")
	if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	judge.Python(t, `
		import numpy as np, sys
		assert np.load(sys.argv[1]).item() == b''
	`, path)
}
