package dataset

import (
	"context"
	"sync"
)

// ordered works on the values that next returns, until it returns false, on several
// goroutines at a time, and hands them to emit in the order in which next returned
// them. Each goroutine calls newWorker once for what is to work, so that it can have
// memory of its own. At most ahead values are between next and the end of their
// emit: next number i is called after the emit of number i-ahead. next is always
// called by one goroutine; emit by that of the caller.
//
// It ends with the first error of emit, or with that of the context, once all its
// goroutines have: next must not block for ever.
func ordered[T any](ctx context.Context, jobs, ahead int, next func() (T, bool), newWorker func() func(T), emit func(T) error) error {
	type step struct {
		value T
		done  chan struct{}
	}
	ctx, stop := context.WithCancel(ctx)
	var group sync.WaitGroup
	defer group.Wait()
	defer stop()

	room := make(chan struct{}, ahead)
	queue := make(chan step, ahead) // to emit
	todo := make(chan step, ahead)  // to the workers
	group.Go(func() {
		defer close(queue)
		defer close(todo)
		for {
			select {
			case room <- struct{}{}:
			case <-ctx.Done():
				return
			}
			v, ok := next()
			if !ok || ctx.Err() != nil {
				return
			}
			// There is room in both, as long as there is room.
			s := step{v, make(chan struct{})}
			queue <- s
			todo <- s
		}
	})
	for range jobs {
		group.Go(func() {
			work := newWorker()
			for s := range todo {
				if ctx.Err() != nil {
					return
				}
				work(s.value)
				close(s.done)
			}
		})
	}
	for s := range queue {
		select {
		case <-s.done:
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := emit(s.value); err != nil {
			return err
		}
		<-room
	}
	return ctx.Err()
}
