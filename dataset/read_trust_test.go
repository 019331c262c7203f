package dataset_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"github.com/weightmap/weightmap/dataset"
)

// Formats that are not read are known by their magic, whatever their name, and the
// error says what to do.
func TestRefusedFormats(t *testing.T) {
	dicom := append(make([]byte, 128), "DICM..."...)
	matlab := append(append([]byte("MATLAB 7.3 MAT-file"), make([]byte, 512-19)...), "\x89HDF\r\n\x1a\n"...)
	pair := niftiFile(1, []int16{3, 1, 1, 1}, 2, 0, nil)
	copy(pair[344:], "ni1\x00")
	for name, c := range map[string]struct {
		content []byte
		words   []string
	}{
		"hdf5":      {[]byte("\x89HDF\r\n\x1a\n......"), []string{"HDF5", "h5py", "np.save"}},
		"matlab":    {matlab, []string{"HDF5", "h5py"}},
		"dicom":     {dicom, []string{"DICOM", "dcmqi"}},
		"roi":       {[]byte("Iout\x00\xe4....."), []string{"ImageJ", "ROIs to Label Image"}},
		"roi zip":   {zipFile(t, map[string][]byte{"0001-0002.roi": []byte("Iout")}), []string{"ImageJ"}},
		"zarr zip":  {zipFile(t, map[string][]byte{"a/.zarray": []byte("{}")}), []string{"Zarr", "zarr.open"}},
		"other zip": {zipFile(t, map[string][]byte{"a.txt": nil}), []string{"without NPY arrays"}},
		"pickle":    {append([]byte("\x93NUMPY\x01\x00\x3b\x00"), "{'descr': '|O', 'fortran_order': False, 'shape': (), }     \n..."...), []string{"cellpose", "allow_pickle=True", "['masks']"}},
		"pair":      {pair, []string{"pair of files", "nibabel"}},
		"gzip":      {gzipped(t, []byte("text")), []string{"gzip", "no NIfTI"}},
		"animation": {animation(t, 3), []string{"animation of 3 frames"}},
	} {
		refused(t, write(t, name+".png", c.content), dataset.ReadOptions{}, c.words...)
	}
	for _, name := range []string{".zarray", ".zgroup", "zarr.json"} {
		dir := filepath.Join(t.TempDir(), "x.zarr")
		if err := os.Mkdir(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o666); err != nil {
			t.Fatal(err)
		}
		refused(t, dir, dataset.ReadOptions{}, "Zarr", "zarr.open")
	}
}

func TestArraysOfNPZ(t *testing.T) {
	one := encodeNPY(t, []uint8{1, 2}, 1, 2)
	two := zipFile(t, map[string][]byte{"a.npy": one, "b.npy": encodeNPY(t, []uint8{3, 4}, 1, 2), "note.txt": nil})
	refused(t, write(t, "two.npz", two), dataset.ReadOptions{}, "2 arrays (a, b)", "--key")
	refused(t, write(t, "two.npz", two), dataset.ReadOptions{Key: "c"}, `no array "c"`, "a, b")
	im, err := dataset.ReadBytes(two, dataset.ReadOptions{Key: "b"})
	if err != nil || im.Values.Data[0] != 3 {
		t.Errorf("%v, %v", im, err)
	}
	at := bytes.Index(two, one[64:]) + 100 // in the middle of the first array's header
	two[at] ^= 1
	refused(t, write(t, "damaged.npz", two), dataset.ReadOptions{Key: "a"}, "a.npy")
}

// A wrong bit in the numbers themselves is found wherever the format has a checksum.
func TestChecksums(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.CreateHeader(&zip.FileHeader{Name: "a.npy", Method: zip.Store})
	if err != nil {
		t.Fatal(err)
	}
	w.Write(encodeNPY(t, bytes.Repeat([]byte{77}, 200), 10, 20))
	z.Close()
	damaged := b.Bytes()
	damaged[bytes.Index(damaged, bytes.Repeat([]byte{77}, 200))+100] ^= 1
	refused(t, write(t, "damaged.npz", damaged), dataset.ReadOptions{}, "checksum")

	damaged = gzipped(t, niftiFile(1, []int16{2, 10, 20}, 2, 0, make([]byte, 200)))
	damaged[len(damaged)-8] ^= 1
	refused(t, write(t, "damaged.nii.gz", damaged), dataset.ReadOptions{}, "checksum")
}

