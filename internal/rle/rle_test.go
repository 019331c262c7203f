package rle_test

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/rle"
)

// Down the columns: rows 1 and 2 of column 0, and all of column 1.
func ExampleFromPairs() {
	runs, err := rle.FromPairs("2 5", 9)
	fmt.Println(runs, err)
	labels := grid.New[int32](3, 3)
	rle.Paint(labels, runs, 7)
	for y := range 3 {
		fmt.Println(labels.Sub(y).Data)
	}
	// Output:
	// [1 5 3] <nil>
	// [0 7 0]
	// [7 7 0]
	// [7 7 0]
}

// runsOf is the plain way to make runs of a mask.
func runsOf(m *grid.Mask) (runs []int) {
	h, w := m.Shape[0], m.Shape[1]
	was, n := uint8(0), 0
	for x := range w {
		for y := range h {
			if m.At(y, x) != was {
				runs, n, was = append(runs, n), 0, m.At(y, x)
			}
			n++
		}
	}
	return append(runs, n)
}

// toString is the way back from FromString (rleToString of maskApi.c).
func toString(runs []int) string {
	var s []byte
	for i, n := range runs {
		if i > 2 {
			n -= runs[i-2]
		}
		for more := true; more; {
			c := n & 31
			n >>= 5
			if c&16 != 0 {
				more = n != -1
			} else {
				more = n != 0
			}
			if more {
				c |= 32
			}
			s = append(s, byte(c+48))
		}
	}
	return string(s)
}

func toPairs(runs []int) string {
	var s []string
	at := 1
	for i, n := range runs {
		if i%2 == 1 {
			s = append(s, fmt.Sprintf("%d %d", at, n))
		}
		at += n
	}
	return strings.Join(s, " ")
}

func TestRandomMasks(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		h, w := 1+r.IntN(9), 1+r.IntN(9)
		if r.IntN(50) == 0 {
			h, w = 300, 200 // long runs take several characters
		}
		m := grid.New[uint8](h, w)
		v := uint8(0)
		for i := range m.Data {
			if r.IntN(1+min(i, 40)) == 0 {
				v = uint8(r.IntN(2))
			}
			m.Data[i] = v
		}
		runs := runsOf(m)
		fromString, err1 := rle.FromString(toString(runs), h*w)
		fromPairs, err2 := rle.FromPairs(toPairs(runs), h*w)
		fromCounts, err3 := rle.FromCounts(runs, h*w)
		for i, got := range []rle.Runs{fromString, fromPairs, fromCounts} {
			labels := grid.New[int32](h, w)
			rle.Paint(labels, got, 1)
			if i == 0 && !slices.Equal(got, runs) {
				t.Fatalf("%v is %v as a string", runs, got)
			}
			for j, v := range labels.Data {
				if v != int32(m.Data[j]) {
					t.Fatalf("way %d: %v of %d×%d paints %v, not %v; %v %v %v", i, got, h, w, labels.Data, m.Data, err1, err2, err3)
				}
			}
		}
	}
}

func TestBadRuns(t *testing.T) {
	for s, want := range map[string]string{
		"1":                       "no pairs",
		"0 1":                     "from 0 on",
		"1 -1":                    "-1 pixels",
		"x 1":                     "no start",
		"1 1.5":                   "no length",
		"5 2 6 1":                 "within the one before",
		"5 1 1 1":                 "within the one before",
		"9 2":                     "beyond the 9",
		"10 1":                    "beyond the 9",
		"2 9223372036854775807":   "beyond the 9",
		"1 99999999999999999999":  "no length",
		"9223372036854775807 1":   "beyond the 9",
		"-9223372036854775808 10": "from -9223372036854775808",
	} {
		if runs, err := rle.FromPairs(s, 9); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v; want an error with %q", s, runs, err, want)
		}
	}
	for _, s := range []string{"", " ", "-1"} {
		if runs, err := rle.FromPairs(s, 9); err != nil || !slices.Equal(runs, rle.Runs{9}) {
			t.Errorf("%q: %v, %v", s, runs, err)
		}
	}
	for _, s := range []string{"P", "o", "5", "5555", "?", "\x00", "~", "O", "oooooooooooooooo0", "1111111", strings.Repeat("o", 100)} {
		if runs, err := rle.FromString(s, 9); err == nil {
			t.Errorf("%q is %v", s, runs)
		}
	}
	for _, c := range [][]int{{}, {8}, {10}, {5, 5}, {-1, 10}, {math.MaxInt/2 + 1, math.MaxInt/2 + 1, math.MaxInt/2 + 1, math.MaxInt/2 + 1}} {
		if _, err := rle.FromCounts(c, 9); err == nil {
			t.Errorf("%v fills 9 pixels", c)
		}
	}
}

func TestNames(t *testing.T) {
	for _, name := range []string{"a", "397133", "a b", "nucleus_01-x", "ä", "a.b"} {
		if err := rle.CheckName(name); err != nil {
			t.Error(err)
		}
	}
	for _, name := range []string{"", ".", "..", "../x", "a/b", `a\b`, "/a", ".hidden", "a\n", "a\x00", " a", "a ", "a.", "c:x", "a*", strings.Repeat("n", 201)} {
		if rle.CheckName(name) == nil {
			t.Errorf("%q is allowed", name)
		}
	}
}

// opened is a file and what reads it.
type opened struct {
	*rle.File
	r io.ReaderAt
}

func (f opened) Read(i, height, width, maxPixels int) (*grid.Labels, int, error) {
	return f.File.Read(f.r, i, height, width, maxPixels)
}

