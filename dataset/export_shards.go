package dataset

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/weightmap/weightmap/internal/atomicfile"
)

// shards writes the samples into tar files of about the same size, one after another.
// See https://github.com/webdataset/webdataset for the format.
func (e *exporter) shards(samples []Sample) error {
	if err := os.MkdirAll(e.Out, 0o777); err != nil {
		return err
	}
	all, stop := iter.Pull2(func(yield func(*packed, error) bool) {
		stopped := errors.New("no more are wanted")
		err := e.pack(samples, func(*packed) error { return nil }, func(p *packed) error {
			if !yield(p, nil) {
				return stopped
			}
			return nil
		})
		if err != nil && err != stopped {
			yield(nil, err)
		}
	})
	defer stop()
	p, err, ok := all()
	n := 0
	for ; ok && err == nil; n++ {
		to := e.shard(n)
		write := func(w io.Writer) error {
			t := tar.NewWriter(w)
			for size := int64(0); ok && err == nil && (size == 0 || size+p.tarSize() <= e.ShardSize); {
				if err := p.addTo(t); err != nil {
					return err
				}
				size += p.tarSize()
				p, err, ok = all()
			}
			if err != nil {
				return err
			}
			return t.Close()
		}
		if err := e.wrote(to, atomicfile.Write(to, func(w io.Writer) error { return e.compressed(w, write) })); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	return e.removeFrom(n)
}

// shard is the path of shard number n: data-000000.tar of the folder data.
func (e *exporter) shard(n int) string {
	return filepath.Join(e.Out, fmt.Sprintf("%s-%06d.%v", filepath.Base(absolute(e.Dir)), n, e.Format))
}

// removeFrom removes the shards that an earlier export wrote from number n on, which
// would be read as if they were of this one; none, if this one made nothing.
func (e *exporter) removeFrom(n int) error {
	for ; e.Force && n > 0; n++ {
		err := os.Remove(e.shard(n))
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		} else if err != nil {
			return err
		}
	}
	return nil
}

// compressed compresses what write writes, if the format says so, and counts it.
func (e *exporter) compressed(w io.Writer, write func(io.Writer) error) error {
	var n counter
	w = io.MultiWriter(w, &n)
	if e.Format == TarGz {
		z, err := gzip.NewWriterLevel(w, level) // no name and no time
		if err != nil {
			return err
		}
		if err := write(z); err != nil {
			return err
		}
		if err := z.Close(); err != nil {
			return err
		}
	} else if err := write(w); err != nil {
		return err
	}
	e.report.Packed += int64(n)
	return nil
}

// tarSize is how many bytes the members take in a tar file.
func (p *packed) tarSize() int64 {
	const block = 512
	size := int64(0)
	for _, m := range p.members {
		size += block + (int64(len(m.bytes))+block-1)/block*block
	}
	return size
}

// addTo writes the members, with nothing about who wrote them and when.
func (p *packed) addTo(t *tar.Writer) error {
	for _, m := range p.members {
		h := &tar.Header{
			Typeflag: tar.TypeReg, Name: key(p.Name) + "." + m.name,
			Mode: 0o644, Size: int64(len(m.bytes)), ModTime: time.Unix(0, 0),
		}
		if err := t.WriteHeader(h); err != nil {
			return fmt.Errorf("%s: %w", p.Name, err)
		}
		if _, err := t.Write(m.bytes); err != nil {
			return err
		}
	}
	return nil
}
