package dataset

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/npy"
	"github.com/weightmap/weightmap/weights"
)

// pipeOptions are those of a pipe without flags.
func pipeOptions() Options {
	o := DefaultOptions()
	o.Instances, o.Balance = InstancesComponents, Balance{Mode: BalanceNone}
	return o
}

func npyOf[T grid.Element](t testing.TB, data []T, shape ...int) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, npy.Write(&b, grid.From(data, shape...)))
	return b.Bytes()
}

// replies reads what a pipe wrote: float32 maps, or the texts of errors.
func replies(t testing.TB, r io.Reader) []any {
	t.Helper()
	var all []any
	for {
		text, m, err := reply(r)
		switch {
		case err == io.EOF:
			return all
		case err != nil:
			t.Fatal(err)
		case m != nil:
			all = append(all, m)
		default:
			all = append(all, text)
		}
	}
}

// reply reads an array as a client would that knows nothing of this package: the
// text of an error, or a map.
func reply(r io.Reader) (string, *grid.Map, error) {
	pre := make([]byte, 10)
	if _, err := io.ReadFull(r, pre); err != nil {
		return "", nil, err
	}
	head := make([]byte, int(pre[8])|int(pre[9])<<8)
	if _, err := io.ReadFull(r, head); err != nil {
		return "", nil, fmt.Errorf("header: %w", err)
	}
	var n int
	if _, err := fmt.Sscanf(string(head), "{'descr': '|S%d', 'fortran_order': False, 'shape': (), }", &n); err == nil {
		text := make([]byte, n)
		_, err := io.ReadFull(r, text)
		return string(text), nil, err
	}
	m, err := npy.Read[float32](io.MultiReader(bytes.NewReader(pre), bytes.NewReader(head), r), npy.Limits{})
	return "", m, err
}

// A pipe gives the bytes of the files that Precompute writes, in the order of the masks.
func TestPipeGivesWhatPrecomputeWrites(t *testing.T) {
	ignore := int64(3)
	for name, change := range map[string]func(*Options){
		"ids":        func(o *Options) { o.Instances = InstancesIDs },
		"components": func(o *Options) {},
		"freiburg": func(o *Options) {
			o.Instances, o.Weights, o.Ridge = InstancesIDs, weights.Freiburg2019(), true
		},
		"image":  func(o *Options) { o.Balance = Balance{Mode: BalanceImage} },
		"given":  func(o *Options) { o.Balance = Balance{BalanceGiven, weights.Class{Background: 0.5, Foreground: 3}} },
		"others": func(o *Options) { o.MinSize, o.Ignore, o.Spacing = 60, &ignore, []float64{2, 0.5} },
		"one":    func(o *Options) { o.Weights = weights.OneObject() },
	} {
		o := pipeOptions()
		labels := filepath.Join("..", "testdata", "nuclei", "labels")
		o.Paths = []string{filepath.Join(labels, "nuclei-01.png"), filepath.Join(labels, "nuclei-02.png")}
		o.Out, o.Save = t.TempDir(), Kinds
		change(&o)
		report, err := Precompute(t.Context(), o)
		if err != nil || report.Made != 2 {
			t.Fatalf("%s: %+v, %v", name, report, err)
		}
		var in, want bytes.Buffer
		for range 2 {
			for _, it := range report.Items {
				im, err := Read(it.Item.Path(), ReadOptions{})
				must(t, err)
				must(t, npy.Write(&in, im.Values))
				for _, k := range Kinds {
					file, err := os.ReadFile(filepath.Join(o.Out, fileName(it.Item.Base, "", k)))
					must(t, err)
					want.Write(file)
				}
			}
		}
		for _, o.Jobs = range []int{1, 5} {
			var out bytes.Buffer
			n, err := Pipe(t.Context(), bytes.NewReader(in.Bytes()), &out, o)
			if err != nil || n != (PipeCount{Masks: 4}) {
				t.Errorf("%s: %+v, %v", name, n, err)
			}
			if !bytes.Equal(out.Bytes(), want.Bytes()) {
				t.Errorf("%s, %d jobs: the replies differ from the files", name, o.Jobs)
			}
		}
	}
}

