package render

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/png"
	"io"
	"os"
)

// Text is a keyword and what it says, in Latin-1, for a PNG's tEXt chunk. The
// keyword has 1 to 79 bytes.
type Text struct{ Key, Value string }

// WritePNG writes img with the texts in its header.
func WritePNG(w io.Writer, img image.Image, texts []Text) error {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return err
	}
	// After the signature and the IHDR chunk, which are always as long.
	const head = 8 + 4 + 4 + 13 + 4
	if _, err := w.Write(b.Next(head)); err != nil {
		return err
	}
	for _, t := range texts {
		if _, err := w.Write(chunk("tEXt", t.Key+"\x00"+t.Value)); err != nil {
			return err
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

// Software is the key of the text that names the program that drew a picture.
const Software = "Software"

// DrawnBy reports whether the file at path is a PNG that WritePNG wrote with a text
// Software that starts with name.
func DrawnBy(name, path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 1024)
	n, _ := io.ReadFull(f, head)
	return bytes.HasPrefix(head[:n], []byte("\x89PNG")) && bytes.Contains(head[:n], []byte("tEXt"+Software+"\x00"+name))
}

// chunk is a PNG chunk: length, type, data, and the checksum of the latter two.
func chunk(kind, data string) []byte {
	c := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	c = append(c, kind+data...)
	return binary.BigEndian.AppendUint32(c, crc32.ChecksumIEEE(c[4:]))
}
