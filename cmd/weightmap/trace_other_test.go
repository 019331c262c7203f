//go:build !(linux && amd64)

package main

import (
	"os/exec"
	"time"
)

func (f *fault) trace(*exec.Cmd, func(c sysCall) verdict) faultResult {
	f.Helper()
	f.Skip("programs are traced on Linux and amd64 only")
	return faultResult{}
}

func (f *fault) traceAt(cmd *exec.Cmd, _ time.Duration, ask func(c sysCall) verdict) faultResult {
	f.Helper()
	return f.trace(cmd, ask)
}
