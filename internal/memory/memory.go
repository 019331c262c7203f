// Package memory says how much memory there is for this process to use.
package memory

// Total is the memory, in bytes, of the container that the process is in, or of the
// machine, whichever is less; 0 if that cannot be found out.
func Total() int64 { return total() }
