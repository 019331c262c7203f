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

// PAIR makes lowest the lower of what the two columns in Y2 and Y3 offer, and goes on to the next two.
#define PAIR(square, second, two, lowest) \
	VPADDD  Y3, second, lowest      \
	VPMINSD Y2, lowest, lowest      \
	VPADDD  square, lowest, lowest  \
	VPADDD  two, square, square     \
	VPADDD  Y13, second, second     \
	VPADDD  Y6, two, two

// BEGIN prepares the lanes whose pixels are d columns to the right of the first one.
#define BEGIN(d, square, second, two, lowest) \
	VPADDD   d, d, second             \
	VPSUBD   second, Y12, second      \
	VPADDD   Y12, second, two         \
	VPADDD   two, two, two            \
	VPMULLD  d, d, square             \
	VPCMPEQD lowest, lowest, lowest

// LOWER keeps the column in Y3 where what it offers is lower than what has been lowest.
#define LOWER(square, second, lowest, column) \
	VPADDD    Y2, square, Y4         \
	VPADDD    second, square, square \
	VPADDD    Y13, second, second    \
	VPMINUD   Y4, lowest, Y4         \
	VPCMPEQD  Y4, lowest, Y5         \
	VMOVDQA   Y4, lowest             \
	VPBLENDVB Y5, column, Y3, column

// func farAVX2(o, at, f *int32, d, n, blocks, first int)
//
// Two columns at a time. Of a pixel d columns to the right of the first of them Y8 is d²,
// Y10 what that is more for the second, 1−2d, and Y14 for the two after them, 4−4d; so are Y9, Y11 and
// Y15. Y12 is one, Y13 four, Y6 eight.
//
// First every lane is the first pixel of a block, and learns in Y1 which two columns its
// lowest, in Y0, is among; Y7 are those at hand. Then the sixteen pixels of each block look
// at the columns from its own to the next block's, their lowest being in Y0 and Y1. If the leftmost
// columns of these are asked for, one column is looked at after the other; Y14 and Y15 are the lowest ones'.
TEXT ·farAVX2(SB), NOSPLIT, $40-56
	MOVQ         o+0(FP), DI
	MOVQ         at+8(FP), R12
	MOVQ         f+16(FP), R9
	MOVQ         d+24(FP), AX
	MOVQ         n+32(FP), DX
	MOVQ         blocks+40(FP), CX
	MOVQ         first+48(FP), R13
	DECQ         DX
	ANDQ         $-2, DX              // the last two columns
	VPCMPEQD     Y12, Y12, Y12
	VPSRLD       $31, Y12, Y12
	VPSLLD       $2, Y12, Y13
	VPSLLD       $3, Y12, Y6
	VPXOR        Y1, Y1, Y1
	CMPQ         CX, $1
	JEQ          divided
	VMOVD        AX, X8
	VPBROADCASTD X8, Y8
	VMOVDQU      lanes<>(SB), Y9
	VPSLLD       $4, Y9, Y9
	VPADDD       Y9, Y8, Y8
	BEGIN(Y8, Y8, Y10, Y14, Y0)
	VPXOR        Y7, Y7, Y7
	VPADDD       Y12, Y12, Y11
	MOVQ         R9, SI
	LEAQ         8(SI)(DX*4), R8

divide:
	VPBROADCASTD (SI), Y2
	VPBROADCASTD 4(SI), Y3
	PAIR(Y8, Y10, Y14, Y4)
	VPMINUD      Y4, Y0, Y4
	VPCMPEQD     Y4, Y0, Y5
	VMOVDQA      Y4, Y0
	VPBLENDVB    Y5, Y1, Y7, Y1
	VPADDD       Y11, Y7, Y7
	ADDQ         $8, SI
	CMPQ         SI, R8
	JB           divide

divided:
	VMOVDQU Y1, (SP)
	MOVL    DX, (SP)(CX*4)
	MOVQ    SP, R10
	LEAQ    (SP)(CX*4), R11
	VMOVDQU lanes<>(SB), Y7

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
	BEGIN(Y8, Y8, Y10, Y14, Y0)
	BEGIN(Y9, Y9, Y11, Y15, Y1)
	TESTQ        R12, R12
	JNZ          columns

farStep:
	VPBROADCASTD (SI), Y2
	VPBROADCASTD 4(SI), Y3
	PAIR(Y8, Y10, Y14, Y4)
	PAIR(Y9, Y11, Y15, Y5)
	VPMINUD      Y4, Y0, Y0
	VPMINUD      Y5, Y1, Y1
	ADDQ         $8, SI
	CMPQ         SI, R8
	JB           farStep

farStore:
	VMOVDQU Y0, (DI)
	VMOVDQU Y1, 32(DI)
	ADDQ    $64, DI
	ADDQ    $16, AX
	ADDQ    $4, R10
	CMPQ    R10, R11
	JB      farBlock
	VZEROUPPER
	RET

columns:
	MOVL         (R10), BX
	ADDQ         R13, BX
	VMOVD        BX, X3
	VPBROADCASTD X3, Y3
	VPADDD       Y12, Y12, Y13

column:
	VPBROADCASTD (SI), Y2
	LOWER(Y8, Y10, Y0, Y14)
	LOWER(Y9, Y11, Y1, Y15)
	VPADDD       Y12, Y3, Y3
	ADDQ         $4, SI
	CMPQ         SI, R8
	JB           column
	VMOVDQU      Y14, (R12)
	VMOVDQU      Y15, 32(R12)
	ADDQ         $64, R12
	JMP          farStore
