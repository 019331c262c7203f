// Package atomicfile writes files that are there whole or not at all.
//
// A file is written under a temporary name in the folder it is meant for, synced
// to the disk and renamed, and then the folder is synced. Whoever opens the path,
// at whatever moment, even after the program was killed or the power failed, finds
// what was there before or all of what was written.
//
//	err := atomicfile.Write("out/a.npy", func(w io.Writer) error {
//		return npy.Write(w, g)
//	})
//
// A program that is killed leaves its temporary file behind. [IsTemp] tells such
// leftovers by their names, so that a later run can remove them.
package atomicfile

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

const prefix, suffix = ".weightmap-", ".tmp"

// IsTemp reports whether the name, with or without its folder, is that of a
// temporary file of this package.
func IsTemp(name string) bool {
	name = filepath.Base(name)
	return strings.HasPrefix(name, prefix) && strings.HasSuffix(name, suffix) && len(name) > len(prefix)+len(suffix)
}

// Write makes the file at path hold what write writes, with the permissions that
// [os.Create] would give a new file. A symbolic link at path is replaced, and what
// it points to is left alone. What write writes is buffered.
//
// When write or anything else fails, or write panics, the temporary file is
// removed, what was at path is untouched, and the error names path. The one
// exception is a folder that cannot be synced: the file is in its place then, but
// might not outlive a power failure.
func Write(path string, write func(w io.Writer) error) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("%s: %w", path, cause(err))
		}
	}()
	// Rename would refuse this too, but only after all the work is done.
	if info, err := os.Lstat(path); err == nil && info.IsDir() {
		return syscall.EISDIR
	}
	dir := filepath.Dir(path)
	f, err := create(dir)
	if err != nil {
		return err
	}
	done := false
	defer func() {
		if !done {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	w := bufio.NewWriterSize(file{f}, 1<<16)
	if err := write(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	done = true
	return syncDir(dir)
}

// create opens a new temporary file. Its name owes nothing to the file it will
// become, whose own may be as long as the file system allows. os.CreateTemp would
// keep others from reading it.
func create(dir string) (*os.File, error) {
	for {
		name := filepath.Join(dir, prefix+strings.ToLower(rand.Text())+suffix)
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}

// file takes the temporary name out of write errors, which would only puzzle.
type file struct{ f *os.File }

func (f file) Write(p []byte) (int, error) {
	n, err := f.f.Write(p)
	return n, cause(err)
}

// cause is the error without the operation and the path of the os package.
func cause(err error) error {
	switch e := err.(type) {
	case *fs.PathError:
		return e.Err
	case *os.LinkError:
		return e.Err
	}
	return err
}

// syncDir makes a rename in the folder last. Windows has no such call, and some
// network file systems say that they have none.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if errors.Is(err, fs.ErrPermission) {
		return nil // a folder one may write to and not read
	}
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}
