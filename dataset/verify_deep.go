package dataset

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math"
	"path/filepath"
	"slices"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/npy"
)

// deepen computes the outputs of some items anew, and compares them with what is on
// the disk. It takes those of which there are good ones: no other could be the same. An
// error is that of the memory limit.
func (v *verifier) deepen() error {
	var some []*job
	var keys []manifestKey
	for i, j := range v.jobs {
		if len(v.items[i].good) > 0 {
			some = append(some, j)
			keys = append(keys, j.claims.key())
		}
	}
	var todo []*job
	for _, i := range v.Deep.choose(keys) {
		todo = append(todo, some[i])
	}
	if len(todo) == 0 {
		return nil
	}
	var err error
	if v.budget, err = newBudget(v.MaxMemory, 0); err != nil {
		return err
	}
	share := max(1, v.Options.jobs()/len(todo))
	v.phase("computing anew", todo, func(w *worker, j *job) error {
		it := &v.items[j.at]
		for i := range it.good {
			if err := v.again(w, it, &it.good[i], j, share); err != nil {
				return err
			}
		}
		it.computed = true
		return nil
	})
	return nil
}

// again computes the outputs for which a claim holds, and takes away the wrong ones.
// An error is that of the context.
func (v *verifier) again(w *worker, it *claims, h *holding, j *job, workers int) error {
	fail := func(err error) error {
		if v.ctx.Err() != nil {
			return v.ctx.Err()
		}
		f := unreadable(h.input.Item.Path(), err)
		f.Record = h.Record
		it.findings = append(it.findings, f)
		h.kinds = nil
		return nil
	}
	o, err := h.options(h.input.Item.Path())
	if err != nil {
		return fail(err)
	}
	o.Read.Sizes, o.Save, o.Jobs = h.sizes(), h.kinds, v.VerifyOptions.Jobs
	o.Read.declared = func(d declared) error { return w.admit(v.ctx, o.need(&h.input.Item, d)) }
	p, err := load(v.ctx, &h.input.Item, &o)
	if err == nil {
		err = h.input.unchanged(v.ctx)
	}
	if err != nil {
		return fail(err)
	}
	labels, n := p.label(nil, o.Instances, &o)
	wrong := func(path string, line int, why string) {
		it.findings = append(it.findings, Finding{Fault: FaultWrong, Path: path, Line: line, Reason: why, Record: h.Record})
	}
	if what := h.lies(p, n, p.count(labels)); what != "" {
		at := j.root.manifest.place(h.Record)
		wrong(filepath.Join(j.root.dir, at.file), at.number, fmt.Sprintf("of %s it says %s", h.Item, what))
	}
	// An output that was made before others may have another dtype.
	for _, half := range []bool{false, true} {
		need := slices.DeleteFunc(slices.Clone(h.kinds), func(k Kind) bool {
			return half != (k.isFloat() && (*h.Outputs.at(k)).Dtype == "float16")
		})
		if len(need) == 0 {
			continue
		}
		o.Half = half
		arrays, err := (&run{Options: o, ctx: v.ctx}).arrays(w, need, p, labels, h.Parameters, workers)
		for i, k := range need {
			out := *h.Outputs.at(k)
			file := j.root.path(string(out.Path))
			why := ""
			if err != nil {
				why = "it cannot be computed anew: " + err.Error()
			} else {
				why = v.differs(arrays[i], out, file)
			}
			if v.ctx.Err() != nil {
				return v.ctx.Err()
			}
			if why != "" {
				wrong(file, 0, why)
				h.kinds = slices.DeleteFunc(h.kinds, func(l Kind) bool { return l == k })
			}
		}
	}
	return nil
}

// lies says what of a record is not so, "" if all is.
func (r *Record) lies(p *pixels, objects int, counts Pixels) string {
	switch {
	case !slices.Equal(r.Shape, p.values.Shape):
		return fmt.Sprintf("shape %v, and it is %v", r.Shape, p.values.Shape)
	case r.Dtype != p.dtype:
		return fmt.Sprintf("%s, and it is %s", r.Dtype, p.dtype)
	case r.Objects != objects:
		return fmt.Sprintf("%s, and there are %d", plural(r.Objects, "object", "objects"), objects)
	case r.Pixels != counts:
		return fmt.Sprintf("pixels %+v, and they are %+v", r.Pixels, counts)
	}
	if r.Values != nil {
		if v := p.look(); *r.Values != *v {
			return fmt.Sprintf("values %+v, and they are %+v", *r.Values, *v)
		}
	}
	return ""
}

// differs says how the output is not the array, "" if it is. The file was found to
// have the digest that the manifest says: so its bytes are the array's if the array
// has that digest too.
func (v *verifier) differs(a array, out *Output, file string) string {
	h := sha256.New()
	if err := a.write(contextWriter{v.ctx, h}); err != nil {
		return err.Error()
	}
	if Digest(h.Sum(nil)) != out.SHA256 {
		return v.difference(a, file)
	}
	switch lo, hi := Extreme(a.min), Extreme(a.max); {
	case a.dtype != out.Dtype:
		return fmt.Sprintf("its line in the manifest says %s, and it is %s", out.Dtype, a.dtype)
	case lo != out.Min || hi != out.Max:
		return fmt.Sprintf("its line in the manifest says %v to %v, and it is %v to %v", out.Min, out.Max, lo, hi)
	}
	return ""
}

// difference says how far the values of a file are from those of an array.
func (v *verifier) difference(a array, file string) string {
	const anew = "computed anew it is another: "
	var b bytes.Buffer
	if err := a.write(contextWriter{v.ctx, &b}); err != nil {
		return anew + err.Error()
	}
	want, err := npy.Read[float64](&b, npy.Limits{})
	if err != nil {
		return anew + err.Error()
	}
	got, err := npy.ReadFile[float64](file, len(want.Data))
	if err != nil {
		return anew + reason(file, err)
	}
	if !slices.Equal(got.Shape, want.Shape) {
		return fmt.Sprintf("%sof shape %v, and not %v", anew, want.Shape, got.Shape)
	}
	n, most := differences(got, want)
	if n == 0 {
		return anew + "the values are the same, and the bytes are not"
	}
	return fmt.Sprintf("%s%d of %s differ, by up to %.3g", anew, n, plural(len(want.Data), "value", "values"), most)
}

// differences counts the values that differ, and says by how much at most.
func differences(a, b *grid.Grid[float64]) (n int, most float64) {
	for i, x := range a.Data {
		y := b.Data[i]
		if x == y || math.IsNaN(x) && math.IsNaN(y) {
			continue
		}
		n++
		d := math.Abs(x - y)
		if math.IsNaN(d) {
			d = math.Inf(1)
		}
		most = max(most, d)
	}
	return n, most
}
