package dataset

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	kflate "github.com/klauspost/compress/flate"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/atomicfile"
	"github.com/weightmap/weightmap/internal/npy"
	"github.com/weightmap/weightmap/internal/realpath"
)

// ExportFormat is how [Export] packs samples.
type ExportFormat int

const (
	NPZ   ExportFormat = iota // a compressed NPZ file a sample, for numpy.load
	Tar                       // WebDataset shards
	TarGz                     // the same, compressed by gzip
)

var exportFormatNames = []string{"npz", "tar", "tar.gz"}

func (f ExportFormat) String() string { return exportFormatNames[f] }

// ParseExportFormat reads what String returns.
func ParseExportFormat(s string) (ExportFormat, error) {
	return parseName[ExportFormat](s, exportFormatNames)
}

// ExportKind is an array of a sample that can be exported.
type ExportKind int

const (
	ExportImage   ExportKind = iota // as its file has it: {H, W}, or {H, W, C} for colours
	ExportTarget                    // uint8, 1 on objects
	ExportWeights                   // float32 or float16
	ExportLabels                    // int32, objects numbered from 1
)

var exportKindNames = []string{"image", "target", "weights", "labels"}

func (k ExportKind) String() string { return exportKindNames[k] }

// ParseExportKinds reads names separated by commas.
func ParseExportKinds(s string) ([]ExportKind, error) {
	var kinds []ExportKind
	for name := range strings.SplitSeq(s, ",") {
		k, err := parseName[ExportKind](strings.TrimSpace(name), exportKindNames)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(kinds, k) {
			kinds = append(kinds, k)
		}
	}
	slices.Sort(kinds)
	return kinds, nil
}

// ExportOptions says what [Export] is to do. [DefaultExport] is where to start.
type ExportOptions struct {
	// Dir is the folder whose samples are packed; see [Samples].
	Dir string
	SampleOptions

	// Out is the folder to write to. It must not be in Dir, where masks are looked for.
	Out string

	Format ExportFormat
	Save   []ExportKind

	// ShardSize is the number of bytes from which no sample is added to a shard,
	// before compression. A sample is never divided.
	ShardSize int64

	// Jobs is the number of samples worked on at a time; 0 is one for each processor.
	Jobs int

	// Force writes into a folder that is not empty, replacing files of the same names
	// and, of shards, those with higher numbers.
	Force bool

	// Observe is told what happens, as in [Options].
	Observe func(Event)
}

// DefaultShardSize is a quarter of a gigabyte, which is large enough for the disk and
// small enough to shuffle.
const DefaultShardSize = 256 << 20

// DefaultExport returns the options that pack image, target and weights as NPZ.
func DefaultExport(dir, out string) ExportOptions {
	return ExportOptions{Dir: dir, Out: out, Save: []ExportKind{ExportImage, ExportTarget, ExportWeights}, ShardSize: DefaultShardSize}
}

// ExportReport is what [Export] did.
type ExportReport struct {
	Samples int      // packed
	Files   []string // written, sorted
	Errors  []error  // of the samples that were left out, one each

	Raw    int64 // bytes of what was packed, as files of their own
	Packed int64 // bytes of the files written
}

// Export packs the samples of a data set into few files, for training: as NPZ, one
// file a sample with an array of each kind, named as the kind; or as the tar shards of
// WebDataset, in which a sample x is the members x.image.png, x.target.npy,
// x.weights.npy one after another. An image is a PNG or JPEG file in a shard if it is
// one of 8 bits, else NPY: of a PNG file of 16 bits WebDataset would decode 8. Dots in
// the name of a sample, where WebDataset would cut it, become underscores there.
//
// Weights are those that [Precompute] wrote; it is an [*OptionError], and nothing is
// written, if they are missing or out of date. Targets and labels are made again where
// they were not saved. A sample of which a file cannot be read is left out, and the
// report says so. The same samples make the same bytes: files bear no times, and
// samples are sorted by name.
func Export(ctx context.Context, o ExportOptions) (*ExportReport, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	samples, err := Samples(ctx, o.Dir, o.SampleOptions)
	if err != nil {
		return nil, err
	}
	e := exporter{ExportOptions: o, ctx: ctx, report: &ExportReport{}}
	if e.Format != NPZ {
		if err := e.checkKeys(samples); err != nil {
			return nil, err
		}
	}
	e.tell(Event{Kind: EventPhase, Text: "packing", Total: len(samples)})
	if e.Format == NPZ {
		err = e.npz(samples)
	} else {
		err = e.shards(samples)
	}
	slices.Sort(e.report.Files)
	return e.report, err
}

func (o *ExportOptions) check() error {
	switch {
	case o.Out == "":
		return optionError("", "there is no folder to write to")
	case len(o.Save) == 0:
		return optionError("", "there is nothing to save")
	case o.ShardSize <= 0:
		return optionError("", "the shard size is %d, and must be above 0", o.ShardSize)
	case o.Jobs < 0:
		return optionError("", "jobs is %d, and must be at least 1", o.Jobs)
	}
	dir, out := realpath.Of(o.Dir), realpath.Of(o.Out)
	if realpath.Within(dir, out) {
		return optionError("write elsewhere with --out DIR", "%s is in %s, where packed samples would be taken for masks", o.Out, o.Dir)
	}
	entries, err := os.ReadDir(o.Out)
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	case len(entries) > 0 && !o.Force:
		return optionError("name another folder with --out DIR, or replace the files in it with --force", "%s is not empty", o.Out)
	}
	return nil
}

type exporter struct {
	ExportOptions
	ctx    context.Context
	report *ExportReport
}

func (e *exporter) tell(ev Event) {
	if e.Observe != nil {
		e.Observe(ev)
	}
}

