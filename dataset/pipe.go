package dataset

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/npy"
	"github.com/weightmap/weightmap/weights"
)

// PipeCount is what went through a [Pipe].
type PipeCount struct {
	Masks  int64 // that were read, with those that failed
	Failed int64 // that got an error for a reply
}

// Pipe makes outputs of masks in memory, without files: it reads masks from r, NPY
// arrays one after another, until that ends, and writes a reply to each to w, in the
// same order and each in one Write. A reply is an NPY array for each kind of
// Options.Save, in the order of [Kinds]: for a map float32 in the mask's shape.
//
// In place of all of those, a mask of which nothing can be made gets one array of
// another kind: a string of bytes (dtype S, no axes), which is the error as UTF-8. The
// next mask begins
//
//   - where the array ends by the header that it has, be its values what they may;
//   - where no end is known (the header cannot be read, or is of elements other than
//     integers, floats and booleans) with the next \x93NUMPY. Everything before that is
//     passed over and gets no other reply. The reply to the array itself does not wait
//     for the next.
//
// What is sent must have the length that its header says, or all that follows is lost.
// The end of r within an array is an error reply and the error that Pipe returns.
//
// There is no data set to decide from, so Instances must be InstancesComponents or
// InstancesIDs, and Balance not BalanceDataset; anything else is an [*OptionError].
// Options that are about files mean nothing here. Up to Jobs masks are worked on at a
// time, and twice as many are read ahead, so that memory does not grow with their number.
//
// When the context ends, Pipe returns its error at once. A Read or Write that blocks
// then goes on until it ends, and nothing after it is read or written.
func Pipe(ctx context.Context, r io.Reader, w io.Writer, o Options) (PipeCount, error) {
	o.Paths = []string{"a pipe"}
	if err := o.check(); err != nil {
		return PipeCount{}, err
	}
	switch {
	case o.Balance.Mode == BalanceDataset:
		return PipeCount{}, optionError("precompute prints the numbers of a data set: --balance BG,FG",
			"in a pipe there is no data set to balance the classes over")
	case o.Instances == InstancesAuto:
		return PipeCount{}, optionError("say components (connected pixels of equal value) or ids (all pixels of equal value)",
			"in a pipe there is no data set to tell from what the objects are")
	case o.Instances == InstancesFiles:
		return PipeCount{}, optionError("", "in a pipe there are no files to be objects")
	case o.Half:
		return PipeCount{}, optionError("", "a pipe has float32 maps only")
	}
	ctx, stop := context.WithCancel(ctx)
	type result struct {
		count PipeCount
		err   error
	}
	done := make(chan result, 1)
	broken := make(chan result, 1) // w is; perhaps r never ends
	go func() {
		p := &pipe{run: &run{Options: o, ctx: ctx}, in: bufio.NewReaderSize(r, 1<<16)}
		p.slots = make([]slot, 3*o.jobs())
		err := ordered(ctx, o.jobs(), len(p.slots), p.next, p.worker, func(s *slot) error {
			p.count.Masks++
			if s.err != nil {
				p.count.Failed++
			}
			_, err := w.Write(s.reply.Bytes())
			if err != nil {
				broken <- result{p.count, err}
			}
			return err
		})
		if err == nil {
			err = p.ended
		}
		done <- result{p.count, err}
	}()
	defer stop()
	select {
	case <-ctx.Done():
		return PipeCount{}, ctx.Err()
	case r := <-broken:
		return r.count, r.err
	case r := <-done:
		return r.count, r.err
	}
}

// pipe is one call of Pipe.
type pipe struct {
	*run
	in    *bufio.Reader
	slots []slot // used in turn: as many as are on their way
	read  int64  // masks so far
	count PipeCount
	ended error // why nothing more can be read, unless there is nothing more

	skip int64 // bytes left of an array that was refused
	lost bool  // the next array begins with the next magic
}

// slot is a mask on its way, and its memory for the next.
type slot struct {
	number  int64
	header  npy.Header
	payload bytes.Buffer
	reply   bytes.Buffer
	err     error
}

// next reads an array. It returns false if there is none.
func (p *pipe) next() (*slot, bool) {
	if p.ended != nil || !p.findNext() {
		return nil, false
	}
	s := &p.slots[p.read%int64(len(p.slots))]
	p.read++
	s.number, s.err = p.read, nil
	s.payload.Reset()
	s.reply.Reset()
	if err := p.readArray(s); err != nil {
		s.err = fmt.Errorf("mask %d: %s", s.number, strings.TrimPrefix(err.Error(), "npy: "))
		if p.ended != nil {
			p.ended = s.err
		}
	}
	return s, true
}

const npyMagic = "\x93NUMPY"

