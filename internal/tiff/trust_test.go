package tiff_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/weightmap/weightmap/internal/dtype"
	"github.com/weightmap/weightmap/internal/tiff"
)

func plain(width, height int) layout {
	return layout{order: binary.LittleEndian, compression: 1, predictor: 1, bits: 8, format: 1,
		width: width, height: height, samples: 1, photometric: 1, tileHeight: max(1, height)}
}

// read opens the file and reads all its pages.
func read(content []byte) error {
	f, err := tiff.Open(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return err
	}
	if _, err := f.Axes(); err != nil {
		return err
	}
	for _, p := range f.Pages {
		if _, err := tiff.Read[int64](f, []*tiff.Page{p}); err != nil {
			return err
		}
	}
	return nil
}

func TestRefused(t *testing.T) {
	change := func(f func(*layout)) []byte {
		l := plain(4, 3)
		f(&l)
		return encode([]layout{l}, [][]uint64{make([]uint64, max(1, l.width*l.height*l.samples))})
	}
	for want, content := range map[string][]byte{
		"no TIFF file":             []byte("II*\x01\x08\x00\x00\x00"),
		"JPEG":                     change(func(l *layout) { l.compression = 7 }),
		"LZMA":                     change(func(l *layout) { l.compression = 34925 }),
		"code 12345":               change(func(l *layout) { l.compression = 12345 }),
		"of kind 6":                change(func(l *layout) { l.photometric = 6 }),
		"65 bits of format 1":      change(func(l *layout) { l.bits = 65 }),
		"24 bits of format 2":      change(func(l *layout) { l.bits, l.format = 24, 2 }),
		"4 bits of format 2":       change(func(l *layout) { l.bits, l.format = 4, 2 }),
		"64 bits of format 6":      change(func(l *layout) { l.bits, l.format = 64, 6 }),
		"a volume of 5 slices":     change(func(l *layout) { l.depth = 5 }),
		"predictor 3 does not":     change(func(l *layout) { l.compression, l.predictor = 8, 3 }),
		"predictor 7 does not":     change(func(l *layout) { l.compression, l.predictor = 8, 7 }),
		"predictor 2 does not":     change(func(l *layout) { l.compression, l.predictor, l.bits = 8, 2, 4 }),
		"declares 0×3":             change(func(l *layout) { l.width = 0 }),
		"0 samples":                change(func(l *layout) { l.samples = 0 }),
		"tiles or strips of 4×0":   patched(278, 0),
		"beyond the end":           patched(273, 1<<30),
		"has 5 bytes where 12":     patched(279, 5),
		"1 strips where 1×3×1 are": patched(278, 1),
	} {
		if err := read(content); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, not %v", want, err)
		}
	}
}

// patched is a plain file with a tag set to a value.
func patched(id uint16, value uint32) []byte {
	content := encode([]layout{plain(4, 3)}, [][]uint64{make([]uint64, 12)})
	patch(content, id, value)
	return content
}

func TestPagesInALoop(t *testing.T) {
	content := encode([]layout{plain(4, 3)}, [][]uint64{make([]uint64, 12)})
	binary.LittleEndian.PutUint32(content[len(content)-4:], binary.LittleEndian.Uint32(content[4:]))
	if err := read(content); err == nil || !strings.Contains(err.Error(), "page before it") {
		t.Error(err)
	}
}

func TestTruncatedAnywhere(t *testing.T) {
	for _, compression := range []int{1, 5, 8, 32773, 50000} {
		l := plain(7, 9)
		l.compression, l.tileHeight = compression, 4
		content := encode([]layout{l, l}, [][]uint64{make([]uint64, 63), make([]uint64, 63)})
		for n := range content {
			if err := read(content[:n]); err == nil {
				t.Fatalf("compression %d: %d of %d bytes are read without an error", compression, n, len(content))
			}
		}
	}
}

func TestFlippedBits(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	all := layouts()
	for range 3000 {
		l := all[r.IntN(len(all))]
		bits, _ := random(l, r)
		content := encode([]layout{l}, [][]uint64{bits})
		for range 1 + r.IntN(4) {
			content[r.IntN(len(content))] ^= 1 << r.IntN(8)
		}
		if took := memory(func() { read(content) }); took > 64<<20 {
			t.Fatalf("%v: %d bytes of memory", l, took)
		}
	}
}

