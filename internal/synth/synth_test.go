package synth

import (
	"fmt"
	"slices"
	"testing"

	"github.com/weightmap/weightmap/grid"
)

func draw(seed, scene uint64, shape ...int) *Scene {
	return Draw(Options{Seed: seed, Scene: scene, Shape: shape})
}

func TestEveryNucleusIsOnePiece(t *testing.T) {
	for seed := range uint64(4) {
		for _, shape := range [][]int{{256, 320}, {97, 61}, {16, 16}, {12, 48, 40}, {1, 40, 40}} {
			s := draw(seed, 3, shape...)
			if s.Objects == 0 {
				t.Errorf("seed %d, shape %v: no nuclei", seed, shape)
			}
			pieces := map[int32]int{}
			walk(s.Labels, func(id int32) { pieces[id]++ })
			for id := int32(1); id <= int32(s.Objects); id++ {
				if pieces[id] != 1 {
					t.Errorf("seed %d, shape %v: nucleus %d has %d pieces", seed, shape, id, pieces[id])
				}
			}
			if len(pieces) != s.Objects {
				t.Errorf("seed %d, shape %v: %d ids, want %d", seed, shape, len(pieces), s.Objects)
			}
		}
	}
}

// walk calls piece with the id of each connected piece, corners included.
func walk(labels *grid.Labels, piece func(id int32)) {
	seen := make([]bool, len(labels.Data))
	for i, id := range labels.Data {
		if id == 0 || seen[i] {
			continue
		}
		piece(id)
		seen[i] = true
		for todo := []int{i}; len(todo) > 0; {
			j := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			around(labels.Shape, j, func(k int) {
				if labels.Data[k] == id && !seen[k] {
					seen[k] = true
					todo = append(todo, k)
				}
			})
		}
	}
}

// around calls visit with the pixels around pixel i, corners included.
func around(shape []int, i int, visit func(k int)) {
	d := 1
	if len(shape) == 3 {
		d = shape[0]
	}
	h, w := shape[len(shape)-2], shape[len(shape)-1]
	z, y, x := i/(h*w), i/w%h, i%w
	for zz := max(0, z-1); zz <= min(d-1, z+1); zz++ {
		for yy := max(0, y-1); yy <= min(h-1, y+1); yy++ {
			for xx := max(0, x-1); xx <= min(w-1, x+1); xx++ {
				visit((zz*h+yy)*w + xx)
			}
		}
	}
}

func TestAboutOneInSixTouches(t *testing.T) {
	for _, shape := range [][]int{{256, 320}, {16, 96, 96}} {
		touching, all := 0, 0
		for seed := range uint64(3) {
			s := draw(seed, 1, shape...)
			ids := map[int32]bool{}
			for i, id := range s.Labels.Data {
				around(shape, i, func(k int) {
					if other := s.Labels.Data[k]; id != 0 && other != 0 && other != id {
						ids[id] = true
					}
				})
			}
			touching += len(ids)
			all += s.Objects
		}
		if share := 100 * touching / all; share < 10 || share > 20 {
			t.Errorf("shape %v: %d of %d nuclei touch another, want 10 to 20 in a hundred", shape, touching, all)
		}
	}
}

// The image shows the nuclei: those are brighter than what is around them, and the
// background carries noise.
func TestImageShowsTheNuclei(t *testing.T) {
	s := draw(1, 1, 256, 320)
	var sum, n [2]int
	levels := map[uint8]bool{}
	for i, id := range s.Labels.Data {
		c := min(int(id), 1)
		sum[c] += int(s.Image.Data[i])
		n[c]++
		if c == 0 {
			levels[s.Image.Data[i]] = true
		}
	}
	if back, fore := sum[0]/n[0], sum[1]/n[1]; fore < 3*back {
		t.Errorf("nuclei have a mean of %d and the background of %d", fore, back)
	}
	if len(levels) < 10 {
		t.Errorf("the background has %d gray levels, which is no noise", len(levels))
	}
}

func TestSeedAndSceneDecide(t *testing.T) {
	a, b := draw(5, 2, 64, 64), draw(5, 2, 64, 64)
	if !grid.Equal(a.Image, b.Image) || !grid.Equal(a.Labels, b.Labels) {
		t.Error("the same seed and scene gave two pictures")
	}
	for _, other := range []*Scene{draw(6, 2, 64, 64), draw(5, 3, 64, 64)} {
		if grid.Equal(a.Image, other.Image) || grid.Equal(a.Labels, other.Labels) {
			t.Error("another seed or scene gave the same picture")
		}
	}
}

