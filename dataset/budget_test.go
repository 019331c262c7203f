package dataset

import (
	"context"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func budgetOf(n int64) *budget { return &budget{size: n, left: n} }

// However items come, no more is in use than there is, and all have their turn.
func TestBudgetIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := budgetOf(100)
		var used, alone atomic.Int64
		var group sync.WaitGroup
		for i := range uint64(8) {
			group.Go(func() {
				rng := rand.New(rand.NewPCG(i, 1))
				w := worker{budget: b}
				defer w.drop()
				for k := range 50 {
					need := 1 + rng.Int64N(30)
					if k%10 == int(i) {
						need = 100
					}
					if err := w.admit(t.Context(), need); err != nil {
						t.Error(err)
					}
					if w.held < need {
						t.Errorf("has %d, and needs %d", w.held, need)
					}
					if u := used.Add(need); u > 100 {
						t.Errorf("%d are used", u)
					} else if need == 100 {
						alone.Add(1)
					}
					time.Sleep(time.Duration(rng.IntN(1000)))
					used.Add(-need)
					w.rest()
				}
			})
		}
		group.Wait()
		if b.left != 100 || len(b.queue) > 0 || alone.Load() != 8*5 {
			t.Errorf("in the end %d are left, %d wait, and %d were alone", b.left, len(b.queue), alone.Load())
		}
	})
}

// A large item waits for all that are at work, and those that come later for it.
func TestBudgetQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := budgetOf(10)
		small, large, later := worker{budget: b}, worker{budget: b}, worker{budget: b}
		must(t, small.admit(t.Context(), 3))
		var order []string
		go func() {
			must(t, large.admit(t.Context(), 10))
			order = append(order, "large")
		}()
		synctest.Wait()
		go func() {
			must(t, later.admit(t.Context(), 1))
			order = append(order, "later")
		}()
		synctest.Wait()
		if len(order) > 0 || !b.isWanted() {
			t.Fatalf("%v did not wait", order)
		}
		small.rest()
		synctest.Wait()
		if small.held != 0 || strings.Join(order, " ") != "large" {
			t.Fatalf("%v were served, and %d held", order, small.held)
		}
		large.drop()
		synctest.Wait()
		if strings.Join(order, " ") != "large later" {
			t.Errorf("%v were served", order)
		}
	})
}

// Who does not want to wait any more is in nobody's way.
func TestBudgetInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := budgetOf(10)
		first, second, third := worker{budget: b}, worker{budget: b}, worker{budget: b}
		must(t, first.admit(t.Context(), 6))
		ctx, cancel := context.WithCancel(t.Context())
		var err error
		go func() { err = second.admit(ctx, 10) }()
		synctest.Wait()
		served := false
		go func() { served = third.admit(t.Context(), 4) == nil }()
		synctest.Wait()
		if served {
			t.Error("it overtook another")
		}
		cancel()
		synctest.Wait()
		if err != context.Canceled || !served || b.left != 0 {
			t.Errorf("%v, served %v, %d left", err, served, b.left)
		}
		second.drop()
		third.drop()
		first.drop()
		if b.left != 10 {
			t.Errorf("%d of 10 are left", b.left)
		}
	})
}

// What an error says would be enough is.
func TestBudgetEnough(t *testing.T) {
	for _, limit := range []int64{64 << 20, 100 << 20, 1 << 30, 16 << 30} {
		b, err := newBudget(limit, 1000)
		must(t, err)
		for _, need := range []int64{b.size + 1, 2 * b.size, 5 * b.size} {
			w := worker{budget: b}
			if err := w.admit(t.Context(), need); err == nil || !strings.Contains(err.Error(), memoryText(b.enough(need))+" is enough") {
				t.Errorf("%d of %d: %v", need, b.size, err)
			}
			base := limit - limit/spare - b.size - b.kept
			more := &budget{limit: b.enough(need)}
			more.size = more.limit - more.limit/spare - base
			more.size -= min(maxKept, more.size/8)
			if more.size < need || more.size > need+need/8 {
				t.Errorf("with %d of %d there is %d for %d", more.limit, limit, more.size, need)
			}
		}
	}
	if _, err := newBudget(20<<20, 0); err == nil || !strings.Contains(err.Error(), "20MiB") {
		t.Errorf("with less than the program itself takes: %v", err)
	}
}
