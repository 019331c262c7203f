package tiff_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/dtype"
	"github.com/weightmap/weightmap/internal/tiff"
)

func Example() {
	content := encode([]layout{{order: binary.LittleEndian, compression: 8, predictor: 2, bits: 16, format: 1,
		width: 3, height: 2, samples: 1, photometric: 1, tileHeight: 1}}, [][]uint64{{0, 7, 7, 0, 0, 300}})
	f, err := tiff.Open(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		fmt.Println(err)
		return
	}
	g, err := tiff.Read[int32](f, f.Pages)
	fmt.Println(g.Shape, g.Data, f.Pages[0].Type, err)
	// Output: [1 2 3 1] [0 7 7 0 0 300] uint16 <nil>
}

// layouts is every way to write a page that the reader knows.
func layouts() (all []layout) {
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		for _, big := range []bool{false, true} {
			for _, compression := range []int{1, 5, 8, 32773, 32946, 50000} {
				if big && compression > 5 { // offsets and codecs know nothing of each other
					continue
				}
				for _, kind := range [][2]int{{1, 1}, {2, 1}, {4, 1}, {7, 1}, {8, 1}, {8, 2}, {12, 1}, {15, 1}, {17, 1}, {24, 1}, {31, 1}, {33, 1}, {48, 1}, {57, 1}, {63, 1}, {16, 1}, {16, 2}, {16, 3},
					{32, 1}, {32, 2}, {32, 3}, {64, 1}, {64, 2}, {64, 3}} {
					for _, predictor := range []int{1, 2, 3} {
						if predictor > 1 && (compression == 1 || compression == 32773 || !whole(kind[0])) || predictor == 3 && kind[1] != 3 {
							continue
						}
						for _, samples := range []int{1, 3} {
							for _, planar := range []bool{false, true}[:samples/2+1] {
								for _, tile := range [][2]int{{0, 5}, {16, 8}} {
									all = append(all, layout{order: order, big: big, compression: compression, predictor: predictor,
										bits: kind[0], format: kind[1], width: 19, height: 13, samples: samples, planar: planar,
										photometric: 1, tileWidth: tile[0], tileHeight: tile[1]})
								}
							}
						}
					}
				}
			}
		}
	}
	return all
}

// whole reports whether numbers of so many bits are what processors know.
func whole(bits int) bool { return bits == 8 || bits == 16 || bits == 32 || bits == 64 }

// random returns bit patterns of numbers, and the numbers.
func random(l layout, r *rand.Rand) (bits []uint64, values []float64) {
	for range l.width * l.height * l.samples {
		// Small enough for float64 to be exact, large enough to use every byte.
		v := r.Uint64() >> (64 - min(53, l.bits))
		switch {
		case l.format == 1:
			bits, values = append(bits, v), append(values, float64(v))
		case l.format == 2:
			i := int64(v<<(64-l.bits)) >> (64 - l.bits)
			bits, values = append(bits, uint64(i)&(math.MaxUint64>>(64-l.bits))), append(values, float64(i))
		case l.bits == 16:
			v &^= 0x4000 // no infinity
			bits, values = append(bits, v), append(values, float64(dtype.FromFloat16(uint16(v))))
		case l.bits == 32:
			v &^= 0x40000000
			bits, values = append(bits, v), append(values, float64(math.Float32frombits(uint32(v))))
		default:
			f := r.NormFloat64()
			bits, values = append(bits, math.Float64bits(f)), append(values, f)
		}
	}
	return bits, values
}

func TestEveryLayout(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, l := range layouts() {
		bits, want := random(l, r)
		bits2, want2 := random(l, r)
		content := encode([]layout{l, l}, [][]uint64{bits, bits2})
		f, err := tiff.Open(bytes.NewReader(content), int64(len(content)))
		if err != nil {
			t.Fatalf("%v: %v", l, err)
		}
		g, err := tiff.Read[float64](f, f.Pages)
		if err != nil {
			t.Fatalf("%v: %v", l, err)
		}
		if !grid.Equal(g, grid.From(append(want, want2...), 2, l.height, l.width, l.samples)) {
			t.Fatalf("%v: the samples differ", l)
		}
	}
}

