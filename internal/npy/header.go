package npy

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/weightmap/weightmap/internal/dtype"
)

// maxHeader is the longest header that is read. NumPy itself stops at 10,000 bytes
// unless told to trust the file.
const maxHeader = 1 << 16

// ErrPickle is the error of a file that holds Python objects instead of numbers.
// To read one is to run the program in it, so that is left to who trusts it.
var ErrPickle = errors.New("npy: this file holds pickled Python objects, not an array of numbers; " +
	"if it is from cellpose, export its masks with Python: " +
	"np.save('mask.npy', np.load('x_seg.npy', allow_pickle=True).item()['masks'])")

// ReadHeader reads up to the first element.
func ReadHeader(r io.Reader) (Header, error) {
	var pre [8]byte
	if _, err := io.ReadFull(r, pre[:]); err != nil {
		return Header{}, short(err)
	}
	if string(pre[:6]) != magic {
		return Header{}, errors.New("npy: this is no NPY file: it does not start with \\x93NUMPY")
	}
	var length [4]byte
	size := 4
	switch major, minor := pre[6], pre[7]; {
	case major == 1 && minor == 0:
		size = 2
	case (major == 2 || major == 3) && minor == 0:
	default:
		return Header{}, fmt.Errorf("npy: format version %d.%d is not known", major, minor)
	}
	if _, err := io.ReadFull(r, length[:size]); err != nil {
		return Header{}, short(err)
	}
	n := binary.LittleEndian.Uint32(length[:])
	if n > maxHeader {
		return Header{}, fmt.Errorf("npy: a header of %d bytes is longer than that of any array", n)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return Header{}, short(err)
	}
	h, err := parse(string(text))
	if err != nil {
		return Header{}, err
	}
	h.Offset = len(pre) + size + len(text)
	return h, nil
}

func short(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return errors.New("npy: the file ends within its header")
	}
	return fmt.Errorf("npy: %w", err)
}

// parse reads the dict literal. It knows as much of Python as NumPy has ever
// written there: the three keys in any order, quotes of both kinds, the "L" that
// Python 2 put after a number.
func parse(text string) (Header, error) {
	p := parser{rest: text}
	var h Header
	seen := map[string]bool{}
	p.expect("{")
	for p.err == nil && !p.accept("}") {
		key := p.quoted()
		p.expect(":")
		if seen[key] {
			p.fail("has %q twice", key)
		}
		seen[key] = true
		switch key {
		case "descr":
			p.descr(&h)
		case "fortran_order":
			h.Fortran = p.boolean()
		case "shape":
			h.Shape = p.tuple()
		default:
			p.fail("has the unknown key %q", key)
		}
		if !p.accept(",") && p.err == nil && !strings.HasPrefix(p.rest, "}") {
			p.fail("has no comma or brace before %.20q", p.rest)
		}
	}
	if p.space(); p.err == nil && p.rest != "" {
		p.fail("goes on after its end: %.20q", p.rest)
	}
	for _, key := range []string{"descr", "fortran_order", "shape"} {
		if !seen[key] {
			p.fail("lacks %q", key)
		}
	}
	return h, p.err
}

// parser takes tokens off rest. Its first error stays, and after it nothing is taken.
type parser struct {
	rest string
	err  error
}

func (p *parser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf("npy: the header "+format, args...)
	}
}

func (p *parser) space() { p.rest = strings.TrimLeft(p.rest, " \t\n\r\f\v") }

func (p *parser) accept(token string) bool {
	if p.space(); p.err != nil || !strings.HasPrefix(p.rest, token) {
		return false
	}
	p.rest = p.rest[len(token):]
	p.space()
	return true
}

func (p *parser) expect(token string) {
	if !p.accept(token) {
		p.fail("has no %q before %.20q", token, p.rest)
	}
}

// quoted takes a string. Those that matter here need no escapes.
func (p *parser) quoted() string {
	for _, quote := range []string{"'", `"`} {
		if !p.accept(quote) {
			continue
		}
		s, rest, ok := strings.Cut(p.rest, quote)
		if !ok || strings.ContainsAny(s, "\\\n") {
			break
		}
		p.rest = rest
		p.space()
		return s
	}
	p.fail("has no plain string before %.20q", p.rest)
	return ""
}

func (p *parser) boolean() bool {
	switch {
	case p.accept("True"):
		return true
	case p.accept("False"):
	default:
		p.fail("has no True or False before %.20q", p.rest)
	}
	return false
}

func (p *parser) tuple() []int {
	shape := []int{}
	p.expect("(")
	for comma := false; p.err == nil && !p.accept(")"); {
		if len(shape) > 0 && !comma {
			p.fail("has no comma before %.20q", p.rest)
		}
		shape = append(shape, p.integer())
		comma = p.accept(",")
		if !comma && len(shape) == 1 {
			p.fail("has a shape that is no tuple")
		}
	}
	return shape
}

func (p *parser) integer() int {
	end := strings.IndexFunc(p.rest, func(c rune) bool { return c < '0' || c > '9' })
	if strings.HasPrefix(p.rest, "-") && len(p.rest) > 1 && p.rest[1] >= '0' && p.rest[1] <= '9' {
		p.fail("declares an axis of negative length, before %.20q", p.rest)
		return 0
	}
	if end <= 0 {
		p.fail("has no axis length before %.20q", p.rest)
		return 0
	}
	n, err := strconv.Atoi(p.rest[:end])
	if err != nil {
		p.fail("declares an axis of length %.40s, which is beyond what memory can have", p.rest[:end])
	}
	p.rest = strings.TrimPrefix(p.rest[end:], "L")
	p.space()
	return n
}

// types are the descriptors without their byte order.
var types = map[string]dtype.Type{
	"b1": dtype.Bool,
	"u1": dtype.Uint8, "u2": dtype.Uint16, "u4": dtype.Uint32, "u8": dtype.Uint64,
	"i1": dtype.Int8, "i2": dtype.Int16, "i4": dtype.Int32, "i8": dtype.Int64,
	"f2": dtype.Float16, "f4": dtype.Float32, "f8": dtype.Float64,
}

func (p *parser) descr(h *Header) {
	if strings.HasPrefix(p.rest, "[") && p.err == nil {
		p.err = errors.New("npy: this file holds records with named fields, not an array of numbers; " +
			"save one field with numpy: np.save('mask.npy', np.load('records.npy')['field'])")
		return
	}
	s := p.quoted()
	if p.err != nil {
		return
	}
	kind := strings.TrimLeft(s, "<>|=")
	if kind == "O" || kind == "O8" || kind == "O4" {
		p.err = ErrPickle
		return
	}
	t, ok := types[kind]
	if !ok || len(s)-len(kind) > 1 {
		p.err = fmt.Errorf("npy: elements of type %q are no integers, floats or booleans", s)
		return
	}
	if strings.HasPrefix(s, "|") && t.Size() > 1 {
		p.fail("gives no byte order for type %q", s)
	}
	h.Dtype, h.BigEndian = t, s[0] == '>'
}
