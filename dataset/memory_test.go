package dataset

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/npy"
)

// perItem is the most memory that a run may need for each item, beyond those it is
// working on.
const perItem = 1 << 10

// A run over many masks in one folder, and the next, which finds all up to date, need
// little memory for each.
func TestMemoryOfManyItems(t *testing.T) {
	if testing.Short() {
		t.Skip("runs over 15000 masks take a while")
	}
	const n = 5000
	few, many := manyMasks(t, n), manyMasks(t, 2*n)
	for _, run := range []string{"first", "second"} {
		of := liveHeap(t, few, n)
		grown := (liveHeap(t, many, 2*n) - of) / n
		t.Logf("%s run: %d bytes an item", run, grown)
		if grown > perItem {
			t.Errorf("the %s run needs %d bytes for each item, and may need %d", run, grown, perItem)
		}
		if grown < 100 {
			t.Errorf("the %s run needs %d bytes an item, which cannot be", run, grown)
		}
	}
}

// manyMasks makes a folder of so many masks, which are one file where that is possible.
func manyMasks(t *testing.T, n int) string {
	t.Helper()
	dir := t.TempDir()
	name := func(i int) string { return filepath.Join(dir, fmt.Sprintf("mask-%06d.npy", i)) }
	mask := grid.From([]uint8{1, 0, 0, 1}, 2, 2)
	for i := range n {
		from := i / 1000 * 1000 // file systems have a limit on names for one file
		if i == from || os.Link(name(from), name(i)) != nil {
			must(t, npy.WriteFile(name(i), mask))
		}
	}
	return dir
}

// liveHeap is the most memory that was in use at the beginning of a phase of a run, or
// when it was through with its last item.
func liveHeap(t *testing.T, dir string, items int) int64 {
	t.Helper()
	most, results := int64(0), 0
	o := DefaultOptions(dir)
	o.Observe = func(e Event) {
		switch e.Kind {
		case EventResult:
			if results++; results < items {
				return
			}
		case EventPhase:
		default:
			return
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		most = max(most, int64(m.HeapAlloc))
	}
	r, err := Precompute(t.Context(), o)
	must(t, err)
	if results != items || r.Failed > 0 || r.Left > 0 {
		t.Fatalf("%d of %d items, %d failed, %d left", results, items, r.Failed, r.Left)
	}
	return most
}
