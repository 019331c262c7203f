package tiff_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/weightmap/weightmap/internal/tiff"
)

func pixels(content []byte) ([]int32, error) {
	f, err := tiff.Open(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, err
	}
	g, err := tiff.Read[int32](f, f.Pages)
	if err != nil {
		return nil, err
	}
	return g.Data, nil
}

// blobs are ids as masks have them: runs of equal numbers, which deflate and zstd
// make short.
func blobs(width, height int) []uint64 {
	ids := make([]uint64, width*height)
	for i := range ids {
		if x, y := i%width, i/width; x%9 < 6 && y%7 < 5 {
			ids[i] = uint64(1 + x/9 + 5*(y/7))
		}
	}
	return ids
}

// Whichever bit of what is compressed is wrong, no other ids are read than those that
// were written.
func TestFlippedBitsGiveNoOtherIDs(t *testing.T) {
	for _, compression := range []int{8, 32946, 50000} {
		l := plain(45, 35)
		l.compression = compression
		raw := blobs(l.width, l.height)
		content := encode([]layout{l}, [][]uint64{raw})
		want, err := pixels(content)
		if err != nil {
			t.Fatal(err)
		}
		stored := make([]byte, len(raw))
		for i, v := range raw {
			stored[i] = byte(v)
		}
		stream := compress(compression, stored)
		at := bytes.Index(content, stream)
		if at < 0 {
			t.Fatalf("compression %d: the strip is not where it should be", compression)
		}
		for bit := range 8 * len(stream) {
			content[at+bit/8] ^= 1 << (bit % 8)
			if got, err := pixels(content); err == nil && !slices.Equal(got, want) {
				t.Errorf("compression %d, bit %d of %d: other ids are read without an error", compression, bit, 8*len(stream))
			}
			content[at+bit/8] ^= 1 << (bit % 8)
		}
	}
}

// A strip may have more rows than the image, but its checksum must be right then too,
// and there is an end to it.
func TestStripsWithMoreRowsThanTheImage(t *testing.T) {
	const tagHeight = 257
	for _, compression := range []int{8, 50000} {
		l := plain(45, 35)
		l.compression = compression
		content := encode([]layout{l}, [][]uint64{blobs(l.width, l.height)})
		patch(content, tagHeight, 20)
		got, err := pixels(content)
		if err != nil || len(got) != 45*20 {
			t.Errorf("compression %d: %d pixels, %v", compression, len(got), err)
		}

		l = plain(45, 3500)
		l.compression = compression
		content = encode([]layout{l}, [][]uint64{blobs(l.width, l.height)})
		patch(content, tagHeight, 1)
		if _, err := pixels(content); err == nil || !strings.Contains(err.Error(), "far more") {
			t.Errorf("compression %d: 3499 rows too many: %v", compression, err)
		}
	}
}
