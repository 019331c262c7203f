//go:build !unix

package main

// noWriting would take from everybody the right to write to a folder.
func (f *fault) noWriting(string) {
	f.Helper()
	f.Skip("rights to folders are something else here")
}

func (f *fault) nobody(args ...string) faultResult {
	f.Helper()
	return f.run(args...)
}

func (f *fault) pipe(string) {
	f.Helper()
	f.Skip("there are no named pipes in folders here")
}
