//go:build !purego

#include "textflag.h"

// Rows, eight pixels at a time; n, where there is one, is a multiple of eight, CX counts the pixels
// left, and DX the bytes done.

// func forwardNearestAVX2(f, before *int32, mask *uint8, flip int32, n int)
TEXT ·forwardNearestAVX2(SB), NOSPLIT, $0-40
	MOVQ         f+0(FP), DI
	MOVQ         before+8(FP), SI
	MOVQ         mask+16(FP), R8
	MOVL         flip+24(FP), AX
	VMOVD        AX, X14
	VPBROADCASTD X14, Y14
	MOVQ         n+32(FP), CX
	VPCMPEQD     Y13, Y13, Y13 // −1
	VPXOR        Y12, Y12, Y12
	XORQ         DX, DX

forwardNearest:
	VPMOVZXBD (R8), Y0
	VPCMPEQD  Y12, Y0, Y0      // zeros
	VPXOR     Y14, Y0, Y0      // sites
	VMOVDQU   (SI)(DX*1), Y1
	VPSUBD    Y13, Y1, Y1      // one step more
	VPANDN    Y1, Y0, Y1
	VMOVDQU   Y1, (DI)(DX*1)
	ADDQ      $8, R8
	ADDQ      $32, DX
	SUBQ      $8, CX
	JG        forwardNearest
	VZEROUPPER
	RET

// func lookForSitesAVX2(f *int32, mask *uint8, away, planes int, flip, outside int32) (all bool)
TEXT ·lookForSitesAVX2(SB), NOSPLIT, $0-41
	MOVQ         f+0(FP), DI
	MOVQ         mask+8(FP), SI
	MOVQ         away+16(FP), DX
	MOVQ         planes+24(FP), CX
	MOVL         flip+32(FP), AX
	VMOVD        AX, X14
	VPBROADCASTD X14, Y14
	VPCMPEQB     Y15, Y15, Y15   // 255, which is as far as it goes
	VPXOR        Y15, Y14, Y14
	VMOVDQU      Y15, Y0
	VMOVDQU      Y15, Y1
	VPABSB       Y15, Y13        // 1
	VPXOR        Y12, Y12, Y12
	VPXOR        Y11, Y11, Y11   // the steps to this plane

lookForSites:
	VPCMPEQB (SI), Y12, Y2
	VPCMPEQB 32(SI), Y12, Y3
	VPXOR    Y14, Y2, Y2    // what is no site
	VPXOR    Y14, Y3, Y3
	VPOR     Y11, Y2, Y2
	VPOR     Y11, Y3, Y3
	VPMINUB  Y2, Y0, Y0
	VPMINUB  Y3, Y1, Y1
	VPADDB   Y13, Y11, Y11
	ADDQ     DX, SI
	DECQ     CX
	JZ       lookedForSites
	TESTQ    $7, CX
	JNZ      lookForSites
	VPMAXUB  Y0, Y1, Y2
	VPCMPEQB Y15, Y2, Y2
	VPTEST   Y2, Y2
	JNZ      lookForSites   // some column has none yet

lookedForSites:
	VPMAXUB      Y0, Y1, Y2
	VPCMPEQB     Y15, Y2, Y2
	VPTEST       Y2, Y2
	SETEQ        all+40(FP)
	MOVL         outside+36(FP), AX
	VMOVD        AX, X10
	VPBROADCASTD X10, Y10
	VPSRLD       $24, Y15, Y9        // 255
	VEXTRACTI128 $1, Y0, X5
	VEXTRACTI128 $1, Y1, X6
	VPMOVZXBD X0, Y2
	VPCMPEQD  Y9, Y2, Y3
	VPBLENDVB Y3, Y10, Y2, Y2
	VMOVDQU   Y2, 0(DI)
	VPSRLDQ   $8, X0, X0
	VPMOVZXBD X0, Y2
	VPCMPEQD  Y9, Y2, Y3
	VPBLENDVB Y3, Y10, Y2, Y2
	VMOVDQU   Y2, 32(DI)
	VMOVDQU   Y5, Y0
	VPMOVZXBD X0, Y2
	VPCMPEQD  Y9, Y2, Y3
	VPBLENDVB Y3, Y10, Y2, Y2
	VMOVDQU   Y2, 64(DI)
	VPSRLDQ   $8, X0, X0
	VPMOVZXBD X0, Y2
	VPCMPEQD  Y9, Y2, Y3
	VPBLENDVB Y3, Y10, Y2, Y2
	VMOVDQU   Y2, 96(DI)
	VPMOVZXBD X1, Y2
	VPCMPEQD  Y9, Y2, Y3
	VPBLENDVB Y3, Y10, Y2, Y2
	VMOVDQU   Y2, 128(DI)
	VPSRLDQ   $8, X1, X1
	VPMOVZXBD X1, Y2
	VPCMPEQD  Y9, Y2, Y3
	VPBLENDVB Y3, Y10, Y2, Y2
	VMOVDQU   Y2, 160(DI)
	VMOVDQU   Y6, Y1
	VPMOVZXBD X1, Y2
	VPCMPEQD  Y9, Y2, Y3
	VPBLENDVB Y3, Y10, Y2, Y2
	VMOVDQU   Y2, 192(DI)
	VPSRLDQ   $8, X1, X1
	VPMOVZXBD X1, Y2
	VPCMPEQD  Y9, Y2, Y3
	VPBLENDVB Y3, Y10, Y2, Y2
	VMOVDQU   Y2, 224(DI)
	VZEROUPPER
	RET

