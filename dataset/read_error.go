package dataset

import (
	"io"
	"os"
	"sync"
)

// errorKeeper is a file that keeps the first error of reading it. A decoder may take
// a disk that fails for a file that ends, or do without what it could not read.
type errorKeeper struct {
	file *os.File
	mu   sync.Mutex
	err  error
}

func (k *errorKeeper) Read(p []byte) (int, error) {
	n, err := k.file.Read(p)
	return n, k.keep(err)
}

func (k *errorKeeper) ReadAt(p []byte, at int64) (int, error) {
	n, err := k.file.ReadAt(p, at)
	return n, k.keep(err)
}

func (k *errorKeeper) Seek(offset int64, whence int) (int64, error) {
	return k.file.Seek(offset, whence)
}

func (k *errorKeeper) keep(err error) error {
	if err != nil && err != io.EOF {
		k.mu.Lock()
		defer k.mu.Unlock()
		if k.err == nil {
			k.err = err
		}
	}
	return err
}