func TestObjectsAreAsManyAsAskedFor(t *testing.T) {
	for _, n := range []int{1, 2, 7, 30} {
		if s := Draw(Options{Seed: 9, Shape: []int{256, 256}, Objects: n}); s.Objects != n {
			t.Errorf("%d nuclei, want %d", s.Objects, n)
		}
	}
	if s := Draw(Options{Seed: 9, Shape: []int{64, 64}, Objects: 1000}); s.Objects < 5 || s.Objects > 100 {
		t.Errorf("%d nuclei found room in 64×64", s.Objects)
	}
}

func TestDrawRefusesOtherShapes(t *testing.T) {
	for _, shape := range [][]int{nil, {64}, {2, 2, 64, 64}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("shape %v was drawn", shape)
				}
			}()
			draw(1, 1, shape...)
		}()
	}
}

// No pixel of a nucleus may lie outside the box that is searched for them.
func TestReach(t *testing.T) {
	r := newRandom(3, 0)
	for range 2000 {
		n := r.nucleus(10 * sub)
		reach := n.reach()
		for range 50 {
			at := [3]int64{r.between(-reach, reach), r.between(-reach, reach), r.between(-reach, reach)}
			at[r.below(3)] = reach * (2*r.below(2) - 1)
			if level := n.level(at[0], at[1], at[2]); level < one {
				t.Fatalf("%v is inside a nucleus, at level %d, that reaches %d", at, level, reach)
			}
		}
	}
}

func TestNoiseIsSmoothAndBounded(t *testing.T) {
	r := newRandom(1, 1)
	f := r.field(100)
	last := f.at(0, 0, -1000)
	lo, hi := last, last
	for x := int64(-999); x < 1000; x++ {
		v := f.at(0, 0, x)
		if d := v - last; d > 2*one*2/100 || d < -2*one*2/100 {
			t.Fatalf("a step of %d between %d and %d", d, x-1, x)
		}
		lo, hi, last = min(lo, v), max(hi, v), v
	}
	if lo < -one || hi > one || hi-lo < one {
		t.Errorf("noise from %d to %d, want it to fill much of %d to %d", lo, hi, -one, one)
	}
}

func TestBell(t *testing.T) {
	r := newRandom(1, 2)
	const n = 100000
	sum, squares, beyond := int64(0), int64(0), 0
	for range n {
		x := r.bell()
		sum += x
		squares += x * x
		if x > one || x < -one {
			beyond++
		}
	}
	if mean := sum / n; mean < -one/50 || mean > one/50 {
		t.Errorf("mean %d, want about 0", mean)
	}
	if sd := root(squares / n); sd < one*98/100 || sd > one*102/100 {
		t.Errorf("standard deviation %d, want about %d", sd, one)
	}
	if share := 1000 * beyond / n; share < 300 || share > 340 {
		t.Errorf("%d in a thousand are beyond one standard deviation, want 317", share)
	}
}

func TestBoxKeepsLight(t *testing.T) {
	st := &stage{shape: []int{5, 9, 9}, d: 5, h: 9, w: 9}
	a := make([]int64, 5*9*9)
	a[(2*9+4)*9+4] = 27 * 100
	st.box3(a, 1)
	want := make([]int64, len(a))
	for z := 1; z <= 3; z++ {
		for y := 3; y <= 5; y++ {
			for x := 3; x <= 5; x++ {
				want[(z*9+y)*9+x] = 100
			}
		}
	}
	if !slices.Equal(a, want) {
		t.Errorf("a point of light became %v", a)
	}
}

// Two of the five nuclei touch.
func ExampleDraw() {
	s := Draw(Options{Seed: 6, Scene: 1, Shape: []int{22, 60}, Objects: 5})
	for y := range 22 {
		for x := range 60 {
			fmt.Print(string(".12345"[s.Labels.At(y, x)]))
		}
		fmt.Println()
	}
	// Output:
	// ..5555555555555555555555...........333333333333.............
	// ..5555555555555555555555...........33333333333..............
	// ..555555555555555555555.............3333333333..............
	// ..555555555555555555555.............333333333...............
	// ..55555555555555555555...............3333333................
	// ...555555555555555555.................33333.................
	// ....5555555555555555........................................
	// .....5555555555555..........................................
	// .......555555555............................................
	// ............................................................
	// ............................................................
	// ............................................................
	// ..............................1111111.......................
	// ..................44444......1111111111111...22222222.......
	// ................44444444.....11111111111111222222222222.....
	// ...............444444444.....111111111111112222222222222....
	// ..............44444444444.....111111111111122222222222222...
	// ............4444444444444.....1111111111111222222222222222..
	// ...........44444444444444......1111111111112222222222222222.
	// ..........4444444444444444.....1111111111112222222222222222.
	// ..........4444444444444444.....1111111111112222222222222222.
	// .........44444444444444444.....1111111111122222222222222222.
}
