//go:build !purego

#include "textflag.h"

// Sixteen pixels at a time look outwards, column by column, to both sides: what
// the columns k to the left and right offer, plus k². When k² is more than the
// worst of the sixteen has, nothing farther away can matter.
//
// Registers: SI, R8… the offers at the block, DI… the results, R10 the byte offset of the
// columns to the left (−4k) and R11 to the right (4k), CX the pixels left, DX the
// most steps, AX steps left. Y15 is k² in all lanes, Y14 what to add for the next
// (2k+1), Y13 two.

#define START \
	VPCMPEQD Y13, Y13, Y13 \
	VPSRLD   $31, Y13, Y15 \
	VPADDD   Y15, Y15, Y13 \
	VPADDD   Y13, Y15, Y14 \
	MOVQ     $-4, R10      \
	MOVQ     $4, R11       \
	MOVQ     DX, AX

#define NEXT \
	VPADDD Y14, Y15, Y15 \
	VPADDD Y13, Y14, Y14 \
	SUBQ   $4, R10       \
	ADDQ   $4, R11

// func nearestAVX2(o, f *int32, n, steps int) (all bool)
//
// What o has been is what the line before has come out with: a block whose middle was too far away for
// pixels 8 columns from it to be found for certain is not looked at. A block left open
// begins with −1. An odd number of steps is made, as there are two for each test but the first.
TEXT ·nearestAVX2(SB), NOSPLIT, $0-33
	MOVQ  o+0(FP), DI
	MOVQ  f+8(FP), SI
	MOVQ  n+16(FP), CX
	MOVQ  steps+24(FP), DX
	MOVB  $1, all+32(FP)
	LEAL  -8(DX), BX
	IMULL BX, BX

#define STEP \
	VMOVDQU (SI)(R10*1), Y3       \
	VMOVDQU 32(SI)(R10*1), Y4     \
	VPMINSD (SI)(R11*1), Y3, Y3   \
	VPMINSD 32(SI)(R11*1), Y4, Y4 \
	VPADDD  Y15, Y3, Y3           \
	VPADDD  Y15, Y4, Y4           \
	VPMINSD Y3, Y0, Y0            \
	VPMINSD Y4, Y1, Y1            \
	NEXT

nearestBlock:
	CMPL     32(DI), BX
	JGT      nearestOpen
	VMOVDQU  (SI), Y0
	VMOVDQU  32(SI), Y1
	START
	VPMAXSD  Y0, Y1, Y2
	VPCMPGTD Y15, Y2, Y2
	VPTEST   Y2, Y2
	JZ       nearestStore
	STEP

nearestStep:
	VPMAXSD  Y0, Y1, Y2
	VPCMPGTD Y15, Y2, Y2
	VPTEST   Y2, Y2
	JZ       nearestStore
	SUBQ     $2, AX
	JLE      nearestOpen
	STEP
	STEP
	JMP      nearestStep

nearestOpen:
	MOVB $0, all+32(FP)
	MOVL $-1, (DI)
	JMP  nearestNext

nearestStore:
	VMOVDQU Y0, (DI)
	VMOVDQU Y1, 32(DI)

nearestNext:
	ADDQ    $64, SI
	ADDQ    $64, DI
	SUBQ    $16, CX
	JG      nearestBlock
	VZEROUPPER
	RET

// func nearestFloatAVX2(o, f *float64, n, steps int, w float64) (all bool)
//
// The same of floating-point squares: Y15 is k², Y13 w·k², Y14 2k+1, Y10 two.
TEXT ·nearestFloatAVX2(SB), NOSPLIT, $0-41
	MOVQ         o+0(FP), DI
	MOVQ         f+8(FP), SI
	MOVQ         n+16(FP), CX
	MOVQ         steps+24(FP), DX
	VBROADCASTSD w+32(FP), Y12
	MOVB         $1, all+40(FP)
	MOVQ         $0x3FF0000000000000, AX
	VMOVQ        AX, X11
	VBROADCASTSD X11, Y11
	VADDPD       Y11, Y11, Y10

floatBlock:
	VMOVUPD (SI), Y0
	VMOVUPD 32(SI), Y1
	VMOVUPD 64(SI), Y2
	VMOVUPD 96(SI), Y3
	VMOVAPD Y11, Y15
	VADDPD  Y11, Y10, Y14
	VMOVAPD Y12, Y13
	MOVQ    $-8, R10
	MOVQ    $8, R11
	MOVQ    DX, AX

