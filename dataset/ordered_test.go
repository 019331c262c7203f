package dataset

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

func TestOrderedKeepsTheOrder(t *testing.T) {
	for _, jobs := range []int{1, 2, 7} {
		for _, ahead := range []int{1, 3, 20} {
			var made, emitted atomic.Int64
			var got []int64
			err := ordered(t.Context(), jobs, ahead,
				func() (*int64, bool) {
					i := made.Add(1)
					if begun := i - emitted.Load(); begun > int64(ahead) {
						t.Errorf("%d values are on their way, and at most %d may be", begun, ahead)
					}
					return &i, i <= 200
				},
				func() func(*int64) {
					mine := 0 // a worker's own memory needs no lock
					return func(v *int64) {
						mine++
						if *v%3 == 0 {
							runtime.Gosched()
						}
						*v *= 10
					}
				},
				func(v *int64) error {
					got = append(got, *v)
					emitted.Add(1)
					return nil
				})
			if err != nil || len(got) != 200 {
				t.Fatalf("%d values, %v", len(got), err)
			}
			for i, v := range got {
				if v != int64(i+1)*10 {
					t.Fatalf("jobs %d, ahead %d: value %d is %d", jobs, ahead, i, v)
				}
			}
		}
	}
}

// It ends with an error, or the context, and leaves no goroutine at work.
func TestOrderedEnds(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	wrong := errors.New("wrong")
	for name, c := range map[string]struct {
		ctx  context.Context
		emit func(int) error
		want error
	}{
		"an error": {t.Context(), func(i int) error {
			if i == 50 {
				return wrong
			}
			return nil
		}, wrong},
		"the context": {ctx, func(i int) error {
			if i == 50 {
				stop()
			}
			return nil
		}, context.Canceled},
	} {
		var working atomic.Int64
		i := 0
		err := ordered(c.ctx, 4, 8,
			func() (int, bool) { i++; return i, true },
			func() func(int) {
				return func(int) { working.Add(1); time.Sleep(10 * time.Microsecond); working.Add(-1) }
			}, c.emit)
		if err != c.want {
			t.Errorf("%s: %v", name, err)
		}
		if n := working.Load(); n != 0 {
			t.Errorf("%s: %d goroutines still work", name, n)
		}
		if i > 50+8+1 {
			t.Errorf("%s: %d values were asked for", name, i)
		}
	}
}