// func backwardNearestAVX2(next, known *int32, n int)
TEXT ·backwardNearestAVX2(SB), NOSPLIT, $0-24
	MOVQ     next+0(FP), DI
	MOVQ     known+8(FP), SI
	MOVQ     n+16(FP), CX
	VPCMPEQD Y13, Y13, Y13
	XORQ     DX, DX

backwardNearest:
	VMOVDQU (DI)(DX*1), Y0
	VPSUBD  Y13, Y0, Y0
	VPMINSD (SI)(DX*1), Y0, Y0
	VMOVDQU Y0, (DI)(DX*1)
	ADDQ    $32, DX
	SUBQ    $8, CX
	JG      backwardNearest
	VZEROUPPER
	RET

// func extendNearestAVX2(f, part *int32, steps int32, n int)
TEXT ·extendNearestAVX2(SB), NOSPLIT, $0-32
	MOVQ         f+0(FP), DI
	MOVQ         part+8(FP), SI
	MOVL         steps+16(FP), AX
	VMOVD        AX, X13
	VPBROADCASTD X13, Y13
	MOVQ         n+24(FP), CX
	XORQ         DX, DX

extendNearest:
	VPADDD  (SI)(DX*1), Y13, Y0
	VPMINSD (DI)(DX*1), Y0, Y0
	VMOVDQU Y0, (DI)(DX*1)
	ADDQ    $32, DX
	SUBQ    $8, CX
	JG      extendNearest
	VZEROUPPER
	RET

// func forwardTwoAVX2(f1, id1, f2, id2, g1, c1, g2, c2, labels *int32, n int)
TEXT ·forwardTwoAVX2(SB), NOSPLIT, $0-80
	MOVQ     f1+0(FP), DI
	MOVQ     id1+8(FP), SI
	MOVQ     f2+16(FP), R8
	MOVQ     id2+24(FP), R9
	MOVQ     g1+32(FP), R10
	MOVQ     c1+40(FP), R11
	MOVQ     g2+48(FP), R12
	MOVQ     c2+56(FP), R13
	MOVQ     labels+64(FP), BX
	MOVQ     n+72(FP), CX
	VPCMPEQD Y13, Y13, Y13
	VPXOR    Y12, Y12, Y12
	XORQ     DX, DX

forwardTwo:
	VMOVDQU   (BX)(DX*1), Y4
	VMOVDQU   (R10)(DX*1), Y0
	VPSUBD    Y13, Y0, Y0
	VMOVDQU   (R11)(DX*1), Y1
	VMOVDQU   (R12)(DX*1), Y2
	VPSUBD    Y13, Y2, Y2
	VMOVDQU   (R13)(DX*1), Y3
	VPCMPEQD  Y12, Y4, Y5      // background
	VPCMPEQD  Y1, Y4, Y6
	VPOR      Y5, Y6, Y6       // no new object
	VPBLENDVB Y6, Y2, Y0, Y2
	VPBLENDVB Y6, Y3, Y1, Y3
	VPAND     Y5, Y0, Y0
	VPBLENDVB Y5, Y1, Y4, Y1
	VMOVDQU   Y0, (DI)(DX*1)
	VMOVDQU   Y1, (SI)(DX*1)
	VMOVDQU   Y2, (R8)(DX*1)
	VMOVDQU   Y3, (R9)(DX*1)
	ADDQ      $32, DX
	SUBQ      $8, CX
	JG        forwardTwo
	VZEROUPPER
	RET

