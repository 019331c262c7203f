package dataset

import (
	"os"
	"slices"

	"github.com/weightmap/weightmap/weights"
)

// check finds out which outputs of an item are to be made: all that no claim in
// the manifest vouches for. A claim does if it is about this input and these
// parameters, and the file is there and has the digest that the claim says.
func (r *run) check(j *job, class weights.Class) error {
	j.need = r.Save
	for c := range j.about() {
		p := r.parameters(r.modeOf(j), len(c.Shape))
		p.Weights = r.weightParameters(r.classOf(c.Pixels, class))
		need := r.Save
		if !r.Force {
			need = slices.DeleteFunc(slices.Clone(r.Save), func(k Kind) bool { return r.holds(j, c, k, p) })
		}
		if err := r.ctx.Err(); err != nil {
			return err
		}
		if j.base == nil || len(need) < len(j.need) {
			j.base, j.need = c, need
		}
	}
	if in := j.input(r.Read.Sizes.Images); j.base != nil && j.base.Input != in {
		// The masks were moved, and whoever asks the manifest where they are is to
		// find them.
		moved := *j.base
		moved.Input = in
		j.base = &moved
	}
	if len(j.need) == 0 {
		j.Record = j.base
		j.root.manifest.keep(j.base)
		return nil
	}
	r.warnOfUnknown(j)
	return nil
}

// holds reports whether the claim vouches for an output of that kind.
func (r *run) holds(j *job, c *Record, k Kind, p *Parameters) bool {
	out := *c.Outputs.at(k)
	return out != nil && (!k.isFloat() || out.Dtype == r.floatDtype()) &&
		c.Parameters.sameFor(k, p) && r.onDisk(j, k, out)
}

// onDisk reports whether the output is there as it was written.
func (r *run) onDisk(j *job, k Kind, out *Output) bool {
	path := j.outputs.path(&j.Item, k)
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() != out.Bytes {
		return false
	}
	sum, _, err := j.root.digests.of(r.ctx, path)
	return err == nil && sum == out.SHA256
}

func (r *run) floatDtype() string {
	if r.Half {
		return "float16"
	}
	return "float32"
}
