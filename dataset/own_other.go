//go:build !unix

package dataset

const noFollow = 0 // whoever opens looks for a link before