var malformed = map[string]struct {
	bytes string
	want  string // of the error
}{
	"text":                 {"hello", "no NPY array"},
	"half a magic":         {"\x93NUMP\x93", "no NPY array"},
	"magic and rubbish":    {"\x93NUMPYrubbish", "version"},
	"a header too long":    {"\x93NUMPY\x02\x00\xff\xff\xff\xff", "longer"},
	"a header of nonsense": {"\x93NUMPY\x01\x00\x04\x00{'x\n", "plain string"},
	"Python objects":       {header("'|O'", "(2,)") + "\x80\x04]\x94(NNe.", "Python objects"},
	"complex numbers":      {header("'<c16'", "(2, 1)") + strings.Repeat("z", 32), "<c16"},
	"records":              {header("[('a', '<i4')]", "(2, 1)") + strings.Repeat("z", 8), "named fields"},
	"beyond memory":        {header("'|u1'", "(9223372036854775807, 9223372036854775807)") + "zz", "memory"},
	"NaN":                  {npyText(float32(math.NaN())), "NaN"},
	"negative":             {npyText(float32(-2)), "-2"},
	"a fraction":           {npyText(float32(0.5)), "0.5"},
	"no axes":              {header("'|u1'", "()") + "z", "neither an image"},
	"four axes":            {header("'|u1'", "(2, 2, 2, 2)") + strings.Repeat("z", 16), "neither an image"},
	"no pixels":            {header("'|u1'", "(0, 5)"), "no pixels"},
	"a magic in it":        {header("'|i1'", "(1, 7)") + "\x93NUMPY\x01", "is no object id"},
}

func header(descr, shape string) string {
	s := "{'descr': " + descr + ", 'fortran_order': False, 'shape': " + shape + ", }\n"
	return "\x93NUMPY\x01\x00" + string([]byte{byte(len(s)), byte(len(s) >> 8)}) + s
}

func npyText(v float32) string {
	var b bytes.Buffer
	_ = npy.Write(&b, grid.From([]float32{0, v, 1, 1}, 2, 2))
	return b.String()
}

// A malformed mask gets one error, and all others get their maps, however the bytes
// come in.
func TestPipeMalformedMasks(t *testing.T) {
	good := npyOf(t, []uint8{1, 0, 0, 1}, 1, 4)
	want := weights.DefaultUNet().Map(nil, grid.From([]int32{1, 0, 0, 2}, 1, 4), nil, nil)
	for name, bad := range malformed {
		in := slices.Concat(good, []byte(bad.bytes), good, []byte(bad.bytes), good)
		for how, r := range map[string]io.Reader{
			"at once": bytes.NewReader(in), "byte by byte": iotest.OneByteReader(bytes.NewReader(in)),
			"EOF with data": iotest.DataErrReader(bytes.NewReader(in)),
		} {
			var out bytes.Buffer
			n, err := Pipe(t.Context(), r, &out, pipeOptions())
			if err != nil || n != (PipeCount{5, 2}) {
				t.Errorf("%s, %s: %+v, %v", name, how, n, err)
			}
			got := replies(t, &out)
			if len(got) != 5 {
				t.Errorf("%s, %s: %d replies: %v", name, how, len(got), got)
				continue
			}
			for i, r := range got {
				if i%2 == 0 {
					if m, ok := r.(*grid.Map); !ok || !grid.Equal(m, want) {
						t.Errorf("%s, %s: reply %d is %v", name, how, i+1, r)
					}
				} else if text, ok := r.(string); !ok || !strings.Contains(text, bad.want) || !strings.HasPrefix(text, fmt.Sprintf("mask %d: ", i+1)) {
					t.Errorf("%s, %s: reply %d is %v", name, how, i+1, r)
				}
			}
		}
	}
}

// Whoever sends a mask and waits for the reply gets it before sending the next,
// whatever was sent.
func TestPipeRepliesAtOnce(t *testing.T) {
	in, send := io.Pipe()
	receive, out := io.Pipe()
	done := make(chan error)
	go func() {
		_, err := Pipe(t.Context(), in, out, pipeOptions())
		done <- err
	}()
	ask := func(b []byte) any {
		if _, err := send.Write(b); err != nil {
			t.Fatal(err)
		}
		text, m, err := reply(receive)
		must(t, err)
		if m != nil {
			return m
		}
		return text
	}
	good := npyOf(t, []uint8{1, 0, 0, 1}, 2, 2)
	for name, bad := range malformed {
		if _, ok := ask(good).(*grid.Map); !ok {
			t.Fatal("no map before", name)
		}
		if _, ok := ask([]byte(bad.bytes)).(string); !ok {
			t.Fatal("no error for", name)
		}
	}
	send.Close()
	must(t, <-done)
}