floatStep:
	VMAXPD Y0, Y1, Y4
	VMAXPD Y2, Y3, Y5
	VMAXPD Y4, Y5, Y4
	VCMPPD $0x1E, Y13, Y4, Y4
	VPTEST Y4, Y4
	JZ     floatStore
	VADDPD (SI)(R10*1), Y13, Y4
	VADDPD 32(SI)(R10*1), Y13, Y5
	VADDPD 64(SI)(R10*1), Y13, Y6
	VADDPD 96(SI)(R10*1), Y13, Y7
	VMINPD Y4, Y0, Y0
	VMINPD Y5, Y1, Y1
	VMINPD Y6, Y2, Y2
	VMINPD Y7, Y3, Y3
	VADDPD (SI)(R11*1), Y13, Y4
	VADDPD 32(SI)(R11*1), Y13, Y5
	VADDPD 64(SI)(R11*1), Y13, Y6
	VADDPD 96(SI)(R11*1), Y13, Y7
	VMINPD Y4, Y0, Y0
	VMINPD Y5, Y1, Y1
	VMINPD Y6, Y2, Y2
	VMINPD Y7, Y3, Y3
	VADDPD Y14, Y15, Y15
	VADDPD Y10, Y14, Y14
	VMULPD Y12, Y15, Y13
	SUBQ   $8, R10
	ADDQ   $8, R11
	DECQ   AX
	JNZ    floatStep

	VMAXPD Y0, Y1, Y4
	VMAXPD Y2, Y3, Y5
	VMAXPD Y4, Y5, Y4
	VCMPPD $0x1E, Y13, Y4, Y4
	VPTEST Y4, Y4
	JZ     floatStore
	MOVB   $0, all+40(FP) // in vain
	VZEROUPPER
	RET

floatStore:
	VMOVUPD Y0, (DI)
	VMOVUPD Y1, 32(DI)
	VMOVUPD Y2, 64(DI)
	VMOVUPD Y3, 96(DI)
	ADDQ    $128, SI
	ADDQ    $128, DI
	SUBQ    $16, CX
	JG      floatBlock
	VZEROUPPER
	RET

// RIGHT takes the offer of Y4 at distance² Y2 if it is lower than what b has, LEFT
// also if it is as low: of equals the leftmost column wins, as on the envelope.
#define LEFT(b, l) \
	VPCMPGTD  b, Y2, Y3        \
	VPMINSD   Y2, b, b         \
	VPBLENDVB Y3, l, Y4, l
#define RIGHT(b, l) \
	VPCMPGTD  Y2, b, Y3        \
	VPMINSD   Y2, b, b         \
	VPBLENDVB Y3, Y4, l, l

// DROP makes what is beyond the limit in Y12 as good as absent: inf in Y11, id 0.
#define DROP(b, l) \
	VPCMPGTD  Y12, b, Y2      \
	VPBLENDVB Y2, Y11, b, b   \
	VPANDN    l, Y2, l

#define LIMIT(limit, inf) \
	MOVL         limit, AX \
	VMOVD        AX, X12   \
	VPBROADCASTD X12, Y12  \
	MOVL         inf, AX   \
	VMOVD        AX, X11   \
	VPBROADCASTD X11, Y11

// func nearestIDAVX2(o, oid, f, id *int32, n, steps int, limit, inf int32) (all bool)
TEXT ·nearestIDAVX2(SB), NOSPLIT, $0-57
	MOVQ o+0(FP), DI
	MOVQ oid+8(FP), R9
	MOVQ f+16(FP), SI
	MOVQ id+24(FP), R8
	MOVQ n+32(FP), CX
	MOVQ steps+40(FP), DX
	LIMIT(limit+48(FP), inf+52(FP))
	MOVB $1, all+56(FP)

nearestIDBlock:
	VMOVDQU (SI), Y0
	VMOVDQU 32(SI), Y1
	VMOVDQU (R8), Y6
	VMOVDQU 32(R8), Y7
	START

nearestIDStep:
	VPMAXSD   Y0, Y1, Y2
	VPCMPGTD  Y2, Y15, Y2
	VPMOVMSKB Y2, BX
	CMPL      BX, $-1
	JEQ       nearestIDStore
	VPADDD    (SI)(R10*1), Y15, Y2
	VMOVDQU   (R8)(R10*1), Y4
	LEFT(Y0, Y6)
	VPADDD    32(SI)(R10*1), Y15, Y2
	VMOVDQU   32(R8)(R10*1), Y4
	LEFT(Y1, Y7)
	VPADDD    (SI)(R11*1), Y15, Y2
	VMOVDQU   (R8)(R11*1), Y4
	RIGHT(Y0, Y6)
	VPADDD    32(SI)(R11*1), Y15, Y2
	VMOVDQU   32(R8)(R11*1), Y4
	RIGHT(Y1, Y7)
	NEXT
	DECQ      AX
	JNZ       nearestIDStep

	VPMAXSD   Y0, Y1, Y2
	VPCMPGTD  Y2, Y15, Y2
	VPMOVMSKB Y2, BX
	CMPL      BX, $-1
	JEQ       nearestIDStore
	MOVB      $0, all+56(FP)

nearestIDStore:
	DROP(Y0, Y6)
	DROP(Y1, Y7)
	VMOVDQU Y0, (DI)
	VMOVDQU Y1, 32(DI)
	VMOVDQU Y6, (R9)
	VMOVDQU Y7, 32(R9)
	ADDQ    $64, SI
	ADDQ    $64, DI
	ADDQ    $64, R8
	ADDQ    $64, R9
	SUBQ    $16, CX
	JG      nearestIDBlock
	VZEROUPPER
	RET

