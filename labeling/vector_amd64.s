//go:build !purego

#include "textflag.h"

// func countAVX2(out *int32, first int32, eights int)
TEXT ·countAVX2(SB), NOSPLIT, $0-24
	MOVQ         out+0(FP), DI
	MOVL         first+8(FP), AX
	MOVQ         eights+16(FP), CX
	VMOVD        AX, X0
	VPBROADCASTD X0, Y0
	MOVQ         $0x0706050403020100, AX
	VMOVQ        AX, X1
	VPMOVZXBD    X1, Y1
	VPADDD       Y1, Y0, Y0
	MOVL         $8, AX
	VMOVD        AX, X1
	VPBROADCASTD X1, Y1

countEight:
	VMOVDQU Y0, (DI)
	VPADDD  Y1, Y0, Y0
	ADDQ    $32, DI
	DECQ    CX
	JNZ     countEight
	VZEROUPPER
	RET

// func packAVX2(set *uint64, pixels *uint8, words int)
TEXT ·packAVX2(SB), NOSPLIT, $0-24
	MOVQ  set+0(FP), DI
	MOVQ  pixels+8(FP), SI
	MOVQ  words+16(FP), CX
	VPXOR Y0, Y0, Y0

packWord:
	VPCMPEQB  (SI), Y0, Y1
	VPCMPEQB  32(SI), Y0, Y2
	VPMOVMSKB Y1, AX
	VPMOVMSKB Y2, BX
	SHLQ      $32, BX
	ORQ       BX, AX
	NOTQ      AX
	MOVQ      AX, (DI)
	ADDQ      $64, SI
	ADDQ      $8, DI
	DECQ      CX
	JNZ       packWord
	VZEROUPPER
	RET

// func followAVX2(f *int32, first, n int32) (done int32)
TEXT ·followAVX2(SB), NOSPLIT, $0-20
	MOVQ         f+0(FP), SI
	MOVL         first+8(FP), AX
	MOVL         n+12(FP), CX
	LEAQ         (SI)(AX*4), DI
	VMOVD        AX, X4
	VPBROADCASTD X4, Y4      // the first of the eight
	MOVL         $8, DX
	VMOVD        DX, X5
	VPBROADCASTD X5, Y5
	XORL         BX, BX

followEight:
	SUBL       $8, CX
	JLT        followed
	VMOVDQU    (DI), Y0
	VPCMPGTD   Y0, Y4, Y1
	VPANDN     Y1, Y0, Y2    // its sign: neither negative nor too late
	VMOVMSKPS  Y2, DX
	CMPL       DX, $255
	JNE        followed
	VPGATHERDD Y1, (SI)(Y0*4), Y2
	VMOVDQU    Y2, (DI)
	VPADDD     Y5, Y4, Y4
	ADDQ       $32, DI
	ADDL       $8, BX
	JMP        followEight

followed:
	MOVL BX, done+16(FP)
	VZEROUPPER
	RET

// func rootsAVX2(f *int32, first int32, eights int) (roots int32)
TEXT ·rootsAVX2(SB), NOSPLIT, $0-28
	MOVQ         f+0(FP), DI
	MOVL         first+8(FP), AX
	VMOVD        AX, X4
	VPBROADCASTD X4, Y4
	MOVQ         $0x0706050403020100, AX
	VMOVQ        AX, X1
	VPMOVZXBD    X1, Y1
	VPADDD       Y1, Y4, Y4
	MOVQ         eights+16(FP), CX
	MOVL         $8, DX
	VMOVD        DX, X5
	VPBROADCASTD X5, Y5
	VPXOR        Y2, Y2, Y2

rootsOfEight:
	VPCMPEQD (DI), Y4, Y1
	VPSUBD   Y1, Y2, Y2
	VPADDD   Y5, Y4, Y4
	ADDQ     $32, DI
	DECQ     CX
	JNZ      rootsOfEight

	VPHADDD      Y2, Y2, Y2
	VPHADDD      Y2, Y2, Y2
	VEXTRACTI128 $1, Y2, X3
	VPADDD       X3, X2, X2
	VMOVD        X2, AX
	MOVL         AX, roots+24(FP)
	VZEROUPPER
	RET

// EIGHT makes Y0 the labels of eight columns, and goes on to the next.
#define EIGHT \
	MOVBLZX   BL, DX            \
	MOVBLZX   AL, R14           \
	VPMOVZXBD (R10)(DX*8), Y0   \
	VPMOVSXBD (R11)(R14*8), Y1  \
	VPERMD    (R12), Y0, Y0     \
	VPAND     Y1, Y0, Y0        \
	POPCNTL   DX, DX            \
	LEAQ      (R12)(DX*4), R12  \
	SHRQ      $8, AX            \
	SHRQ      $8, BX

// func paintAVX2(out, ids *int32, set *uint64, b *band, eights int, startsUpTo, ones *[256][8]uint8, past bool)
//
// Of the ids from that of the last run before eight columns on, each column takes the one
// after as many as start up to it, if it is set.
TEXT ·paintAVX2(SB), NOSPLIT, $0-57
	MOVQ out+0(FP), DI
	MOVQ ids+8(FP), SI
	MOVQ set+16(FP), R8
	MOVQ b+24(FP), R9
	MOVQ eights+32(FP), CX
	MOVQ startsUpTo+40(FP), R10
	MOVQ ones+48(FP), R11

paintWord:
	MOVQ    (R8), AX
	MOVQ    (R9), BX
	MOVLQSX 8(R9), R12
	LEAQ    (SI)(R12*4), R12
	ADDQ    $8, R8
	ADDQ    $16, R9
	MOVQ    $8, R13
	CMPQ    CX, R13
	CMOVQLT CX, R13
	SUBQ    R13, CX
	CMPB    past+56(FP), $0
	JNE     pastEight

paintEight:
	EIGHT
	VMOVDQU Y0, (DI)
	ADDQ    $32, DI
	DECQ    R13
	JNZ     paintEight
	TESTQ   CX, CX
	JNZ     paintWord
	VZEROUPPER
	RET

pastEight:
	EIGHT
	VMOVNTDQ Y0, (DI)
	ADDQ     $32, DI
	DECQ     R13
	JNZ      pastEight
	TESTQ    CX, CX
	JNZ      paintWord
	VZEROUPPER
	RET

// func clearPastAVX2(out *int32, eights int)
TEXT ·clearPastAVX2(SB), NOSPLIT, $0-16
	MOVQ  out+0(FP), DI
	MOVQ  eights+8(FP), CX
	VPXOR Y0, Y0, Y0

clearEight:
	VMOVNTDQ Y0, (DI)
	ADDQ     $32, DI
	DECQ     CX
	JNZ      clearEight
	VZEROUPPER
	RET

// func fence()
TEXT ·fence(SB), NOSPLIT, $0-0
	SFENCE
	RET

// func aligned(p *int32) bool
TEXT ·aligned(SB), NOSPLIT, $0-9
	MOVQ  p+0(FP), AX
	TESTQ $31, AX
	SETEQ ret+8(FP)
	RET