// The end of the input within an array is an error in its place, and of the whole.
func TestPipeCutOff(t *testing.T) {
	good := npyOf(t, []uint8{1, 0, 0, 1}, 2, 2)
	for n := 1; n < len(good); n++ {
		var out bytes.Buffer
		c, err := Pipe(t.Context(), bytes.NewReader(append(slices.Clone(good), good[:n]...)), &out, pipeOptions())
		if err == nil || !strings.Contains(err.Error(), "mask 2: the input ends within it") || c != (PipeCount{2, 1}) {
			t.Errorf("cut off after %d bytes: %+v, %v", n, c, err)
		}
		if got := replies(t, &out); len(got) != 2 || got[1] != err.Error() {
			t.Errorf("cut off after %d bytes: %v", n, got)
		}
	}
	broken := errors.New("a broken cable")
	c, err := Pipe(t.Context(), io.MultiReader(bytes.NewReader(good), iotest.ErrReader(broken)), io.Discard, pipeOptions())
	if !errors.Is(err, broken) || c.Masks != 1 {
		t.Errorf("%+v, %v", c, err)
	}
}

// A header that promises too much is answered, and what it promised is passed over
// without being kept.
func TestPipePassesOverWhatIsTooLarge(t *testing.T) {
	const rows = 1<<31/(1<<16) + 1
	good := npyOf(t, []uint8{1, 0, 0, 1}, 2, 2)
	in := io.MultiReader(strings.NewReader(header("'|u1'", fmt.Sprintf("(%d, %d)", rows, 1<<16))),
		io.LimitReader(zeros{}, rows<<16), bytes.NewReader(good))
	var out bytes.Buffer
	c, err := Pipe(t.Context(), in, &out, pipeOptions())
	got := replies(t, &out)
	if err != nil || c != (PipeCount{2, 1}) || len(got) != 2 || !strings.Contains(fmt.Sprint(got[0]), "at most") {
		t.Errorf("%+v, %v: %v", c, err, got)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// When the context ends or nobody reads the maps, Pipe does not wait for its input.
func TestPipeDoesNotWait(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	in, send := io.Pipe()
	defer send.Close()
	first := make(chan bool, 1)
	go func() {
		send.Write(npyOf(t, []uint8{1, 0, 0, 1}, 2, 2))
		<-first
		stop()
	}()
	_, err := Pipe(ctx, in, writerFunc(func(b []byte) (int, error) { first <- true; return len(b), nil }), pipeOptions())
	if err != context.Canceled {
		t.Error(err)
	}

	in, send = io.Pipe()
	defer send.Close()
	go send.Write(npyOf(t, []uint8{1, 0, 0, 1}, 2, 2))
	_, err = Pipe(t.Context(), in, writerFunc(func([]byte) (int, error) { return 0, io.ErrClosedPipe }), pipeOptions())
	if !errors.Is(err, io.ErrClosedPipe) {
		t.Error(err)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

func TestPipeOptionsThatMakeNoSense(t *testing.T) {
	for name, change := range map[string]func(*Options){
		"balance the classes over": func(o *Options) { o.Balance.Mode = BalanceDataset },
		"what the objects are":     func(o *Options) { o.Instances = InstancesAuto },
		"files to be objects":      func(o *Options) { o.Instances = InstancesFiles },
		"float32 maps only":        func(o *Options) { o.Half = true },
		"sigma":                    func(o *Options) { o.Weights.Sigma = 0 },
		"nothing to save":          func(o *Options) { o.Save = nil },
	} {
		o := pipeOptions()
		change(&o)
		_, err := Pipe(t.Context(), strings.NewReader(""), io.Discard, o)
		var wrong *OptionError
		if !errors.As(err, &wrong) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	o := pipeOptions()
	o.Connectivity = 26
	var out bytes.Buffer
	in := append(npyOf(t, []uint8{1, 0, 0, 1}, 2, 2), npyOf(t, []uint8{1, 0, 0, 1}, 1, 2, 2)...)
	c, err := Pipe(t.Context(), bytes.NewReader(in), &out, o)
	if got := replies(t, &out); err != nil || c != (PipeCount{2, 1}) || !strings.Contains(fmt.Sprint(got[0]), "connectivity 26") {
		t.Errorf("%+v, %v, %v", c, err, got)
	}
}

// Whatever comes in, what goes out is as many replies as are counted.
func FuzzPipe(f *testing.F) {
	good := npyOf(f, []uint8{1, 0, 0, 1}, 2, 2)
	for _, bad := range malformed {
		f.Add(slices.Concat(good, []byte(bad.bytes), good))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		// A header may declare a large array that is not there.
		var out bytes.Buffer
		c, _ := Pipe(t.Context(), bytes.NewReader(in), &out, pipeOptions())
		failed := int64(0)
		all := replies(t, &out)
		for _, r := range all {
			if _, ok := r.(string); ok {
				failed++
			}
		}
		if c != (PipeCount{int64(len(all)), failed}) {
			t.Errorf("%+v, and there are %d replies, %d of them errors", c, len(all), failed)
		}
	})
}

func BenchmarkPipe(b *testing.B) {
	for _, size := range []int{64, 256} {
		b.Run(fmt.Sprintf("size=%d", size), func(b *testing.B) {
			r := rand.New(rand.NewPCG(1, 2))
			data := make([]uint8, size*size)
			for i := range data {
				if r.IntN(20) == 0 {
					data[i] = 1
				}
			}
			mask := npyOf(b, data, size, size)
			b.SetBytes(int64(size * size))
			b.ReportAllocs()
			if c, err := Pipe(b.Context(), &repeated{mask, b.N, 0}, io.Discard, pipeOptions()); err != nil || c.Masks != int64(b.N) {
				b.Fatal(c, err)
			}
		})
	}
}

// repeated is the same bytes n times.
type repeated struct {
	bytes []byte
	n, at int
}

func (r *repeated) Read(b []byte) (int, error) {
	if r.n == 0 {
		return 0, io.EOF
	}
	k := copy(b, r.bytes[r.at:])
	if r.at += k; r.at == len(r.bytes) {
		r.at, r.n = 0, r.n-1
	}
	return k, nil
}

// Two masks go in; one of them is none.
func ExamplePipe() {
	var in, out bytes.Buffer
	npy.Write(&in, grid.From([]uint8{1, 0, 0, 2}, 1, 4))
	npy.Write(&in, grid.From([]float32{1, 0.5}, 1, 2))

	o := DefaultOptions() // w0 = 10, σ = 5
	o.Instances = InstancesIDs
	o.Balance = Balance{Mode: BalanceNone}
	count, err := Pipe(context.Background(), &in, &out, o)
	fmt.Println(count, err)

	m, _ := npy.Read[float32](&out, npy.Limits{}) // a client in Go
	fmt.Println(m.Shape, m.Data)
	_, text, _ := strings.Cut(out.String(), "\n")
	fmt.Println(text)
	// Output:
	// {2 1} <nil>
	// [1 4] [1 9.352702 9.352702 1]
	// mask 2: value 0.5 at index 1 is no int64, and object ids are whole numbers
}

// A map has its mask's shape, also where that has axes of length 1 besides.
func TestPipeKeepsTheShape(t *testing.T) {
	data := make([]uint8, 20*30)
	for i := range 40 {
		data[7*i] = 1
	}
	o := pipeOptions()
	o.Save = []Kind{Weights, D1}
	for _, shape := range [][]int{{20, 30}, {1, 20, 30}, {1, 1, 20, 30}, {2, 1, 10, 30}, {20, 1, 30, 1}} {
		var out bytes.Buffer
		if _, err := Pipe(t.Context(), bytes.NewReader(npyOf(t, data, shape...)), &out, o); err != nil {
			t.Fatal(err)
		}
		for _, r := range replies(t, &out) {
			if m, ok := r.(*grid.Map); !ok || !slices.Equal(m.Shape, shape) {
				t.Errorf("a mask of shape %v gives %v", shape, r)
			}
		}
	}
}