// SECOND makes Y2 the distance² and Y4 the id of what the columns at an offset
// offer of another object than c: the nearer offer, or the farther where the nearer
// is c's.
#define SECOND(at, c) \
	VMOVDQU   (R8)at, Y4            \
	VPCMPEQD  Y4, c, Y3             \
	VMOVDQU   (SI)at, Y2            \
	VPBLENDVB Y3, (R12)at, Y2, Y2   \
	VPBLENDVB Y3, (R13)at, Y4, Y4   \
	VPADDD    Y2, Y15, Y2
#define SECOND32(at, c) \
	VMOVDQU   32(R8)at, Y4          \
	VPCMPEQD  Y4, c, Y3             \
	VMOVDQU   32(SI)at, Y2          \
	VPBLENDVB Y3, 32(R12)at, Y2, Y2 \
	VPBLENDVB Y3, 32(R13)at, Y4, Y4 \
	VPADDD    Y2, Y15, Y2

// func secondAVX2(o2, oid2, o1, c, f1, id1, f2, id2 *int32, n, steps int, lowest, highest, limit, inf int32) (all bool)
//
// Only pixels whose o1 is from lowest to highest look for a second object.
TEXT ·secondAVX2(SB), NOSPLIT, $0-97
	MOVQ         o2+0(FP), DI
	MOVQ         oid2+8(FP), R9
	MOVQ         o1+16(FP), R14
	MOVQ         c+24(FP), BX
	MOVQ         f1+32(FP), SI
	MOVQ         id1+40(FP), R8
	MOVQ         f2+48(FP), R12
	MOVQ         id2+56(FP), R13
	MOVQ         n+64(FP), CX
	MOVQ         steps+72(FP), DX
	MOVL         lowest+80(FP), AX
	VMOVD        AX, X5
	VPBROADCASTD X5, Y5
	MOVL         highest+84(FP), AX
	VMOVD        AX, X10
	VPBROADCASTD X10, Y10
	LIMIT(limit+88(FP), inf+92(FP))
	MOVB         $1, all+96(FP)

secondBlock:
	VMOVDQU  (R14), Y0
	VMOVDQU  32(R14), Y1
	VPCMPGTD Y10, Y0, Y2
	VPCMPGTD Y10, Y1, Y3
	VPCMPGTD Y0, Y5, Y0
	VPCMPGTD Y1, Y5, Y1
	VPOR     Y2, Y0, Y0       // −1 where none is looked for
	VPOR     Y3, Y1, Y1
	VPAND    Y0, Y1, Y2
	VPXOR    Y6, Y6, Y6
	VPXOR    Y7, Y7, Y7
	VPMOVMSKB Y2, AX
	CMPL     AX, $-1
	JEQ      secondStore
	VPOR     Y11, Y0, Y0
	VPOR     Y11, Y1, Y1
	VMOVDQU  (BX), Y8
	VMOVDQU  32(BX), Y9
	VPXOR    Y15, Y15, Y15
	XORQ     R10, R10
	SECOND((R10*1), Y8)
	RIGHT(Y0, Y6)
	SECOND32((R10*1), Y9)
	RIGHT(Y1, Y7)
	START

secondStep:
	VPMAXSD   Y0, Y1, Y2
	VPCMPGTD  Y2, Y15, Y2
	VPMOVMSKB Y2, R15
	CMPL      R15, $-1
	JEQ       secondStore
	SECOND((R10*1), Y8)
	LEFT(Y0, Y6)
	SECOND32((R10*1), Y9)
	LEFT(Y1, Y7)
	SECOND((R11*1), Y8)
	RIGHT(Y0, Y6)
	SECOND32((R11*1), Y9)
	RIGHT(Y1, Y7)
	NEXT
	DECQ      AX
	JNZ       secondStep

	VPMAXSD   Y0, Y1, Y2
	VPCMPGTD  Y2, Y15, Y2
	VPMOVMSKB Y2, R15
	CMPL      R15, $-1
	JEQ       secondStore
	MOVB      $0, all+96(FP)

secondStore:
	VPSRLD  $1, Y0, Y2 // −1 becomes more than any limit
	VPSRLD  $1, Y1, Y3
	VPMAXSD Y2, Y0, Y0
	VPMAXSD Y3, Y1, Y1
	DROP(Y0, Y6)
	DROP(Y1, Y7)
	VMOVDQU Y0, (DI)
	VMOVDQU Y1, 32(DI)
	VMOVDQU Y6, (R9)
	VMOVDQU Y7, 32(R9)
	ADDQ    $64, SI
	ADDQ    $64, DI
	ADDQ    $64, BX
	ADDQ    $64, R14
	ADDQ    $64, R8
	ADDQ    $64, R9
	ADDQ    $64, R12
	ADDQ    $64, R13
	SUBQ    $16, CX
	JG      secondBlock
	VZEROUPPER
	RET