// findNext goes to where the next array begins, and reports whether there is anything.
func (p *pipe) findNext() bool {
	_, err := io.CopyN(io.Discard, p.in, p.skip)
	for p.skip = 0; err == nil && p.lost; {
		if _, err = p.in.ReadSlice(npyMagic[0]); err == bufio.ErrBufferFull {
			err = nil
			continue
		}
		if err == nil {
			p.in.UnreadByte()
			var magic bool
			if magic, err = p.atMagic(); magic {
				p.lost = false
			} else if err == nil {
				_, err = p.in.Discard(1)
			}
		}
	}
	if err == nil {
		_, err = p.in.Peek(1)
	}
	if err != nil && err != io.EOF {
		p.ended = err
	}
	return err == nil
}

// atMagic reports whether an array begins here. It reads no farther than to where
// that is clear: there may be nothing more until somebody gets a reply.
func (p *pipe) atMagic() (bool, error) {
	for n := 1; n <= len(npyMagic); n++ {
		head, err := p.in.Peek(n)
		if err != nil {
			return false, err
		}
		if head[n-1] != npyMagic[n-1] {
			return false, nil
		}
	}
	return true, nil
}

// readArray reads header and elements. After an error it is known where to go on, or
// the pipe has ended.
func (p *pipe) readArray(s *slot) error {
	ends := func(err error) error {
		if err == io.EOF {
			err = errors.New("the input ends within it")
		}
		p.ended = err
		return err
	}
	switch magic, err := p.atMagic(); {
	case err != nil:
		return ends(err)
	case !magic:
		p.lost = true
		return errors.New("this is no NPY array: it does not start with \\x93NUMPY")
	}
	in := notingReader{r: p.in}
	var err error
	if s.header, err = npy.ReadHeader(&in); in.err != nil {
		return ends(in.err)
	} else if err != nil {
		p.lost = true
		return err
	}
	size, ok := grid.CheckedSize(append([]int{s.header.Dtype.Size()}, s.header.Shape...))
	if !ok {
		p.lost = true
		return fmt.Errorf("shape %v has more elements than memory can", s.header.Shape)
	}
	if n := size / s.header.Dtype.Size(); n > DefaultMaxPixels {
		p.skip = int64(size)
		return fmt.Errorf("shape %v has %d elements, and at most %d are allowed", s.header.Shape, n, DefaultMaxPixels)
	}
	if _, err := io.CopyN(&s.payload, p.in, int64(size)); err != nil {
		return ends(err)
	}
	s.header.Offset = 0
	return nil
}

// notingReader notes an error of reading, which others may put in their own words.
type notingReader struct {
	r   io.Reader
	err error
}

func (n *notingReader) Read(b []byte) (int, error) {
	k, err := n.r.Read(b)
	if err != nil {
		n.err = err
	}
	return k, err
}

// worker returns what makes replies, with memory of its own.
func (p *pipe) worker() func(*slot) {
	var w worker
	return func(s *slot) {
		if s.err == nil {
			s.err = p.make(&w, s)
		}
		if s.err != nil {
			s.reply.Reset()
			_ = npy.WriteText(&s.reply, s.err.Error()) // a buffer takes everything
		}
	}
}

// make writes the arrays that are made of a mask into its reply.
func (p *pipe) make(w *worker, s *slot) error {
	it := Item{Name: fmt.Sprintf("mask %d", s.number)}
	im, err := readNumbers(s)
	if err != nil {
		return fmt.Errorf("%s: %s", it.Name, strings.TrimPrefix(err.Error(), "npy: "))
	}
	px := newPixels(im)
	px.takeOut(im, p.Ignore)
	if err := im.checkPositive(); err != nil {
		return fmt.Errorf("%s: %w", it.Name, err)
	}
	if err := p.checkAxes(&it, px); err != nil {
		return err
	}
	labels, _ := px.label(px.values, p.Instances, &p.Options)
	class := p.classOf(px.count(labels), weights.Class{Background: 1, Foreground: 1})
	if p.Balance.Mode == BalanceGiven {
		class = p.Balance.Class
	}
	arrays, err := p.arrays(w, p.Save, px, labels, &Parameters{Weights: p.weightParameters(class)}, 1)
	if err != nil {
		return fmt.Errorf("%s: %w", it.Name, err)
	}
	for _, a := range arrays {
		a.shape = s.header.Shape // with the axes of length 1 that a mask does not need
		if err := a.write(&s.reply); err != nil {
			return fmt.Errorf("%s: %w", it.Name, err)
		}
	}
	return nil
}

// readNumbers makes a mask of the bytes that were read.
func readNumbers(s *slot) (*Image, error) {
	r := bytes.NewReader(s.payload.Bytes())
	l := npy.Limits{Bytes: max(1, int64(s.payload.Len()))}
	im, err := fromNumbers(s.header.Dtype, npyAs[int32](r, s.header, l), npyAs[int64](r, s.header, l), npyAs[uint64](r, s.header, l))
	if err != nil {
		return nil, err
	}
	return im, im.squeeze()
}