// Whichever bit of what is compressed is wrong, no other ids are read than those that
// were written, also if the numbers are followed by something else.
func TestFlippedBitsGiveNoOtherIDs(t *testing.T) {
	ids := make([]byte, 30*40)
	for i := range ids {
		if x, y := i%40, i/40; x%9 < 6 && y%7 < 5 {
			ids[i] = byte(1 + x/9 + 5*(y/7))
		}
	}
	for name, content := range map[string][]byte{
		"NIfTI":           gzipped(t, niftiFile(1, []int16{2, 40, 30}, 2, 0, ids)),
		"NIfTI, and more": gzipped(t, niftiFile(1, []int16{2, 40, 30}, 2, 0, append(ids, "and more"...))),
		"NPZ":             zipFile(t, map[string][]byte{"a.npy": encodeNPY(t, ids, 30, 40)}),
		"NPZ, and more":   zipFile(t, map[string][]byte{"a.npy": append(encodeNPY(t, ids, 30, 40), "and more"...)}),
	} {
		want, err := dataset.ReadBytes(content, dataset.ReadOptions{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for bit := range 8 * len(content) {
			content[bit/8] ^= 1 << (bit % 8)
			got, err := dataset.ReadBytes(content, dataset.ReadOptions{})
			if err == nil && (!slices.Equal(got.Values.Data, want.Values.Data) || !slices.Equal(got.Values.Shape, want.Values.Shape)) {
				t.Errorf("%s, bit %d of %d: other ids are read without an error", name, bit, 8*len(content))
			}
			content[bit/8] ^= 1 << (bit % 8)
		}
	}
}

// The lengths of the axes of a NIfTI file, and its numbers, are taken as they are.
func TestNIfTISpacing(t *testing.T) {
	content := niftiFile(1, []int16{3, 2, 1, 1}, 2, 0, []byte{5, 6})
	for i, s := range []float32{0, 0.5, 0.75, 4} {
		binary.LittleEndian.PutUint32(content[76+4*i:], math.Float32bits(s))
	}
	im, err := dataset.ReadBytes(content, dataset.ReadOptions{})
	if err != nil || fmt.Sprint(im.Spacing, im.Values.Shape, im.Values.Data) != "[4 0.75 0.5] [1 1 2] [5 6]" {
		t.Errorf("%+v, %v", im, err)
	}
	for _, bad := range []float32{0, -1, float32(math.NaN()), float32(math.Inf(1))} {
		binary.LittleEndian.PutUint32(content[80:], math.Float32bits(bad))
		im, err := dataset.ReadBytes(content, dataset.ReadOptions{})
		if err != nil || im.Spacing != nil || !strings.Contains(im.Warning, "spacing") {
			t.Errorf("spacing %v: %+v, %v", bad, im, err)
		}
	}
	binary.LittleEndian.PutUint32(content[112:], math.Float32bits(0.5))
	refused(t, write(t, "scaled.nii", content), dataset.ReadOptions{}, "slope 0.5", "2.5", "whole numbers")
}

// bombs are small files that declare large images.
func bombs(t testing.TB) map[string][]byte {
	all := map[string][]byte{}
	for name, size := range map[string][2]uint32{
		"huge.png":       {100_000, 100_000},
		"impossible.png": {40_000, 40_000}, // within the pixels allowed
		"overflow.png":   {1<<31 - 1, 1<<31 - 1},
		"overflow2.png":  {1<<32 - 1, 1<<32 - 1},
	} {
		b := encodePNG(t, image.NewGray16(image.Rect(0, 0, 2, 2)))
		binary.BigEndian.PutUint32(b[16:], size[0])
		binary.BigEndian.PutUint32(b[20:], size[1])
		binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
		all[name] = b
	}
	for _, shape := range []string{"(100000, 100000)", "(40000, 40000)", "(9223372036854775807, 3)"} {
		head := "{'descr': '|u1', 'fortran_order': False, 'shape': " + shape + ", }"
		b := append([]byte("\x93NUMPY\x01\x00"+string(rune(len(head)))+"\x00"+head), make([]byte, 1000)...)
		all[shape+".npy"] = b
		all[shape+".npz"] = zipFile(t, map[string][]byte{"a.npy": b})
		// One that lies about the length of the array as well.
		lie := zipFile(t, map[string][]byte{"a.npy": b})
		directory := bytes.LastIndex(lie, []byte("PK\x01\x02"))
		binary.LittleEndian.PutUint32(lie[directory+24:], 1<<32-2)
		all[shape+" lie.npz"] = lie
	}
	for name, dims := range map[string][]int16{"cube": {3, 32767, 32767, 32767}, "slice": {2, 32767, 32767}, "seven": {7, 32767, 32767, 32767, 32767, 32767, 32767, 32767}, "negative": {2, -5, 5}} {
		for version := 1; version <= 2; version++ {
			b := niftiFile(version, dims, 512, 0, make([]byte, 100))
			all[fmt.Sprintf("%s%d.nii", name, version)] = b
			all[fmt.Sprintf("%s%d.nii.gz", name, version)] = gzipped(t, b)
		}
	}
	offset := niftiFile(2, []int16{2, 2, 2}, 2, 1<<40, make([]byte, 100))
	all["offset.nii.gz"] = gzipped(t, offset)

	for _, size := range []uint32{100_000, 40_000} {
		for _, compression := range []tiff.CompressionType{tiff.Uncompressed, tiff.Deflate} {
			var b bytes.Buffer
			if err := tiff.Encode(&b, image.NewGray(image.Rect(0, 0, 2, 2)), &tiff.Options{Compression: compression}); err != nil {
				t.Fatal(err)
			}
			at := binary.LittleEndian.Uint32(b.Bytes()[4:])
			for i := range int(binary.LittleEndian.Uint16(b.Bytes()[at:])) {
				entry := b.Bytes()[int(at)+2+12*i:]
				switch binary.LittleEndian.Uint16(entry) {
				case 256, 257, 278: // width, height, rows a strip
					binary.LittleEndian.PutUint16(entry[2:], 4)
					binary.LittleEndian.PutUint32(entry[8:], size)
				}
			}
			all[fmt.Sprintf("%d %v.tif", size, compression)] = b.Bytes()
		}
	}

	gray := image.NewPaletted(image.Rect(0, 0, 2, 2), color.Palette{color.Black, color.White})
	var b bytes.Buffer
	if err := bmp.Encode(&b, gray); err != nil {
		t.Fatal(err)
	}
	binary.LittleEndian.PutUint32(b.Bytes()[18:], 40_000)
	binary.LittleEndian.PutUint32(b.Bytes()[22:], 40_000)
	all["huge.bmp"] = bytes.Clone(b.Bytes())
	b.Reset()
	if err := gif.Encode(&b, gray, nil); err != nil {
		t.Fatal(err)
	}
	copy(b.Bytes()[6:], "\x00\x80\x00\x80")
	all["huge.gif"] = bytes.Clone(b.Bytes())
	b.Reset()
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 16, 16)), nil); err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(b.Bytes(), []byte("\xff\xc0"))
	copy(b.Bytes()[at+5:], "\x80\x00\x80\x00")
	all["huge.jpg"] = bytes.Clone(b.Bytes())
	return all
}