// Small files that declare much take no memory.
func TestBombs(t *testing.T) {
	bomb := func(width, height int64, compression int, f func(*layout)) []byte {
		l := plain(2, 2)
		l.compression = compression
		if f != nil {
			f(&l)
		}
		content := encode([]layout{l}, [][]uint64{make([]uint64, 4*l.samples)})
		for id, v := range map[uint16]int64{256: width, 257: height, 278: height} {
			if id != 278 || l.tileWidth == 0 {
				patch(content, id, uint32(v))
			}
		}
		return content
	}
	bombs := map[string][]byte{}
	for _, compression := range []int{1, 5, 8, 32773, 50000} {
		for _, size := range [][2]int64{{100_000, 100_000}, {30_000, 30_000}, {math.MaxInt32, math.MaxInt32}, {1 << 30, 1}, {1, 1 << 30}, {math.MaxUint32, 1}} {
			bombs[fmt.Sprintf("%d %v", compression, size)] = bomb(size[0], size[1], compression, nil)
		}
	}
	bombs["samples"] = bomb(30_000, 30_000, 8, func(l *layout) { l.samples = 30_000 })
	bombs["tiles"] = bomb(2, 2, 50000, func(l *layout) { l.tileWidth, l.tileHeight = 16, 16 })
	patch(bombs["tiles"], 322, 1<<16)
	patch(bombs["tiles"], 323, 1<<16)
	l := plain(1, 1)
	for name, description := range map[string]string{
		"ImageJ":    "ImageJ=1.11a\nimages=2000000000\nslices=2000000000\n",
		"ImageJ 2":  "ImageJ=1.11a\nchannels=60000\nslices=60000\nframes=60000\n",
		"OME":       `<OME ><Image><Pixels DimensionOrder="XYCZT" SizeC="60000" SizeZ="60000" SizeT="60000"/></Image></OME>`,
		"tifffile":  `{"shape": [2000000000, 1, 1], "axes": "ZYX"}`,
		"truncated": `{"shape": [9223372036854775807, 1, 1], "truncated": true}`,
	} {
		l.description = description
		bombs[name] = encode([]layout{l, l}, [][]uint64{{1}, {2}})
	}
	for name, content := range bombs {
		took := memory(func() {
			err := read(content)
			if err == nil && name != "tifffile" && name != "truncated" { // which then state nothing
				t.Errorf("bomb %s is read", name)
			}
		})
		if took > 1<<20 {
			t.Errorf("bomb %s takes %d bytes", name, took)
		}
	}
}

// Pages that share a strip must not multiply the work.
func TestSharedBytesAreLimited(t *testing.T) {
	const n = 200
	pages, samples := make([]layout, n), make([][]uint64, n)
	for i := range pages {
		pages[i], samples[i] = plain(1, 1), []uint64{1}
	}
	large := plain(512, 512)
	pages[0], samples[0] = large, make([]uint64, 512*512)
	content := encode(pages, samples)
	at, strip := int(binary.LittleEndian.Uint32(content[4:])), uint32(0)
	for i := range pages {
		count := int(binary.LittleEndian.Uint16(content[at:]))
		for j := range count {
			entry := content[at+2+12*j:]
			switch id := binary.LittleEndian.Uint16(entry); {
			case id == 273 && i == 0:
				strip = binary.LittleEndian.Uint32(entry[8:])
			case id == 273:
				binary.LittleEndian.PutUint32(entry[8:], strip)
			case id == 256 || id == 257 || id == 278:
				binary.LittleEndian.PutUint32(entry[8:], 512)
			case id == 279:
				binary.LittleEndian.PutUint32(entry[8:], 512*512)
			}
		}
		at = int(binary.LittleEndian.Uint32(content[at+2+12*count:]))
	}
	if err := read(content); err == nil || !strings.Contains(err.Error(), "overlap") {
		t.Errorf("%d pages of the same %d bytes: %v", n, 512*512, err)
	}
}

// memory returns how many bytes f allocates.
func memory(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestValueErrorsSayWhere(t *testing.T) {
	l := plain(4, 3)
	l.bits = 16
	samples := make([]uint64, 12)
	samples[9] = 300
	content := encode([]layout{l}, [][]uint64{samples})
	f, err := tiff.Open(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	_, err = tiff.Read[uint8](f, f.Pages)
	var value *dtype.ValueError
	if !errors.As(err, &value) || value.Index != 9 || value.Value != "300" {
		t.Errorf("the error is %v", err)
	}
}

func FuzzRead(f *testing.F) {
	r := rand.New(rand.NewPCG(5, 6))
	for i, l := range layouts() {
		if i%17 == 0 || l.predictor == 3 {
			l.width, l.height = 5, 4
			l.tileHeight = min(l.tileHeight, 8)
			bits, _ := random(l, r)
			f.Add(encode([]layout{l}, [][]uint64{bits}))
		}
	}
	for _, description := range []string{"ImageJ=1.11a\nimages=2\nslices=2\n", `{"shape": [2, 3, 3], "axes": "ZYX"}`, `{"shape": [2, 3, 3], "truncated": true}`,
		`<OME ><Image><Pixels DimensionOrder="XYCZT" SizeC="2" SizeZ="1" SizeT="1"><TiffData IFD="0" PlaneCount="2"/></Pixels></Image></OME>`} {
		l := plain(3, 3)
		l.description = description
		f.Add(encode([]layout{l, l}, [][]uint64{make([]uint64, 9), make([]uint64, 9)}))
		f.Add(append(encode([]layout{l}, [][]uint64{make([]uint64, 9)}), make([]byte, 9)...))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		file, err := tiff.Open(bytes.NewReader(content), int64(len(content)))
		if err != nil {
			return
		}
		if axes, err := file.Axes(); err == nil && axes != nil && len(axes.Planes) != len(file.Pages) {
			t.Fatalf("%d planes, %d pages", len(axes.Planes), len(file.Pages))
		}
		for i, p := range file.Pages {
			if p.Number != i+1 {
				t.Fatalf("page %d is numbered %d", i+1, p.Number)
			}
			// A small file may hold a large image of one value; that is for the caller to limit.
			if p.Width*p.Height*p.Samples > 1<<20 {
				continue
			}
			g, err := tiff.Read[float64](file, file.Pages[i:i+1])
			if err == nil && len(g.Data) != p.Width*p.Height*p.Samples {
				t.Fatalf("%d samples of %d×%d×%d", len(g.Data), p.Width, p.Height, p.Samples)
			}
		}
	})
}
