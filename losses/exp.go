package losses

import "math"

// The kernels need exp, log1p and the sigmoid for every pixel, and need them to about
// nine digits: the results become float32. These versions have no branch that data
// decides, and a relative error below 2e-10; math's, correct to the last bit, take
// three times as long.

const (
	expBits  = 7
	expCells = 1 << expBits
	logCells = 128

	// shift added to a number below 2^51 rounds it to an integer, which then stands in
	// the low bits of the sum.
	shift = 0x1.8p52

	// beyond is where exp(−x) counts as 0. It is 1e-304, and smaller numbers are on
	// their way out of float64's range.
	beyond = 700
)

var (
	expTable = makeExpTable()
	logTable = makeLogTable()
)

// makeExpTable returns the bits of 2^(i/expCells).
func makeExpTable() (t [expCells]uint64) {
	for i := range t {
		t[i] = math.Float64bits(math.Exp2(float64(i) / expCells))
	}
	return t
}

type logCell struct{ inverse, log float64 }

// makeLogTable returns 1/c and log(c) for c = 1 + i/logCells.
// Half of it is never read; its size lets a masked index go unchecked.
func makeLogTable() (t [2 * logCells]logCell) {
	for i := range logCells + 1 {
		c := 1 + float64(i)/logCells
		t[i] = logCell{1 / c, math.Log(c)}
	}
	return t
}

// exp returns e^x for |x| ≤ beyond. With k the nearest integer to x·expCells/ln 2,
// e^x = 2^(k/expCells)·e^f, and |f| ≤ ln 2/(2·expCells) leaves a cubic to compute.
func exp(x float64) float64 {
	t := x*(expCells*math.Log2E) + shift
	k := math.Float64bits(t)
	f := x - (t-shift)*(math.Ln2/expCells)
	scale := math.Float64frombits(expTable[k%expCells] + k>>expBits<<52)
	return scale * (1 + f*(1+f*(1./2+f*(1./6))))
}

// log1p returns log(1+x) for 0 ≤ x ≤ 1. With c = 1 + i/logCells nearest to 1+x,
// log(1+x) = log c + log(1+t) and t = (1+x−c)/c is at most 1/256; where c is 1, t is x,
// so that the relative error stays small where x does.
func log1p(x float64) float64 {
	y := x*logCells + shift
	cell := &logTable[math.Float64bits(y)%(2*logCells)]
	t := (x - (y-shift)*(1./logCells)) * cell.inverse
	return cell.log + t*(1-t*(1./2-t*(1./3-t*(1./4))))
}