// INSERT puts the object Y5 at Y4 steps into the two nearest: Y0 and Y2 steps to the
// objects Y1 and Y3. Y6 is whether it is the nearest itself, Y7 whether it is nearer
// than that, Y8 and Y9 the farther of the two, Y10 whether that is the second now.
#define INSERT \
	VPCMPEQD  Y1, Y5, Y6      \
	VPCMPGTD  Y4, Y0, Y7      \
	VPMAXSD   Y4, Y0, Y8      \
	VPBLENDVB Y7, Y1, Y5, Y9  \
	VPMINSD   Y4, Y0, Y0      \
	VPBLENDVB Y7, Y5, Y1, Y1  \
	VPCMPGTD  Y8, Y2, Y10     \
	VPOR      Y7, Y10, Y10    \
	VPANDN    Y10, Y6, Y10    \
	VPBLENDVB Y10, Y8, Y2, Y2 \
	VPBLENDVB Y10, Y9, Y3, Y3

// func lookForTwoAVX2(f1, id1, f2, id2, labels *int32, away, planes, n int, done int32) (all bool)
//
// Y4 and Y5 have the columns that have not met a first and a second object, Y15 those of them all.
TEXT ·lookForTwoAVX2(SB), NOSPLIT, $0-73
	MOVQ     f1+0(FP), DI
	MOVQ     id1+8(FP), SI
	MOVQ     f2+16(FP), R8
	MOVQ     id2+24(FP), R9
	MOVQ     labels+32(FP), R10
	MOVQ     away+40(FP), R11
	SHLQ     $2, R11
	MOVQ     n+56(FP), CX
	VPXOR    Y12, Y12, Y12
	VPXOR    Y15, Y15, Y15
	VPCMPEQD Y7, Y7, Y7         // −1
	XORQ     DX, DX

lookForTwo:
	VMOVDQU      (DI)(DX*1), Y0
	VMOVDQU      (SI)(DX*1), Y1
	VMOVDQU      (R8)(DX*1), Y2
	VMOVDQU      (R9)(DX*1), Y3
	VPCMPEQD     Y1, Y12, Y4
	VPCMPEQD     Y3, Y12, Y5
	MOVL         done+64(FP), AX
	VMOVD        AX, X6
	VPBROADCASTD X6, Y6          // the steps to this plane
	LEAQ         (R10)(DX*1), BX
	MOVQ         planes+48(FP), AX

lookAtPlane:
	VMOVDQU   (BX), Y13
	VPAND     Y4, Y13, Y14     // the first
	VPOR      Y1, Y14, Y1
	VPCMPEQD  Y1, Y12, Y10
	VPXOR     Y4, Y10, Y11     // met here
	VPBLENDVB Y11, Y6, Y0, Y0
	VMOVDQA   Y10, Y4
	VPCMPEQD  Y1, Y13, Y14
	VPANDN    Y13, Y14, Y13    // of another object
	VPAND     Y5, Y13, Y13
	VPOR      Y3, Y13, Y3
	VPCMPEQD  Y3, Y12, Y10
	VPXOR     Y5, Y10, Y11
	VPBLENDVB Y11, Y6, Y2, Y2
	VMOVDQA   Y10, Y5
	VPSUBD    Y7, Y6, Y6
	ADDQ      R11, BX
	DECQ      AX
	JNZ       lookAtPlane
	VMOVDQU   Y0, (DI)(DX*1)
	VMOVDQU   Y1, (SI)(DX*1)
	VMOVDQU   Y2, (R8)(DX*1)
	VMOVDQU   Y3, (R9)(DX*1)
	VPOR      Y5, Y15, Y15
	ADDQ      $32, DX
	SUBQ      $8, CX
	JG        lookForTwo
	VPTEST    Y15, Y15
	SETEQ     all+72(FP)
	VZEROUPPER
	RET

