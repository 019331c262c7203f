//go:build !purego

#include "textflag.h"

// What a column offers is less than 2³¹ + 2³⁰ everywhere, so it is compared without a sign.

DATA lanes<>+0(SB)/8, $0x0000000100000000
DATA lanes<>+8(SB)/8, $0x0000000300000002
DATA lanes<>+16(SB)/8, $0x0000000500000004
DATA lanes<>+24(SB)/8, $0x0000000700000006
GLOBL lanes<>(SB), RODATA|NOPTR, $32

// func lowestAVX2(f *int32, d, n int) (v int)
//
// Eight columns at a time: Y15 is (d+v)², Y14 what to add for the next eight, Y13 how much more
// each time; Y0 the lowest of each lane, Y1 its column, Y2 the columns at hand.
TEXT ·lowestAVX2(SB), NOSPLIT, $0-32
	MOVQ         f+0(FP), SI
	MOVQ         d+8(FP), AX
	MOVQ         n+16(FP), CX
	VMOVDQU      lanes<>(SB), Y2
	VMOVD        AX, X15
	VPBROADCASTD X15, Y15
	VPADDD       Y2, Y15, Y14
	VPMULLD      Y14, Y14, Y15
	VPCMPEQD     Y0, Y0, Y0
	VPSRLD       $31, Y0, Y12
	VPSLLD       $3, Y12, Y12
	VPSLLD       $3, Y12, Y3
	VPSLLD       $4, Y12, Y13
	VPSLLD       $4, Y14, Y14
	VPADDD       Y3, Y14, Y14
	VMOVDQA      Y2, Y1

lowestStep:
	VPADDD    (SI), Y15, Y3
	VPMINUD   Y3, Y0, Y3
	VPCMPEQD  Y3, Y0, Y4
	VMOVDQA   Y3, Y0
	VPBLENDVB Y4, Y1, Y2, Y1
	VPADDD    Y12, Y2, Y2
	VPADDD    Y14, Y15, Y15
	VPADDD    Y13, Y14, Y14
	ADDQ      $32, SI
	SUBQ      $8, CX
	JG        lowestStep

	VEXTRACTI128 $1, Y0, X3
	VPMINUD      X3, X0, X3
	VPSHUFD      $0x4E, X3, X4
	VPMINUD      X3, X4, X3
	VPSHUFD      $0xB1, X3, X4
	VPMINUD      X3, X4, X3
	VPBROADCASTD X3, Y3
	VPCMPEQD     Y0, Y3, Y3
	VPCMPEQD     Y4, Y4, Y4
	VPXOR        Y4, Y3, Y3
	VPOR         Y3, Y1, Y1
	VEXTRACTI128 $1, Y1, X3
	VPMINUD      X3, X1, X3
	VPSHUFD      $0x4E, X3, X4
	VPMINUD      X3, X4, X3
	VPSHUFD      $0xB1, X3, X4
	VPMINUD      X3, X4, X3
	VMOVD        X3, AX
	MOVQ         AX, v+24(FP)
	VZEROUPPER
	RET

// func farAVX2(o, f *int32, d, n, blocks int)
//
// Two columns at a time. First every lane is the first pixel of a block, and learns which two
// columns its lowest is among: Y8 is (d−v)², Y10 what to add for the next column, Y13 two; Y0 the
// lowest, Y1 its columns, Y2 the columns at hand. Then sixteen pixels of a block have the lowest of
// the columns from its own to the next block's.
TEXT ·farAVX2(SB), NOSPLIT, $40-40
	MOVQ         o+0(FP), DI
	MOVQ         f+8(FP), SI
	MOVQ         d+16(FP), AX
	MOVQ         n+24(FP), DX
	MOVQ         blocks+32(FP), CX
	DECQ         DX
	ANDQ         $-2, DX             // the last two columns
	LEAQ         8(SI)(DX*4), R8
	VMOVDQU      lanes<>(SB), Y7
	VPCMPEQD     Y12, Y12, Y12
	VPSRLD       $31, Y12, Y14
	VPADDD       Y14, Y14, Y13
	VPSLLD       $3, Y14, Y6
	VMOVD        AX, X8
	VPBROADCASTD X8, Y8
	VPSLLD       $4, Y7, Y9
	VPADDD       Y9, Y8, Y8
	VPADDD       Y8, Y8, Y10
	VPSUBD       Y10, Y14, Y10
	VPMULLD      Y8, Y8, Y8
	VMOVDQA      Y12, Y0
	VPXOR        Y1, Y1, Y1
	VPXOR        Y2, Y2, Y2
	CMPQ         CX, $1
	JEQ          divided

divide:
	VPBROADCASTD (SI), Y3
	VPBROADCASTD 4(SI), Y4
	VPADDD       Y3, Y8, Y3
	VPADDD       Y10, Y8, Y8
	VPADDD       Y13, Y10, Y10
	VPADDD       Y4, Y8, Y4
	VPADDD       Y10, Y8, Y8
	VPADDD       Y13, Y10, Y10
	VPMINUD      Y3, Y4, Y3
	VPMINUD      Y3, Y0, Y3
	VPCMPEQD     Y3, Y0, Y4
	VMOVDQA      Y3, Y0
	VPBLENDVB    Y4, Y1, Y2, Y1
	VPADDD       Y13, Y2, Y2
	ADDQ         $8, SI
	CMPQ         SI, R8
	JB           divide

divided:
	MOVQ    f+8(FP), R9
	VMOVDQU Y1, (SP)
	MOVL    DX, (SP)(CX*4)
	LEAQ    (SP)(CX*4), R11
	MOVQ    SP, R10

farBlock:
	MOVL         (R10), BX
	LEAQ         (R9)(BX*4), SI
	SUBQ         AX, BX
	NEGQ         BX
	VMOVD        BX, X8
	VPBROADCASTD X8, Y8
	MOVL         4(R10), BX
	LEAQ         8(R9)(BX*4), R8
	VPADDD       Y7, Y8, Y8
	VPADDD       Y6, Y8, Y9
	VPADDD       Y8, Y8, Y10
	VPADDD       Y9, Y9, Y11
	VPSUBD       Y10, Y14, Y10
	VPSUBD       Y11, Y14, Y11
	VPMULLD      Y8, Y8, Y8
	VPMULLD      Y9, Y9, Y9
	VMOVDQA      Y12, Y0
	VMOVDQA      Y12, Y1

farStep:
	VPBROADCASTD (SI), Y2
	VPBROADCASTD 4(SI), Y3
	VPADDD       Y2, Y8, Y4
	VPADDD       Y2, Y9, Y5
	VPADDD       Y10, Y8, Y8
	VPADDD       Y11, Y9, Y9
	VPADDD       Y13, Y10, Y10
	VPADDD       Y13, Y11, Y11
	VPMINUD      Y4, Y0, Y0
	VPMINUD      Y5, Y1, Y1
	VPADDD       Y3, Y8, Y4
	VPADDD       Y3, Y9, Y5
	VPADDD       Y10, Y8, Y8
	VPADDD       Y11, Y9, Y9
	VPADDD       Y13, Y10, Y10
	VPADDD       Y13, Y11, Y11
	VPMINUD      Y4, Y0, Y0
	VPMINUD      Y5, Y1, Y1
	ADDQ         $8, SI
	CMPQ         SI, R8
	JB           farStep

	VMOVDQU Y0, (DI)
	VMOVDQU Y1, 32(DI)
	ADDQ    $64, DI
	ADDQ    $16, AX
	ADDQ    $4, R10
	CMPQ    R10, R11
	JB      farBlock
	VZEROUPPER
	RET