// packed is a sample on its way.
type packed struct {
	*Sample
	members []member
	raw     int64 // bytes of the members
	file    []byte
	err     error
}

// member is an array of a sample, as the bytes of a file.
type member struct {
	name  string // as in image.png
	bytes []byte
}

// pack reads the arrays of all samples and hands them to emit in order, those that
// failed left out.
func (e *exporter) pack(samples []Sample, finish func(*packed) error, emit func(*packed) error) error {
	jobs := e.Jobs
	if jobs == 0 {
		jobs = runtime.GOMAXPROCS(0)
	}
	i := 0
	next := func() (*packed, bool) {
		if i == len(samples) {
			return nil, false
		}
		i++
		return &packed{Sample: &samples[i-1]}, true
	}
	work := func(p *packed) {
		if p.err = e.read(p); p.err == nil {
			p.err = finish(p)
		}
	}
	return ordered(e.ctx, jobs, 2*jobs, next, func() func(*packed) { return work }, func(p *packed) error {
		defer e.tell(Event{Kind: EventStep, Item: &Item{Name: p.Name}})
		if p.err != nil {
			e.report.Errors = append(e.report.Errors, p.err)
			return nil
		}
		if err := emit(p); err != nil {
			return err
		}
		e.report.Samples++
		e.report.Raw += p.raw
		return nil
	})
}

// read reads or makes the arrays of a sample.
func (e *exporter) read(p *packed) error {
	file, err := os.ReadFile(p.Weights)
	if err != nil {
		return err
	}
	h, err := npy.ReadHeader(bytes.NewReader(file))
	if err != nil {
		return fmt.Errorf("%s: %w", p.Weights, err)
	}
	var labels *grid.Labels
	if slices.Contains(e.Save, ExportLabels) || slices.Contains(e.Save, ExportTarget) && p.saved[Target] == "" {
		if labels, err = p.objects(e.ctx); err != nil {
			return err
		}
	}
	for _, k := range e.Save {
		m := member{name: k.String() + ".npy"}
		switch k {
		case ExportImage:
			m, err = e.readImage(p.Sample, h.Shape)
		case ExportWeights:
			m.bytes = file
		case ExportLabels:
			m.bytes, err = npyBytes(labels, nil)
		case ExportTarget:
			if labels != nil {
				m.bytes, err = npyBytes(foreground(nil, labels), nil)
			} else {
				m.bytes, err = npyBytes(p.target(e.ctx))
			}
		}
		if err != nil {
			return err
		}
		p.members = append(p.members, m)
		p.raw += int64(len(m.bytes))
	}
	return nil
}

func npyBytes[T grid.Element](g *grid.Grid[T], err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = npy.Write(&b, g)
	return b.Bytes(), err
}

// readImage reads the image of a sample, and leaves it the file that it is where the
// format allows that.
func (e *exporter) readImage(s *Sample, shape []int) (member, error) {
	if s.Image == "" {
		return member{}, fmt.Errorf("%s: no image was found that belongs to it; --save target,weights leaves images out", s.from())
	}
	p, file, err := readPicture(s.Image, shape)
	if err != nil {
		return member{}, err
	}
	name := ExportImage.String()
	if e.Format != NPZ {
		switch {
		case magic("\x89PNG")(file) && bitDepth(file) <= 8:
			return member{name + ".png", file}, nil
		case magic("\xff\xd8\xff")(file):
			return member{name + ".jpg", file}, nil
		}
	}
	var b bytes.Buffer
	err = p.write(&b)
	return member{name + ".npy", b.Bytes()}, err
}

// bitDepth is that of a PNG file, which says it in its header.
func bitDepth(png []byte) byte { return png[24] }

// npz writes a file for each sample.
func (e *exporter) npz(samples []Sample) error {
	compress := func(p *packed) (err error) {
		p.file, err = zipped(p.members)
		p.members = nil
		return err
	}
	return e.pack(samples, compress, func(p *packed) error {
		to := filepath.Join(e.Out, filepath.FromSlash(p.Name)+".npz")
		if err := realpath.Mkdir(e.Out, filepath.Dir(to)); err != nil {
			return err
		}
		return e.wrote(to, atomicfile.Write(to, func(w io.Writer) error {
			n, err := w.Write(p.file)
			e.report.Packed += int64(n)
			return err
		}))
	})
}

func (e *exporter) wrote(to string, err error) error {
	if err == nil {
		e.report.Files = append(e.report.Files, to)
	}
	return err
}

// level is that of deflate. Higher ones take several times as long for a percent or two;
// the default loses a tenth where most pixels are alike.
const level = 7

// zipped is the NPZ file of the members: a ZIP file, each member compressed.
func zipped(members []member) ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return kflate.NewWriter(w, level)
	})
	for _, m := range members {
		h := &zip.FileHeader{Name: m.name, Method: zip.Deflate}
		//lint:ignore SA1019 Modified would add a field that numpy.savez does not write
		h.ModifiedDate = 1 | 1<<5 // 1 January 1980, as numpy.savez has it
		w, err := z.CreateHeader(h)
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(m.bytes); err != nil {
			return nil, err
		}
	}
	err := z.Close()
	return b.Bytes(), err
}

// key is the name of a sample in a shard. WebDataset cuts names at the first dot
// after the last slash.
func key(name string) string {
	dir, base := path.Split(name)
	return dir + strings.ReplaceAll(base, ".", "_")
}

// checkKeys refuses samples that would have the same name in a shard.
func (e *exporter) checkKeys(samples []Sample) error {
	names := map[string]string{}
	for _, s := range samples {
		k := key(s.Name)
		if other, ok := names[k]; ok {
			return optionError("rename one of the masks, or use --format npz", "%s and %s would both be %s in a shard", other, s.Name, k)
		}
		names[k] = s.Name
	}
	return nil
}