// Thumbnails are no pages, but for a file that has nothing else.
func TestReducedImages(t *testing.T) {
	pages := func(subfiles ...int) int {
		var all []layout
		var samples [][]uint64
		for _, s := range subfiles {
			l := plain(2, 2)
			l.subfile = s
			all, samples = append(all, l), append(samples, make([]uint64, 4))
		}
		content := encode(all, samples)
		f, err := tiff.Open(bytes.NewReader(content), int64(len(content)))
		if err != nil {
			t.Fatal(err)
		}
		return len(f.Pages)
	}
	if a, b, c := pages(0, 1, 4, 2), pages(1, 0, 1), pages(1, 1); a != 2 || b != 1 || c != 2 {
		t.Errorf("%d, %d and %d pages, want 2, 1 and 2", a, b, c)
	}
}

func TestWhiteIsZero(t *testing.T) {
	for _, c := range []struct {
		bits, format int
		in, out      uint64
	}{{1, 1, 1, 0}, {4, 1, 3, 12}, {8, 1, 0, 255}, {12, 1, 1, 4094}, {16, 1, 1, 65534}, {32, 1, 0, 1<<32 - 1}, {8, 2, 3, 3}} {
		l := layout{order: binary.BigEndian, compression: 1, predictor: 1, bits: c.bits, format: c.format, width: 1, height: 1, samples: 1, tileHeight: 1}
		for software, want := range map[string]uint64{"scanner": c.out, "tifffile.py": c.in} {
			l.software = software
			content := encode([]layout{l}, [][]uint64{{c.in}})
			f, err := tiff.Open(bytes.NewReader(content), int64(len(content)))
			if err != nil {
				t.Fatal(err)
			}
			g, err := tiff.Read[uint64](f, f.Pages)
			if err != nil || g.Data[0] != want {
				t.Errorf("%d bits of format %d by %s: %d becomes %v, want %d; %v", c.bits, c.format, software, c.in, g, want, err)
			}
		}
	}
}

// A strip of LZW data whose end marker is missing is complete if its bytes are.
func TestLZWWithoutEndMarker(t *testing.T) {
	l := layout{order: binary.LittleEndian, compression: 1, predictor: 1, bits: 8, format: 1, width: 20, height: 10, samples: 1, photometric: 1, tileHeight: 10}
	samples := make([]uint64, 200)
	raw := make([]byte, 200)
	for i := range samples {
		samples[i], raw[i] = uint64(i), byte(i)
	}
	for _, marker := range []bool{true, false} {
		strip := lzwCodes(raw, marker)
		for cut := range 3 {
			data := strip[:len(strip)-cut]
			content := encode([]layout{l}, [][]uint64{samples})
			at := len(content)
			content = append(content, data...)
			patch(content, 259, 5)
			patch(content, 273, uint32(at))
			patch(content, 279, uint32(len(data)))
			f, err := tiff.Open(bytes.NewReader(content), int64(len(content)))
			if err != nil {
				t.Fatal(err)
			}
			g, err := tiff.Read[uint8](f, f.Pages)
			// Each code but the last takes all of its 9 bits.
			complete := len(data)*8 >= 9*(200+1)
			if complete != (err == nil) {
				t.Errorf("marker %v, %d bytes less: %v", marker, cut, err)
			}
			if err == nil && !bytes.Equal(g.Data, raw) {
				t.Errorf("marker %v, %d bytes less: the samples differ", marker, cut)
			}
		}
	}
}

// patch sets a tag of one value in a little-endian classic file of one page.
func patch(content []byte, id uint16, value uint32) {
	at := binary.LittleEndian.Uint32(content[4:])
	n := binary.LittleEndian.Uint16(content[at:])
	for i := range int(n) {
		entry := content[int(at)+2+12*i:]
		if binary.LittleEndian.Uint16(entry) == id {
			binary.LittleEndian.PutUint32(entry[8:], value)
			return
		}
	}
	panic(fmt.Sprintf("no tag %d", id))
}
