package npy

import (
	"fmt"
	"io"
)

// WriteText writes what numpy.save would of numpy.array(text.encode()): an array
// without axes whose one element is a string of bytes. Of such an array numpy drops
// zeros at the end when it is read.
func WriteText(w io.Writer, text string) error {
	// NumPy has no strings of no bytes.
	if text == "" {
		text = "\x00"
	}
	if _, err := w.Write(append(header(fmt.Sprintf("|S%d", len(text)), nil), text...)); err != nil {
		return fmt.Errorf("npy: %w", err)
	}
	return nil
}
