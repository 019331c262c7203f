//go:build !purego

#include "textflag.h"

// The scalar functions of sigmoid.go, exp.go and overlap.go for four pixels at a time: the same
// operations in the same order, without fused multiply-add, so that the bits agree.

// Constants, at R9.
#define ONE    0(R9)
#define TWO    32(R9)
#define HALF   64(R9)
#define BEYOND 96(R9)
#define BELOW  128(R9)
#define ABS    160(R9)
#define LOG2E  192(R9)
#define SHIFT  224(R9)
#define LN2    256(R9)
#define E1     288(R9)
#define E2     320(R9)
#define E3     352(R9)
#define E4     384(R9)
#define E5     416(R9)
#define E6     448(R9)
#define E7     480(R9)
#define E8     512(R9)
#define L1     544(R9)
#define L2     576(R9)
#define L3     608(R9)
#define L4     640(R9)
#define L5     672(R9)
#define L6     704(R9)
#define MINUS  736(R9)
#define UNIT   768(R9)

// Y1 = e^Y1, |Y1| ≤ 700. Uses Y2 to Y6.
#define EXP \
	VMULPD LOG2E, Y1, Y2 \
	VADDPD SHIFT, Y2, Y2 \
	VSUBPD SHIFT, Y2, Y3 \
	VMULPD LN2, Y3, Y3   \
	VSUBPD Y3, Y1, Y1    \
	VPSLLQ $52, Y2, Y2   \
	VMULPD Y1, Y1, Y3    \
	VMULPD E2, Y1, Y4    \
	VADDPD E1, Y4, Y4    \
	VMULPD E4, Y1, Y5    \
	VADDPD E3, Y5, Y5    \
	VMULPD Y3, Y5, Y5    \
	VADDPD Y5, Y4, Y4    \
	VMULPD E6, Y1, Y5    \
	VADDPD E5, Y5, Y5    \
	VMULPD E8, Y1, Y6    \
	VADDPD E7, Y6, Y6    \
	VMULPD Y3, Y6, Y6    \
	VADDPD Y6, Y5, Y5    \
	VMULPD Y3, Y3, Y3    \
	VMULPD Y3, Y5, Y5    \
	VADDPD Y5, Y4, Y4    \
	VMULPD Y1, Y4, Y4    \
	VADDPD ONE, Y4, Y4   \
	VPADDQ Y2, Y4, Y1

// func expNegativeAVX2(dst, x *float64, n int, k *laneTable)
TEXT ·expNegativeAVX2(SB), NOSPLIT, $0-32
	MOVQ dst+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), CX
	MOVQ k+24(FP), R9

expLoop:
	VMOVUPD (SI), Y0
	VMOVUPD BEYOND, Y1
	VMINPD  Y0, Y1, Y1  // the second operand, x, if it is NaN
	VXORPD  MINUS, Y1, Y1
	EXP
	VCMPPD  $0x1E, BEYOND, Y0, Y2 // x > beyond
	VANDNPD Y1, Y2, Y1
	VMOVUPD Y1, (DI)
	ADDQ    $32, SI
	ADDQ    $32, DI
	SUBQ    $4, CX
	JNZ     expLoop
	VZEROUPPER
	RET

// func sigmoidAVX2(q, r *float64, x *float32, n int, k *laneTable)
TEXT ·sigmoidAVX2(SB), NOSPLIT, $0-40
	MOVQ q+0(FP), DI
	MOVQ r+8(FP), R8
	MOVQ x+16(FP), SI
	MOVQ n+24(FP), CX
	MOVQ k+32(FP), R9

sigmoidLoop:
	VCVTPS2PD (SI), Y0
	VMOVUPD   BEYOND, Y1
	VMINPD    Y0, Y1, Y1  // the second operand, x, if it is NaN
	VMOVUPD   BELOW, Y2
	VMAXPD    Y1, Y2, Y1
	VXORPD    MINUS, Y1, Y1
	EXP
	VADDPD    ONE, Y1, Y2
	VMOVUPD   ONE, Y3
	VDIVPD    Y2, Y3, Y2  // q
	VMULPD    Y2, Y1, Y1  // r
	VMOVUPD   BELOW, Y3
	VCMPPD    $0x1E, Y0, Y3, Y3 // x < −beyond
	VANDNPD   Y2, Y3, Y2
	VCMPPD    $0x1E, BEYOND, Y0, Y3 // x > beyond
	VANDNPD   Y1, Y3, Y1
	VMOVUPD   Y2, (DI)
	VMOVUPD   Y1, (R8)
	ADDQ      $16, SI
	ADDQ      $32, DI
	ADDQ      $32, R8
	SUBQ      $4, CX
	JNZ       sigmoidLoop
	VZEROUPPER
	RET

// func logSigmoidAVX2(lq, lr, q, r *float64, x *float32, n int, k *laneTable)
TEXT ·logSigmoidAVX2(SB), NOSPLIT, $0-56
	MOVQ lq+0(FP), R10
	MOVQ lr+8(FP), R11
	MOVQ q+16(FP), DI
	MOVQ r+24(FP), R8
	MOVQ x+32(FP), SI
	MOVQ n+40(FP), CX
	MOVQ k+48(FP), R9
	XORQ DX, DX