func open(t testing.TB, text string) opened {
	t.Helper()
	r := strings.NewReader(text)
	f, err := rle.Open(r, int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	return opened{f, r}
}

const table = "ImageId,EncodedPixels\na,1 2\nb,2 1 4 1\na,3 1\na,2 2\nc.jpg,\n"

func TestCSV(t *testing.T) {
	sized := "\ufeffImageId,Height,EncodedPixels,Width\r\na,2,1 2,3\r\nb,2,2 1 4 1,3\r\na,2,3 1,3\r\n\"a\",2,\"2 2\",3\r\n\r\nc.jpg,2.0,-1,3.0"
	for _, text := range []string{table, sized} {
		if !rle.Magic([]byte(text)) {
			t.Errorf("%.20q is not recognised", text)
		}
		f := open(t, text)
		got := ""
		for i, im := range f.Images {
			labels, overlap, err := f.Read(i, 2, 3, 100)
			if err != nil {
				t.Fatal(err)
			}
			got += fmt.Sprintln(im.Name, labels.Shape, labels.Data, overlap)
		}
		const want = "a [2 3] [1 3 0 3 0 0] 2\nb [2 3] [0 0 0 1 1 0] 0\nc [2 3] [0 0 0 0 0 0] 0\n"
		if got != want {
			t.Errorf("%.20q: got\n%swant\n%s", text, got, want)
		}
	}
}

// The text of an image is what it is drawn of, and no more.
func TestWriteText(t *testing.T) {
	text := func(f opened, i int) string {
		var b strings.Builder
		if err := f.WriteText(&b, f.r, i, 2, 3); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	const want = "2 3\nobject 1 2\nobject 3 1\nobject 2 2\n"
	for _, file := range []string{
		table,
		"ImageId,Usage,EncodedPixels\r\nb,x,9 9\r\n\"a\",y,\" 1  2\"\r\na,z,3 1\r\na,z,2 2",
		"\ufeffImageId,EncodedPixels,Height,Width\na,1 2,2,3\na,3 1,2,3\na,2 2,2,3\n",
	} {
		f := open(t, file)
		i := slices.IndexFunc(f.Images, func(im rle.Image) bool { return im.Name == "a" })
		if got := text(f, i); got != want {
			t.Errorf("%q: got\n%swant\n%s", file, got, want)
		}
	}
	if got := text(open(t, table), 2); got != "2 3\nobject \n" {
		t.Errorf("an image without objects: %q", got)
	}
}

func TestBadCSV(t *testing.T) {
	for _, text := range []string{"", "a,b\n1,2\n", "ImageId\nx\n", "ImageId,EncodedPixels\na\n", "ImageId,EncodedPixels\n\"a,1 2\n",
		"ImageId,EncodedPixels,Height,Width\na,1 1,x,3\n", "ImageId,EncodedPixels,Height,Width\na,1 1,0,3\n",
		"ImageId,EncodedPixels,Height,Width\na,1 1,2,3\na,1 1,3,2\n"} {
		if f, err := rle.Open(strings.NewReader(text), int64(len(text))); err == nil {
			t.Errorf("%q has %d images", text, len(f.Images))
		}
	}
	// One bad image does not stop the others.
	f := open(t, "ImageId,EncodedPixels,Height,Width\n../../x,1 1,2,3\nhuge,1 1,1000000000,1\nlarge,1 1,100000,100000\nbad,7 1,2,3\ngood,1 1,2,3\n")
	for i, want := range []string{"cannot be the name", "1000000000×1 pixels, and at most 1048576 along each axis", "100000×100000 pixels, and 1 to 2147483647", "beyond the 6", ""} {
		_, _, err := f.Read(i, 0, 0, math.MaxInt32)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("image %d: %v, want %q", i, err, want)
		}
	}
	if _, _, err := open(t, table).Read(0, 0, 0, 100); err == nil {
		t.Error("an image of no size is drawn")
	}
	text := []byte(table)
	r := bytes.NewReader(text)
	changing, err := rle.Open(r, int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	copy(text[22:], "zzz")
	if _, _, err := changing.Read(r, 0, 2, 3, 100); err == nil || !strings.Contains(err.Error(), "changed") {
		t.Errorf("a file that changes: %v", err)
	}
}

func FuzzRuns(f *testing.F) {
	for _, s := range []string{"", "1 2", "2 3 10 1", "07", "PPYo0", "1", "oo1"} {
		f.Add(s, 12)
	}
	f.Fuzz(func(t *testing.T, s string, pixels int) {
		pixels = max(1, pixels&0xfff)
		for _, from := range []func(string, int) (rle.Runs, error){rle.FromPairs, rle.FromString} {
			runs, err := from(s, pixels)
			if err != nil {
				continue
			}
			if _, err := rle.FromCounts(runs, pixels); err != nil {
				t.Fatalf("%q: %v: %v", s, runs, err)
			}
			rle.Paint(grid.New[int32](pixels, 1), runs, 1)
		}
	})
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte(table))
	f.Add([]byte("ImageId,EncodedPixels,Height,Width\r\n\"a\",\"1 2\",3,4\r\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		r := bytes.NewReader(text)
		file, err := rle.Open(r, int64(len(text)))
		if err != nil {
			return
		}
		for i := range file.Images {
			labels, _, err := file.Read(r, i, 5, 7, 1<<12)
			if err == nil && len(labels.Data) != labels.Shape[0]*labels.Shape[1] {
				t.Fatal(labels.Shape)
			}
		}
	})
}
