package dataset

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/atomicfile"
	"github.com/weightmap/weightmap/internal/dtype"
	"github.com/weightmap/weightmap/internal/npy"
)

// Kind is one of the arrays that are made of a mask.
type Kind int

const (
	Weights Kind = iota // the weight map, float32 or float16
	D1                  // distance to the nearest object, float32 or float16
	D2                  // distance to the second nearest object, float32 or float16
	Labels              // the objects, numbered from 1, int32
	Target              // what a network is to learn: 1 on objects, else 0, uint8
)

// Kinds lists them all.
var Kinds = []Kind{Weights, D1, D2, Labels, Target}

var kindNames = [...]string{"weights", "d1", "d2", "labels", "target"}

func (k Kind) String() string { return kindNames[k] }

// ParseKinds reads names separated by commas.
func ParseKinds(s string) ([]Kind, error) {
	var kinds []Kind
	for name := range strings.SplitSeq(s, ",") {
		i := slices.Index(kindNames[:], strings.TrimSpace(name))
		if i < 0 {
			return nil, fmt.Errorf("%q is none of %s", name, strings.Join(kindNames[:], ", "))
		}
		if !slices.Contains(kinds, Kind(i)) {
			kinds = append(kinds, Kind(i))
		}
	}
	slices.Sort(kinds)
	return kinds, nil
}

// isFloat reports whether the kind can be half precision.
func (k Kind) isFloat() bool { return k == Weights || k == D1 || k == D2 }

// fileName is the output's path: <base>.weights.npy, <base>.d1.npy and so on. With a
// suffix S it is <base>.S.npy for the weights and <base>.S.d1.npy for the others.
func fileName(base, suffix string, k Kind) string {
	switch {
	case suffix == "":
		return base + "." + k.String() + ".npy"
	case k == Weights:
		return base + "." + suffix + ".npy"
	default:
		return base + "." + suffix + "." + k.String() + ".npy"
	}
}

// isOutput reports whether a file bears the name of an output with the usual
// suffix or one of those, or of a picture of one. There are masks called
// x.labels.png, so that is a picture only beside the x.labels.npy it shows: beside
// says whether there is such a file.
func isOutput(name string, suffixes map[string]bool, beside func(string) bool) bool {
	ext := path.Ext(name)
	if ext != ".npy" && ext != ".png" {
		return false
	}
	stem := strings.TrimSuffix(name, ext)
	for k, kind := range kindNames {
		if strings.HasSuffix(stem, "."+kind) {
			return ext == ".npy" || Kind(k).isFloat() || beside(stem+".npy")
		}
	}
	for s := range suffixes {
		if strings.HasSuffix(stem, "."+s) {
			return true
		}
	}
	return false
}

// Extreme is the smallest or largest value of an output. As JSON it is a number,
// or one of the strings "inf", "-inf" and "nan", which Python's float reads.
type Extreme float64

// MarshalJSON writes as few digits as tell a float32 from its neighbours.
func (e Extreme) MarshalJSON() ([]byte, error) {
	v := float64(e)
	switch {
	case math.IsNaN(v):
		return []byte(`"nan"`), nil
	case math.IsInf(v, 0):
		return json.Marshal(strings.TrimPrefix(strings.ToLower(strconv.FormatFloat(v, 'g', -1, 64)), "+"))
	case v == math.Trunc(v) && math.Abs(v) < 1<<53:
		return strconv.AppendFloat(nil, v, 'f', -1, 64), nil
	}
	return strconv.AppendFloat(nil, v, 'g', -1, 32), nil
}

// UnmarshalJSON reads what MarshalJSON writes.
func (e *Extreme) UnmarshalJSON(text []byte) error {
	s := strings.Trim(string(text), `"`)
	bits := 32
	if !strings.ContainsAny(s, ".e") {
		bits = 64
	}
	v, err := strconv.ParseFloat(s, bits)
	*e = Extreme(v)
	return err
}

// array is an output before it is a file.
type array struct {
	dtype    string
	min, max float64
	shape    []int
	encode   func(w io.Writer, shape []int) error
}

// write writes the array as NPY.
func (a array) write(w io.Writer) error { return a.encode(w, a.shape) }

// floats is a map as it is written in full or in half precision. A value that is
// finite and too large for half precision is an error.
func floats(m *grid.Map, half bool) (array, error) {
	lo, hi := extremes(m.Data)
	a := array{"float32", lo, hi, m.Shape, func(w io.Writer, shape []int) error { return npy.Write(w, grid.From(m.Data, shape...)) }}
	if !half {
		return a, nil
	}
	const tooLarge = 65520 // rounds to infinity
	for _, v := range m.Data {
		if (v >= tooLarge || v <= -tooLarge) && !math.IsInf(float64(v), 0) {
			return a, fmt.Errorf("the value %v is too large for float16", v)
		}
	}
	round := func(v float64) float64 { return float64(dtype.FromFloat16(dtype.ToFloat16(float32(v)))) }
	a.dtype, a.min, a.max = "float16", round(lo), round(hi)
	a.encode = func(w io.Writer, shape []int) error { return npy.WriteFloat16(w, grid.From(m.Data, shape...)) }
	return a, nil
}

// integers is a label grid or a target as it is written.
func integers[T uint8 | int32](g *grid.Grid[T]) array {
	lo, hi := extremes(g.Data)
	return array{dtype.Of[T]().String(), lo, hi, g.Shape, func(w io.Writer, shape []int) error { return npy.Write(w, grid.From(g.Data, shape...)) }}
}

// extremes returns the least and the greatest value, NaN both if one is.
func extremes[T uint8 | int32 | float32](values []T) (lo, hi float64) {
	if len(values) == 0 {
		return 0, 0
	}
	least, greatest := values[0], values[0]
	for _, v := range values {
		if least <= v && v <= greatest { // as most are
			continue
		}
		switch {
		case v < least:
			least = v
		case v > greatest:
			greatest = v
		default:
			return float64(v), float64(v)
		}
	}
	return float64(least), float64(greatest)
}

// save writes an array to a file, whole or not at all, unless the context ends
// before it is done.
func (a array) save(ctx context.Context, path string) (size int64, sum Digest, err error) {
	h := sha256.New()
	var n counter
	err = atomicfile.Write(path, func(w io.Writer) error {
		if err := a.write(contextWriter{ctx, io.MultiWriter(w, h, &n)}); err != nil {
			return err
		}
		return ctx.Err()
	})
	h.Sum(sum[:0])
	return int64(n), sum, err
}

type counter int64

func (n *counter) Write(p []byte) (int, error) {
	*n += counter(len(p))
	return len(p), nil
}

// contextWriter ends a long write when the context does.
type contextWriter struct {
	ctx context.Context
	w   io.Writer
}

func (c contextWriter) Write(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.w.Write(p)
}
