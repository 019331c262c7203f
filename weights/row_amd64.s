//go:build !purego

#include "textflag.h"

// TERM makes four weights of the sums s in b: w_c + w0·exp(exponent·s²), in d; then x in
// b, and 2ⁿ in c. R8 has the constants of exp, each four times. Y8 w0, Y9 exponent,
// Y10 w_c. Y4 becomes r², Y5 r⁴, Y11 high, Y12 mid; Y7 is for this and that.
#define PAIR(k, b, d) \
	VMULPD (32*k+160)(R8), b, d \
	VADDPD (32*k+128)(R8), d, d

#define TERM(b, c, cx, d) \
	VMULPD     b, b, b         \
	VMULPD     Y9, b, b        \
	VMAXPD     0(R8), b, b     \
	VMULPD     32(R8), b, c    \
	VROUNDPD   $0, c, c        \
	VMULPD     64(R8), c, d    \
	VSUBPD     d, b, b         \
	VMULPD     96(R8), c, d    \
	VSUBPD     d, b, b         \
	VCVTPD2DQY c, cx           \
	VPMOVSXDQ  cx, c           \
	VPADDQ     544(R8), c, c   \
	VPSLLQ     $52, c, c       \
	VMULPD     b, b, Y4        \
	VMULPD     Y4, Y4, Y5      \
	PAIR(10, b, Y11)           \
	PAIR(8, b, Y12)            \
	VMULPD     Y4, Y11, Y11    \
	VADDPD     Y12, Y11, Y11   \
	VMULPD     512(R8), Y5, Y7 \
	VADDPD     Y7, Y11, Y11    \
	VMULPD     Y5, Y5, Y7      \
	VMULPD     Y7, Y11, Y11    \
	PAIR(6, b, Y12)            \
	PAIR(4, b, Y7)             \
	VMULPD     Y4, Y12, Y12    \
	VADDPD     Y7, Y12, Y12    \
	VMULPD     Y5, Y12, Y12    \
	PAIR(2, b, d)              \
	PAIR(0, b, Y7)             \
	VMULPD     Y4, d, d        \
	VADDPD     Y7, d, d        \
	VADDPD     Y12, d, d       \
	VADDPD     Y11, d, d       \
	VMULPD     c, d, d         \
	VMULPD     Y8, d, d        \
	VADDPD     Y10, d, d

// func gapsAVX2(w, d1, d2 *float32, labels *int32, n int, b *float64, e *float64)
//
// b is w0, exponent, radius, background and foreground.
TEXT ·gapsAVX2(SB), NOSPLIT, $0-56
	MOVQ         w+0(FP), DI
	MOVQ         d1+8(FP), SI
	MOVQ         d2+16(FP), DX
	MOVQ         labels+24(FP), BX
	MOVQ         n+32(FP), CX
	MOVQ         b+40(FP), R9
	MOVQ         e+48(FP), R8
	VBROADCASTSD 0(R9), Y8
	VBROADCASTSD 8(R9), Y9
	VBROADCASTSD 24(R9), Y10
	VCVTPD2PSY   Y10, X14
	VINSERTI128  $1, X14, Y14, Y14 // background
	VBROADCASTSD 32(R9), Y15
	VCVTPD2PSY   Y15, X15
	VINSERTI128  $1, X15, Y15, Y15 // foreground

block:
	VPXOR        Y7, Y7, Y7
	VPCMPEQD     (BX), Y7, Y6     // not in an object
	VBLENDVPS    Y6, Y14, Y15, Y13
	VCVTPS2PD    (SI), Y0
	VCVTPS2PD    (DX), Y2
	VADDPD       Y2, Y0, Y0
	VCVTPS2PD    16(SI), Y3
	VCVTPS2PD    16(DX), Y5
	VADDPD       Y5, Y3, Y3
	VBROADCASTSD 16(R9), Y7
	VCMPPD       $1, Y7, Y0, Y2   // within the radius
	VCMPPD       $1, Y7, Y3, Y5
	VEXTRACTI128 $1, Y2, X4
	VPACKSSDW    X4, X2, X2
	VEXTRACTI128 $1, Y5, X4
	VPACKSSDW    X4, X5, X5
	VINSERTI128  $1, X5, Y2, Y2
	VPAND        Y2, Y6, Y6
	VPTEST       Y6, Y6
	JZ           store
	TERM(Y0, Y1, X1, Y2)
	TERM(Y3, Y0, X0, Y1)
	VCVTPD2PSY   Y2, X2
	VCVTPD2PSY   Y1, X1
	VINSERTI128  $1, X1, Y2, Y2
	VBLENDVPS    Y6, Y2, Y13, Y13

store:
	VMOVUPS Y13, (DI)
	ADDQ    $32, DI
	ADDQ    $32, SI
	ADDQ    $32, DX
	ADDQ    $32, BX
	SUBQ    $8, CX
	JG      block
	VZEROUPPER
	RET