// func backwardTwoAVX2(f1, id1, f2, id2, g1, c1, g2, c2 *int32, n int, steps int32)
//
// f… are those of the row so many steps below and become this row's; g… are what this row knew.
TEXT ·backwardTwoAVX2(SB), NOSPLIT, $0-76
	MOVQ     f1+0(FP), DI
	MOVQ     id1+8(FP), SI
	MOVQ     f2+16(FP), R8
	MOVQ     id2+24(FP), R9
	MOVQ     g1+32(FP), R10
	MOVQ     c1+40(FP), R11
	MOVQ     g2+48(FP), R12
	MOVQ     c2+56(FP), R13
	MOVQ     n+64(FP), CX
	MOVL         steps+72(FP), AX
	VMOVD        AX, X13
	VPBROADCASTD X13, Y13
	XORQ     DX, DX

backwardTwo:
	VMOVDQU (R10)(DX*1), Y0
	VMOVDQU (R11)(DX*1), Y1
	VMOVDQU (R12)(DX*1), Y2
	VMOVDQU (R13)(DX*1), Y3
	VMOVDQU (DI)(DX*1), Y4
	VPADDD  Y13, Y4, Y4
	VMOVDQU (SI)(DX*1), Y5
	INSERT
	VMOVDQU (R8)(DX*1), Y4
	VPADDD  Y13, Y4, Y4
	VMOVDQU (R9)(DX*1), Y5
	INSERT
	VMOVDQU Y0, (DI)(DX*1)
	VMOVDQU Y1, (SI)(DX*1)
	VMOVDQU Y2, (R8)(DX*1)
	VMOVDQU Y3, (R9)(DX*1)
	ADDQ    $32, DX
	SUBQ    $8, CX
	JG      backwardTwo
	VZEROUPPER
	RET

// func squaresAVX2(dst, steps *int32, reach, inf int32, n int)
TEXT ·squaresAVX2(SB), NOSPLIT, $0-32
	MOVQ         dst+0(FP), DI
	MOVQ         steps+8(FP), SI
	MOVL         reach+16(FP), AX
	VMOVD        AX, X14
	VPBROADCASTD X14, Y14
	MOVL         inf+20(FP), AX
	VMOVD        AX, X13
	VPBROADCASTD X13, Y13
	MOVQ         n+24(FP), CX
	XORQ         DX, DX

squares:
	VMOVDQU   (SI)(DX*1), Y0
	VPCMPGTD  Y0, Y14, Y1      // within reach
	VPMULLD   Y0, Y0, Y0
	VPBLENDVB Y1, Y0, Y13, Y0
	VMOVDQU   Y0, (DI)(DX*1)
	ADDQ      $32, DX
	SUBQ      $8, CX
	JG        squares
	VZEROUPPER
	RET

// func rootsAVX2(dst *float32, squares *int32, inf int32, n int)
//
// The square root of an int32, taken in float64 and rounded to float32.
TEXT ·rootsAVX2(SB), NOSPLIT, $0-32
	MOVQ         dst+0(FP), DI
	MOVQ         squares+8(FP), SI
	MOVL         inf+16(FP), AX
	VMOVD        AX, X14
	VPBROADCASTD X14, Y14
	MOVQ         n+24(FP), CX
	MOVL         $0x7f800000, AX // +Inf
	VMOVD        AX, X13
	VPBROADCASTD X13, Y13
	MOVL         $0x00ffffff, AX // a float32 holds integers to 2²⁴
	VMOVD        AX, X12
	VPBROADCASTD X12, Y12
	XORQ         DX, DX

roots:
	VMOVDQU     (SI)(DX*1), Y0
	VPCMPGTD    Y12, Y0, Y1
	VPTEST      Y1, Y1
	JNZ         wide
	VCVTDQ2PS   Y0, Y0
	VSQRTPS     Y0, Y0         // correctly rounded, as the other way is
	VMOVUPS     Y0, (DI)(DX*1)

rootsNext:
	ADDQ $32, DX
	SUBQ $8, CX
	JG   roots
	VZEROUPPER
	RET

wide:
	VPCMPEQD     Y14, Y0, Y1
	VEXTRACTI128 $1, Y0, X3
	VCVTDQ2PD    X0, Y2
	VCVTDQ2PD    X3, Y3
	VSQRTPD      Y2, Y2
	VSQRTPD      Y3, Y3
	VCVTPD2PSY   Y2, X2
	VCVTPD2PSY   Y3, X3
	VINSERTI128  $1, X3, Y2, Y2
	VBLENDVPS    Y1, Y13, Y2, Y2
	VMOVUPS      Y2, (DI)(DX*1)
	JMP          rootsNext
