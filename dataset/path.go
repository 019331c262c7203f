package dataset

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Path is a file's path, with slashes, in a manifest. A name need not be valid
// UTF-8, but JSON must be: a byte that is no part of a character is written as the
// lone surrogate U+DC80 to U+DCFF, the way Python does it ("surrogateescape", PEP
// 383), so that os.fsencode gives the name back there too.
type Path string

// MarshalJSON writes the path as a JSON string.
func (p Path) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(p)) {
		return json.Marshal(string(p))
	}
	var b strings.Builder
	b.WriteByte('"')
	for s := string(p); s != ""; {
		r, n := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && n == 1 {
			fmt.Fprintf(&b, `\udc%02x`, s[0])
		} else {
			quoted, err := json.Marshal(s[:n])
			if err != nil {
				return nil, err
			}
			b.Write(quoted[1 : len(quoted)-1])
		}
		s = s[n:]
	}
	b.WriteByte('"')
	return []byte(b.String()), nil
}

// UnmarshalJSON reads what MarshalJSON, or Python, wrote.
func (p *Path) UnmarshalJSON(text []byte) error {
	// The JSON decoder replaces lone surrogates, so those are taken out first. A
	// backslash that is itself escaped starts no escape.
	raw := string(text)
	if !strings.Contains(raw, `\ud`) && !strings.Contains(raw, `\uD`) {
		return json.Unmarshal(text, (*string)(p))
	}
	var out strings.Builder
	for raw = raw[1 : len(raw)-1]; raw != ""; {
		n := 1
		if raw[0] == '\\' {
			n = 2
			if raw[1] == 'u' {
				n = 6
			}
		} else {
			_, n = utf8.DecodeRuneInString(raw)
		}
		switch v := hex4(raw[:n]); {
		case v >= 0xdc80 && v <= 0xdcff:
			out.WriteByte(byte(v))
		default:
			// A pair of surrogates is one character.
			if v >= 0xd800 && v < 0xdc00 && len(raw) >= 12 {
				n = 12
			}
			var s string
			if err := json.Unmarshal([]byte(`"`+raw[:n]+`"`), &s); err != nil {
				return err
			}
			out.WriteString(s)
		}
		raw = raw[n:]
	}
	*p = Path(out.String())
	return nil
}

// hex4 is the code of an escape \uXXXX, or −1.
func hex4(s string) int {
	if len(s) != 6 || s[:2] != `\u` {
		return -1
	}
	v, err := strconv.ParseUint(s[2:], 16, 16)
	if err != nil {
		return -1
	}
	return int(v)
}
