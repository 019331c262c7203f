package dataset

import (
	"os"
	"testing"
)

// /proc/self/mem cannot be read at 0: that is kept, whatever a decoder makes of it.
func TestErrorsOfReadingAreKept(t *testing.T) {
	f, err := os.Open("/proc/self/mem")
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	k := &errorKeeper{file: f}
	if _, err := k.Read(make([]byte, 1)); err == nil || k.err != err {
		t.Errorf("reading gives %v, and %v is kept", err, k.err)
	}
	first := k.err
	if _, err := k.ReadAt(make([]byte, 1), 1); err == nil || k.err != first {
		t.Errorf("reading gives %v, and %v is kept", err, k.err)
	}
}
