package dataset

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"

	"github.com/weightmap/weightmap/internal/atomicfile"
)

// maxLine is the longest line that is taken for one of ours.
const maxLine = 1 << 24

// readLines calls line with the number, from 1, the offset and the text of every line of
// the file that ends in a newline; the text of one that is too long is nil. The last line
// may have been cut off by a crash: it tells nothing, and is left out. A file that does not
// exist has no lines.
func readLines(path string, line func(number int, at int64, text []byte)) error {
	f, err := openRegular(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 1<<16)
	var long []byte // the beginning of a line that is longer than the buffer
	length, at := 0, int64(0)
	for n := 1; ; {
		part, err := in.ReadSlice('\n')
		length += len(part)
		switch {
		case err == bufio.ErrBufferFull:
			if length <= maxLine {
				long = append(long, part...)
			}
			continue
		case err == io.EOF:
			return nil
		case err != nil:
			return fmt.Errorf("%s: %w", path, cause(err))
		}
		text := part[:len(part)-1]
		if length > len(part) {
			text = append(long, text...)
		}
		switch {
		case length > maxLine:
			line(n, at, nil)
		case len(bytes.TrimSpace(text)) > 0:
			line(n, at, text)
		}
		at += int64(length)
		long, length = long[:0], 0
		n++
	}
}

// lineAt reads the line that starts at an offset, without its newline.
func lineAt(f io.ReaderAt, at int64) ([]byte, error) {
	for n := 1 << 10; ; n *= 4 {
		text := make([]byte, n)
		k, err := f.ReadAt(text, at)
		if i := bytes.IndexByte(text[:k], '\n'); i >= 0 {
			return text[:i], nil
		}
		if err != nil {
			return nil, err
		}
		if n > maxLine {
			return nil, bufio.ErrTooLong
		}
	}
}

// A journal is a file of JSON values, one a line, to which lines are added. It is
// safe for use by several goroutines.
type journal struct {
	mu   sync.Mutex
	path string
	file *os.File
	torn bool // the file may not end in a newline
}

// append adds v as a line, in one write, so that a crash leaves at most one line
// cut off, and the next one starts afresh. It returns where the line is, if nobody else
// wrote at the same time.
func (j *journal) append(v any) (at int64, err error) {
	line, err := marshalLine(v)
	if err != nil {
		return 0, err
	}
	size := int64(len(line))
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.file == nil {
		if isLink(j.path) {
			if err := replaceLink(j.path); err != nil {
				return 0, err
			}
		}
		f, err := openOwn(j.path, os.O_RDWR|os.O_CREATE|os.O_APPEND)
		if err != nil {
			return 0, err
		}
		j.file, j.torn = f, !endsInNewline(f)
	}
	if j.torn {
		line = append([]byte("\n"), line...)
	}
	_, err = j.file.Write(line)
	if j.torn = err != nil; j.torn {
		return 0, err
	}
	end, err := j.file.Seek(0, io.SeekCurrent)
	return end - size, err
}

func (j *journal) close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.file == nil {
		return nil
	}
	err := j.file.Close()
	j.file = nil
	return err
}

func endsInNewline(f *os.File) bool {
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil || size == 0 {
		return err == nil
	}
	var last [1]byte
	_, err = f.ReadAt(last[:], size-1)
	return err == nil && last[0] == '\n'
}

// marshalLine is v as JSON and a newline. Names like <a>&b stay readable.
func marshalLine(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b.Bytes(), err
}

// rewrite replaces the journal by those values, whole or not at all.
func (j *journal) rewrite(values func(yield func(any) bool)) error {
	if err := j.close(); err != nil {
		return err
	}
	return atomicfile.Write(j.path, func(w io.Writer) error {
		for v := range values {
			line, err := marshalLine(v)
			if err != nil {
				return err
			}
			if _, err := w.Write(line); err != nil {
				return err
			}
		}
		return nil
	})
}