func TestBombs(t *testing.T) {
	for name, content := range bombs(t) {
		path := write(t, name, content)
		if took := memory(func() { refused(t, path, dataset.ReadOptions{}) }); took > 2<<20 {
			t.Errorf("%s takes %d bytes", name, took)
		}
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

func zipFile(t testing.TB, members map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range []string{"a.npy", "b.npy", "0001-0002.roi", "a/.zarray", "a.txt", "note.txt"} {
		content, ok := members[name]
		if !ok {
			continue
		}
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gzipped(t testing.TB, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(content)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// niftiFile makes a little-endian file of that version, dims and type code.
func niftiFile(version int, dims []int16, code int16, offset int64, data []byte) []byte {
	var b []byte
	if version == 1 {
		b = make([]byte, 352)
		binary.LittleEndian.PutUint32(b, 348)
		for i, d := range dims {
			binary.LittleEndian.PutUint16(b[40+2*i:], uint16(d))
			binary.LittleEndian.PutUint32(b[76+4*i:], math.Float32bits(1))
		}
		binary.LittleEndian.PutUint16(b[70:], uint16(code))
		binary.LittleEndian.PutUint32(b[108:], math.Float32bits(float32(offset)))
		copy(b[344:], "n+1\x00")
	} else {
		b = make([]byte, 544)
		binary.LittleEndian.PutUint32(b, 540)
		copy(b[4:], "n+2\x00\r\n\x1a\n")
		for i, d := range dims {
			binary.LittleEndian.PutUint64(b[16+8*i:], uint64(d))
			binary.LittleEndian.PutUint64(b[104+8*i:], math.Float64bits(1))
		}
		binary.LittleEndian.PutUint16(b[12:], uint16(code))
		binary.LittleEndian.PutUint64(b[168:], uint64(offset))
	}
	return append(b, data...)
}

func animation(t testing.TB, frames int) []byte {
	t.Helper()
	g := &gif.GIF{}
	for range frames {
		g.Image = append(g.Image, image.NewPaletted(image.Rect(0, 0, 5, 4), color.Palette{color.Black, color.White}))
		g.Delay = append(g.Delay, 1)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
