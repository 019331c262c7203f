package dataset

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash/maphash"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// Digest is the SHA-256 of a file's bytes.
type Digest [sha256.Size]byte

// String is the digest in hexadecimal, as sha256sum prints it.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// MarshalText writes what String returns.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what String returns.
func (d *Digest) UnmarshalText(text []byte) error {
	n, err := hex.Decode(d[:], text[:min(len(text), 2*len(d))])
	if err == nil && (n != len(d) || len(text) != 2*len(d)) {
		err = fmt.Errorf("%d characters are no SHA-256", len(text))
	}
	return err
}

// stamp is what the file system says of a file. Whoever changes a file changes its
// stamp; CTime no program can set back.
type stamp struct {
	Size  int64  `json:"size"`
	MTime int64  `json:"mtime"` // ns
	CTime int64  `json:"ctime"` // ns; 0 where there is none
	Inode uint64 `json:"inode"` // 0 where there is none
}

// cacheName is the file in which an output root remembers digests.
const cacheName = ".weightmap.cache"

// settled is how old a change must be before a stamp vouches for the contents: a
// file that changes twice within one tick of its file system's clock, which is two
// seconds at worst, has the same stamp after both.
const settled = 2 * time.Second

// digests remembers the digest a file had when it bore a stamp, so that a data set
// that did not change need not be read again. It knows nothing that could not be
// found out anew: without its file all is the same, only slower. Of a line in the file it
// keeps in memory only where it is, by a hash of the path. It is safe for use by several
// goroutines.
type digests struct {
	dir     string // what paths are relative to
	path    string // of the file, "" if there is none
	journal journal
	seed    maphash.Seed

	mu    sync.Mutex
	lines map[uint64]int64   // where in the file they are
	known map[string]stamped // what is not in the file
	file  *os.File           // to read those lines
	dead  int                // lines that others replaced
}

type stamped struct {
	stamp
	sum Digest
}

// cacheLine is a line of the cache file.
type cacheLine struct {
	Path Path `json:"path"`
	stamp
	SHA256 Digest `json:"sha256"`
}

// newDigests knows nothing, and writes nothing.
func newDigests(dir string) *digests {
	return &digests{dir: dir, seed: maphash.MakeSeed(), lines: map[uint64]int64{}, known: map[string]stamped{}}
}

// openDigests reads the cache of an output root, unless fresh, and adds to it
// only if write.
func openDigests(dir string, fresh, write bool) (*digests, error) {
	d := newDigests(dir)
	d.path = filepath.Join(dir, cacheName)
	if write {
		d.journal.path = d.path
	}
	if fresh {
		return d, nil
	}
	err := readLines(d.path, func(_ int, at int64, line []byte) {
		var l struct{ Path Path }
		if unmarshalStrict(line, &l) == nil {
			d.has(string(l.Path), at)
		}
	})
	return d, err
}

// has notes where the line of a path is.
func (d *digests) has(key string, at int64) {
	h := maphash.String(d.seed, key)
	if _, ok := d.lines[h]; ok {
		d.dead++
	}
	d.lines[h] = at
}

// recall returns what is remembered of a path.
func (d *digests) recall(key string) (stamped, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if k, ok := d.known[key]; ok {
		return k, true
	}
	at, ok := d.lines[maphash.String(d.seed, key)]
	if !ok {
		return stamped{}, false
	}
	l, err := d.line(at)
	if err != nil || string(l.Path) != key { // two paths may have one hash
		return stamped{}, false
	}
	return stamped{l.stamp, l.SHA256}, true
}

// line reads the line at an offset.
func (d *digests) line(at int64) (l cacheLine, err error) {
	if d.file == nil {
		if d.file, err = os.Open(d.path); err != nil {
			return l, err
		}
	}
	text, err := lineAt(d.file, at)
	if err != nil {
		return l, err
	}
	return l, unmarshalStrict(text, &l)
}

// of returns the digest of the file and the stamp it bears: remembered if the
// stamp is still the same, else by reading it.
func (d *digests) of(ctx context.Context, path string) (Digest, stamp, error) {
	now, err := statFile(path)
	if err != nil {
		return Digest{}, now, err
	}
	key := d.key(path)
	if old, ok := d.recall(key); ok && old.stamp == now {
		return old.sum, now, nil
	}
	sum, err := sumFile(ctx, path)
	if err != nil {
		return sum, now, err
	}
	after, err := statFile(path)
	if err != nil {
		return sum, now, err
	}
	if after != now {
		return sum, now, errChanged(path)
	}
	if age := time.Since(time.Unix(0, max(now.MTime, now.CTime))); age > settled {
		d.remember(key, now, sum)
	}
	return sum, now, nil
}

// wrote remembers a file that was just written, with the digest of what was written.
func (d *digests) wrote(path string, sum Digest) error {
	now, err := statFile(path)
	if err == nil {
		d.remember(d.key(path), now, sum)
	}
	return err
}

func (d *digests) remember(key string, s stamp, sum Digest) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.journal.path == "" {
		d.known[key] = stamped{s, sum}
		return
	}
	// What cannot be remembered is found out again.
	if at, err := d.journal.append(cacheLine{Path(key), s, sum}); err == nil {
		d.has(key, at)
	}
}

// key is the path under which a file is remembered.
func (d *digests) key(path string) string { return relative(d.dir, path) }

// close ends the writing, and drops what was replaced once that is the larger part.
func (d *digests) close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	err := d.journal.close()
	if err == nil && d.journal.path != "" && d.dead > len(d.lines) {
		err = d.tidy()
	}
	if d.file != nil {
		d.file.Close()
	}
	return err
}

// tidy leaves the lines that count, in their order. Those that were read stay where they
// are until all are written.
func (d *digests) tidy() error {
	var keep []cacheLine
	for _, at := range slices.Sorted(maps.Values(d.lines)) {
		l, err := d.line(at)
		if err != nil {
			continue // somebody else wrote to the file
		}
		keep = append(keep, l)
	}
	if d.file != nil { // which Windows would not replace
		d.file.Close()
		d.file = nil
	}
	return d.journal.rewrite(func(yield func(any) bool) {
		for _, l := range keep {
			if !yield(l) {
				return
			}
		}
	})
}

// errChanged is the error of a file that somebody writes while it is read.
func errChanged(path string) error {
	return fmt.Errorf("%s: the file changed while it was read", path)
}

func sumFile(ctx context.Context, path string) (sum Digest, err error) {
	f, err := openRegular(path)
	if err != nil {
		return sum, err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, contextReader{ctx, f}); err != nil {
		return sum, err
	}
	h.Sum(sum[:0])
	return sum, nil
}

// contextReader ends a long read when the context does.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// contextReaderAt ends the reading of a long file when the context does.
type contextReaderAt struct {
	ctx context.Context
	r   io.ReaderAt
}

func (c contextReaderAt) ReadAt(p []byte, at int64) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.ReadAt(p, at)
}
