package dataset

import "bytes"

// ReadBytes reads the content of a file.
func ReadBytes(content []byte, o ReadOptions) (*Image, error) {
	return read(&file{bytes.NewReader(content), int64(len(content))}, o)
}
