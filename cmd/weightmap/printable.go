package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// printable shows a file's name, or a sentence with one, as Go would quote it but for
// the quotes: characters that could begin a line, write elsewhere on a terminal or turn
// the reading direction are \n, \x1b or \u202e, and bytes that are no UTF-8 are \xff.
func printable(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case r == ' ' || strconv.IsPrint(r):
			b.WriteString(s[:n])
		default:
			quoted := strconv.QuoteRune(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
		s = s[n:]
	}
	return b.String()
}

// complain prints an error, or each of those that were joined, on a line of its own.
func complain(w io.Writer, err error) {
	if all, ok := err.(interface{ Unwrap() []error }); ok {
		var lines []string
		for _, e := range all.Unwrap() {
			lines = append(lines, e.Error())
		}
		if strings.Join(lines, "\n") == err.Error() {
			for _, e := range all.Unwrap() {
				complain(w, e)
			}
			return
		}
	}
	fmt.Fprintf(w, "weightmap: %s\n", printable(err.Error()))
}
