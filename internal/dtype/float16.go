package dtype

import "math"

// FromFloat16 returns the value of an IEEE 754 half precision number, which
// float32 always holds exactly.
func FromFloat16(h uint16) float32 {
	sign := uint32(h&0x8000) << 16
	exponent := uint32(h >> 10 & 0x1f)
	fraction := uint32(h & 0x3ff)
	switch exponent {
	case 0: // zero and subnormals: multiples of 2^-24
		return math.Float32frombits(sign | math.Float32bits(float32(fraction)*0x1p-24))
	case 0x1f: // infinity and NaN
		return math.Float32frombits(sign | 0x7f800000 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
}

// ToFloat16 rounds f to the nearest half precision number, ties to even. From
// 65520 on that is infinity; below 2^-24/2 it is zero. A NaN stays one.
func ToFloat16(f float32) uint16 {
	b := math.Float32bits(f)
	sign := uint16(b >> 16 & 0x8000)
	b &= 0x7fffffff
	switch {
	case b > 0x7f800000:
		return sign | 0x7e00 | uint16(b>>13&0x3ff)
	case b >= 0x477ff000: // 65520, halfway between the largest number and 65536
		return sign | 0x7c00
	case b < 0x38800000: // below 2^-14: a subnormal, or rounded up to 2^-14
		// Adding 0.5 leaves a float32 whose last place is 2^-24, as of a
		// subnormal, and the processor rounds to even.
		return sign | uint16(math.Float32bits(math.Float32frombits(b)+0.5)-math.Float32bits(0.5))
	}
	// The carry out of the fraction moves into the exponent, which is right.
	b += 0xfff + b>>13&1
	return sign | uint16(b>>13-(127-15)<<10)
}
