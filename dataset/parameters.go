package dataset

import (
	"errors"
	"slices"

	"github.com/weightmap/weightmap/labeling"
	"github.com/weightmap/weightmap/weights"
)

// revision counts the changes after which the same input and parameters give other
// bytes. Outputs of an older revision are made anew.
const revision = 1

// Parameters is everything but the input that outputs depend on, as the manifest
// has it.
type Parameters struct {
	Instances    string                `json:"instances"`              // components, ids or files
	Connectivity labeling.Connectivity `json:"connectivity,omitempty"` // where the objects depend on it
	Ignore       *int64                `json:"ignore,omitempty"`
	MinSize      int                   `json:"min_size"`
	Ridge        bool                  `json:"ridge"`
	Spacing      []float64             `json:"spacing,omitempty"` // if it is not the file's own
	Channel      string                `json:"channel,omitempty"`
	Page         int                   `json:"page,omitempty"`
	Key          string                `json:"key,omitempty"`
	Weights      *WeightParameters     `json:"weights,omitempty"` // if there are weights
	Revision     int                   `json:"revision"`
}

// WeightParameters is what only the weights depend on.
type WeightParameters struct {
	W0         float64 `json:"w0"`
	Sigma      float64 `json:"sigma"`
	Background float64 `json:"background"` // class weights
	Foreground float64 `json:"foreground"`
	Inside     string  `json:"inside"`
	Single     string  `json:"single"`
	Term       string  `json:"term"`
}

var (
	insideNames = []string{weights.InsideNone: "none", weights.InsideBorder: "border"}
	singleNames = []string{weights.SingleZero: "zero", weights.SingleD1: "d1"}
	termNames   = []string{weights.TermD1D2: "d1d2", weights.TermD1: "d1"}
)

// ParseInside reads none or border.
func ParseInside(s string) (weights.Inside, error) { return parseName[weights.Inside](s, insideNames) }

// ParseSingle reads zero or d1.
func ParseSingle(s string) (weights.Single, error) { return parseName[weights.Single](s, singleNames) }

// ParseTerm reads d1d2 or d1.
func ParseTerm(s string) (weights.Term, error) { return parseName[weights.Term](s, termNames) }

// parameters returns those of an item with that number of axes, without weights.
func (o *Options) parameters(mode Instances, ndim int) *Parameters {
	p := &Parameters{
		Instances: mode.String(), Ignore: o.Ignore, MinSize: o.MinSize, Ridge: o.Ridge, Spacing: o.Spacing,
		Channel: o.Read.Channel, Page: o.Read.Page, Key: o.Read.Key,
		Revision: revision,
	}
	// Ids and files are what they are; only the ridge asks what touches then.
	if mode == InstancesComponents || o.Ridge {
		p.Connectivity = o.connectivity(ndim)
	}
	return p
}

// options are the options that have these parameters, but for the weights, and for
// what is no parameter. The error is about what this program does not know.
func (p *Parameters) options() (Options, error) {
	o := Options{
		Read:         ReadOptions{Channel: p.Channel, Page: p.Page, Key: p.Key},
		Connectivity: p.Connectivity, Ignore: p.Ignore, MinSize: p.MinSize, Ridge: p.Ridge, Spacing: p.Spacing,
	}
	var err error
	o.Instances, err = ParseInstances(p.Instances)
	return o, err
}

// unet is the border term that has these parameters.
func (p *WeightParameters) unet() (weights.UNet, error) {
	u := weights.UNet{W0: p.W0, Sigma: p.Sigma}
	var errs [3]error
	u.Inside, errs[0] = ParseInside(p.Inside)
	u.Single, errs[1] = ParseSingle(p.Single)
	u.Term, errs[2] = ParseTerm(p.Term)
	return u, errors.Join(errs[:]...)
}

func (o *Options) connectivity(ndim int) labeling.Connectivity {
	if o.Connectivity != 0 {
		return o.Connectivity
	}
	return labeling.Default(ndim)
}

// weightParameters returns what the weights depend on with that class term.
func (o *Options) weightParameters(c weights.Class) *WeightParameters {
	u := o.Weights
	return &WeightParameters{
		W0: u.W0, Sigma: u.Sigma, Background: c.Background, Foreground: c.Foreground,
		Inside: insideNames[u.Inside], Single: singleNames[u.Single], Term: termNames[u.Term],
	}
}

// sameRead reports whether both read the same numbers from a file.
func (p *Parameters) sameRead(q *Parameters) bool {
	return p.Revision == q.Revision && p.Channel == q.Channel && p.Page == q.Page && p.Key == q.Key
}

// sameIgnored reports whether both ignore the same pixels.
func (p *Parameters) sameIgnored(q *Parameters) bool {
	if p.Ignore == nil || q.Ignore == nil {
		return p.Ignore == q.Ignore
	}
	return *p.Ignore == *q.Ignore
}

// sameObjects reports whether both find the same objects.
func (p *Parameters) sameObjects(q *Parameters) bool {
	return p.sameRead(q) && p.sameIgnored(q) && p.Instances == q.Instances &&
		p.Connectivity == q.Connectivity && p.MinSize == q.MinSize && p.Ridge == q.Ridge
}

// countsAll reports whether every pixel that has a value is one of an object: none
// is dropped or cut. Then the count of pixels does not depend on what an object is.
func (p *Parameters) countsAll() bool { return p.MinSize <= 1 && !p.Ridge }

// sameFor reports whether both give the same output of that kind.
func (p *Parameters) sameFor(k Kind, q *Parameters) bool {
	if !p.sameObjects(q) {
		return false
	}
	switch k {
	case Labels, Target:
		return true
	case D1, D2:
		return slices.Equal(p.Spacing, q.Spacing)
	default:
		return slices.Equal(p.Spacing, q.Spacing) && p.Weights != nil && q.Weights != nil && *p.Weights == *q.Weights
	}
}

// staleByClass reports whether the weights differ in the class term alone.
func (p *Parameters) staleByClass(q *Parameters) bool {
	if p.Weights == nil || q.Weights == nil {
		return false
	}
	u, v := *p, *q
	w := *q.Weights
	w.Background, w.Foreground = p.Weights.Background, p.Weights.Foreground
	v.Weights = &w
	return *p.Weights != *q.Weights && u.sameFor(Weights, &v)
}
