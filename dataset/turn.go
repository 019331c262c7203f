package dataset

import "context"

// turns lets so many workers compute at a time as there are jobs, and others write
// meanwhile: who writes mostly waits for the disk. Nil lets all.
type turns chan struct{}

// begin waits until the worker has memory for its next item, and then its turn to
// compute. In this order: who has a turn never waits for memory that others have who
// wait for a turn.
func (w *worker) begin(ctx context.Context, need int64) error {
	if err := w.admit(ctx, need); err != nil || w.turns == nil || w.hasTurn {
		return err
	}
	select {
	case w.turns <- struct{}{}:
		w.hasTurn = true
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// endTurn lets another worker compute.
func (w *worker) endTurn() {
	if w.hasTurn {
		<-w.turns
		w.hasTurn = false
	}
}

// rest is what a worker does between items: it lets others have what they wait for.
func (w *worker) rest() {
	w.endTurn()
	if w.budget != nil && w.budget.isWanted() {
		w.drop()
	}
}