logLoop:
	VCVTPS2PD (SI), Y0
	VANDPD    ABS, Y0, Y7 // a = |x|
	VMOVUPD   BEYOND, Y1
	VMINPD    Y7, Y1, Y1
	VXORPD    MINUS, Y1, Y1
	EXP
	VCMPPD    $0x1E, BEYOND, Y7, Y2 // a > beyond
	VANDNPD   Y1, Y2, Y1  // e
	VADDPD    ONE, Y1, Y2 // d1
	VADDPD    TWO, Y1, Y3 // d2
	VMULPD    Y3, Y2, Y4
	VMOVUPD   ONE, Y5
	VDIVPD    Y4, Y5, Y4  // inv
	VMULPD    Y3, Y4, Y8  // big
	VMULPD    Y8, Y1, Y9  // small
	VMULPD    Y2, Y1, Y1
	VMULPD    Y4, Y1, Y1  // z
	VMULPD    Y1, Y1, Y2  // w
	VMULPD    Y2, Y2, Y3  // w²
	VMULPD    L2, Y2, Y4
	VADDPD    L1, Y4, Y4
	VMULPD    L4, Y2, Y5
	VADDPD    L3, Y5, Y5
	VMULPD    Y3, Y5, Y5
	VADDPD    Y5, Y4, Y4
	VMULPD    L6, Y2, Y5
	VADDPD    L5, Y5, Y5
	VMULPD    Y3, Y3, Y3
	VMULPD    Y3, Y5, Y5
	VADDPD    Y5, Y4, Y4
	VMULPD    Y2, Y4, Y4
	VADDPD    TWO, Y4, Y4
	VMULPD    Y1, Y4, Y4  // l
	VSUBPD    Y0, Y7, Y2
	VMULPD    HALF, Y2, Y2
	VADDPD    Y4, Y2, Y2
	VADDPD    Y0, Y7, Y3
	VMULPD    HALF, Y3, Y3
	VADDPD    Y4, Y3, Y3
	VBLENDVPD Y0, Y9, Y8, Y4
	VBLENDVPD Y0, Y8, Y9, Y5
	VMOVUPD   Y2, (R10)(DX*1)
	VMOVUPD   Y3, (R11)(DX*1)
	VMOVUPD   Y4, (DI)(DX*1)
	VMOVUPD   Y5, (R8)(DX*1)
	ADDQ      $16, SI
	ADDQ      $32, DX
	SUBQ      $4, CX
	JNZ       logLoop
	VZEROUPPER
	RET

// func addAreasAVX2(a *areaLanes, grad *float32, q, r, w *float64, p *float32, n int, k *laneTable)
TEXT ·addAreasAVX2(SB), NOSPLIT, $0-64
	MOVQ a+0(FP), AX
	MOVQ grad+8(FP), DI
	MOVQ q+16(FP), R10
	MOVQ r+24(FP), R11
	MOVQ w+32(FP), R8
	MOVQ p+40(FP), SI
	MOVQ n+48(FP), CX
	MOVQ k+56(FP), R9
	VMOVUPD (AX), Y12   // TP
	VMOVUPD 32(AX), Y13 // FP
	VMOVUPD 64(AX), Y14 // FN
	VMOVUPD 96(AX), Y15 // TN
	VMOVUPD ONE, Y11
	VMOVUPD UNIT, Y10
	VXORPD  Y9, Y9, Y9
	XORQ    DX, DX

areasLoop:
	VMOVUPD   (R8)(DX*2), Y0 // w
	VCMPPD    $0, Y9, Y0, Y1 // w = 0: nothing else counts, be it NaN
	VCVTPS2PD (SI)(DX*1), Y2
	VANDNPD   Y2, Y1, Y2     // p
	VANDNPD   (R10)(DX*2), Y1, Y3 // q
	VANDNPD   (R11)(DX*2), Y1, Y4 // r
	VSUBPD    Y2, Y11, Y5
	VMULPD    Y2, Y0, Y2     // w p
	VMULPD    Y5, Y0, Y5     // w (1−p)
	VMULPD    Y3, Y2, Y6
	VADDPD    Y6, Y12, Y12
	VMULPD    Y3, Y5, Y6
	VADDPD    Y6, Y13, Y13
	VMULPD    Y4, Y2, Y6
	VADDPD    Y6, Y14, Y14
	VMULPD    Y4, Y5, Y6
	VADDPD    Y6, Y15, Y15
	VMULPD    Y4, Y3, Y3
	VMULPD    Y10, Y0, Y0
	VMULPD    Y0, Y3, Y3
	VCVTPD2PSY Y3, X3
	VMOVUPS   X3, (DI)(DX*1)
	ADDQ      $16, DX
	SUBQ      $4, CX
	JNZ       areasLoop
	VMOVUPD   Y12, (AX)
	VMOVUPD   Y13, 32(AX)
	VMOVUPD   Y14, 64(AX)
	VMOVUPD   Y15, 96(AX)
	VZEROUPPER
	RET
