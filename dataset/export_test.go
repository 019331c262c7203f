package dataset

import (
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/judge"
	"github.com/weightmap/weightmap/internal/npy"
)

// nuclei is a copy of a folder of testdata, of which weights and what else is asked
// for were made.
func nuclei(t testing.TB, name string, save ...Kind) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	must(t, os.CopyFS(dir, os.DirFS(filepath.Join("..", "testdata", name))))
	precomputed(t, dir, save...)
	return dir
}

func precomputed(t testing.TB, dir string, save ...Kind) {
	t.Helper()
	o := DefaultOptions(dir)
	if save != nil {
		o.Save = save
	}
	r, err := Precompute(t.Context(), o)
	if err != nil || r.Failed > 0 || len(r.Items) == 0 {
		t.Fatalf("%+v, %v", r, err)
	}
}

func exported(t testing.TB, o ExportOptions) *ExportReport {
	t.Helper()
	r, err := Export(t.Context(), o)
	if err != nil || len(r.Errors) > 0 {
		t.Fatalf("%v, %v", r, err)
	}
	return r
}

// NumPy reads from NPZ files what is in the files of the data set, whether targets
// and labels were saved or are made again.
func TestExportNPZ(t *testing.T) {
	judge.Need(t, "PIL")
	for name, save := range map[string][]Kind{"saved": {Weights, Labels, Target}, "made again": {Weights}} {
		dir := nuclei(t, "nuclei", save...)
		o := DefaultExport(dir, filepath.Join(t.TempDir(), "out"))
		o.Save = append(o.Save, ExportLabels)
		r := exported(t, o)
		if r.Samples != 4 || len(r.Files) != 4 {
			t.Errorf("%s: %+v", name, r)
		}
		precomputed(t, dir, Weights, Labels, Target)
		judge.Python(t, `
			import glob, sys
			import numpy as np
			from PIL import Image
			dir, out = sys.argv[1:]
			for i in range(1, 5):
				name = 'nuclei-%02d' % i
				a = np.load(f'{out}/labels/{name}.npz')
				assert sorted(a) == ['image', 'labels', 'target', 'weights'], list(a)
				image = np.array(Image.open(f'{dir}/images/{name}.png'))
				assert a['image'].dtype == np.uint8 and np.array_equal(a['image'], image)
				for k in 'labels', 'target', 'weights':
					want = np.load(f'{dir}/labels/{name}.{k}.npy')
					assert a[k].dtype == want.dtype and np.array_equal(a[k], want), (name, k)
			assert len(glob.glob(out + '/**/*.*', recursive=True)) == 4
		`, dir, o.Out)
	}
}

// Python's tarfile reads the shards.
func TestExportShards(t *testing.T) {
	judge.Need(t, "PIL")
	dir := nuclei(t, "nuclei")
	for format, size := range map[ExportFormat]int64{Tar: 1 << 20, TarGz: 1 << 20} {
		o := DefaultExport(dir, filepath.Join(t.TempDir(), "out"))
		o.Format, o.ShardSize = format, size
		r := exported(t, o)
		if r.Samples != 4 || len(r.Files) != 2 {
			t.Errorf("%v: %+v", format, r)
		}
		precomputed(t, dir, Weights, Target)
		judge.Python(t, `
			import sys, tarfile
			import numpy as np
			from PIL import Image
			dir, out, format = sys.argv[1:]
			shards = [f'{out}/nuclei-00000{i}.{format}' for i in range(2)]
			names = []
			for shard in shards:
				with open(shard, 'rb') as f:
					for m in tarfile.open(fileobj=f, mode='r|*'): # as WebDataset does
						names.append(m.name)
						assert m.isreg() and (m.mtime, m.uid, m.gid, m.uname, m.gname, m.mode) == (0, 0, 0, '', '', 0o644)
						data = tarfile.open(shard).extractfile(m.name).read()
						key, ext = m.name.split('.', 1)
						if ext == 'image.png':
							assert data == open(f'{dir}/images/{key[7:]}.png', 'rb').read()
						else:
							assert data == open(f'{dir}/{key}.{ext}', 'rb').read()
			assert names == [f'labels/nuclei-0{i}.{e}' for i in range(1, 5) for e in ('image.png', 'target.npy', 'weights.npy')], names
		`, dir, o.Out, format.String())
	}
}

// WebDataset reads the shards, in the workers of a data loader too: each sample once,
// its arrays as they are in the files of the data set, 16-bit images too.
func TestExportWebDataset(t *testing.T) {
	judge.Need(t, "webdataset", "PIL", "torch")
	dir := nuclei(t, "nuclei")
	images := filepath.Join(dir, "images")
	judge.Python(t, `
		import sys
		import numpy as np
		from PIL import Image
		a = np.array(Image.open(sys.argv[1] + '/nuclei-01.png'))
		Image.fromarray(a.astype(np.uint16) * 257 + 7).save(sys.argv[1] + '/nuclei-01.png')
		b = np.array(Image.open(sys.argv[1] + '/nuclei-02.png'))
		Image.fromarray(np.stack([b, b // 2, b // 3], -1)).save(sys.argv[1] + '/nuclei-02.png')
	`, images)
	precomputed(t, dir, Weights, Target)
	for _, format := range []ExportFormat{Tar, TarGz} {
		o := DefaultExport(dir, filepath.Join(t.TempDir(), "out"))
		o.Format, o.ShardSize = format, 1<<20
		exported(t, o)
		judge.Python(t, `
			import glob, sys
			import numpy as np
			import torch
			import webdataset as wds
			from PIL import Image
			dir, out = sys.argv[1:]
			shards = sorted(glob.glob(out + '/*'))
			assert len(shards) >= 2, shards
			def samples():
				return wds.WebDataset(shards, shardshuffle=False).decode('rgb8')
			seen = []
			for s in samples():
				key = s['__key__']
				seen.append(key)
				image = np.array(Image.open(f"{dir}/images/{key.split('/')[1]}.png"))
				if key.endswith('1'):
					got = s['image.npy']
					assert got.dtype == np.uint16 and got.max() > 255
				else:
					got = s['image.png']
					if image.ndim == 2:
						assert np.all(got == got[..., :1])
						got = got[..., 0]
				assert np.array_equal(got, image), key
				for kind in 'target', 'weights':
					want = np.load(f'{dir}/{key}.{kind}.npy')
					assert s[kind + '.npy'].dtype == want.dtype and np.array_equal(s[kind + '.npy'], want), (key, kind)
			assert seen == [f'labels/nuclei-0{i}' for i in range(1, 5)], seen
			def floats(t): # PyTorch knows no uint16
				return t[0], *(torch.tensor(a.astype(np.float32)) for a in t[1:])
			tuples = samples().to_tuple('__key__', 'image.png;image.npy', 'target.npy', 'weights.npy').map(floats)
			keys = []
			for key, image, target, weights in torch.utils.data.DataLoader(tuples, batch_size=None, num_workers=2):
				assert image.shape[:2] == target.shape == weights.shape == (256, 320)
				want = np.load(f'{dir}/{key}.weights.npy')
				assert np.array_equal(weights.numpy(), want) and image.max() > (255 if key.endswith('1') else 50)
				keys.append(key)
			assert sorted(keys) == seen, keys
		`, dir, o.Out)
	}
}

// What docs/training.md says about reading packed samples works as printed.
func TestExportAsDocumented(t *testing.T) {
	judge.Need(t, "webdataset", "PIL", "torch")
	text, err := os.ReadFile(filepath.Join("..", "docs", "training.md"))
	must(t, err)
	blocks := regexp.MustCompile("(?s)```python\n(.*?)```").FindAllSubmatch(text, -1)
	if len(blocks) != 2 {
		t.Fatalf("the page has %d blocks of Python", len(blocks))
	}
	dir, work := nuclei(t, "nuclei"), t.TempDir()
	for format, name := range map[ExportFormat]string{NPZ: "packed", Tar: "shards"} {
		o := DefaultExport(dir, filepath.Join(work, name))
		o.Format = format
		exported(t, o)
	}
	got := judge.Python(t, `
		import os, sys
		dir, first, second = sys.argv[1:]
		os.chdir(dir)
		exec(first)
		print(image.shape, target.dtype, weights.dtype)
		exec(second)
	`, work, string(blocks[0][1]), string(blocks[1][1]))
	size := "torch.Size([4, 1, 128, 128])"
	want := "(256, 320) uint8 float32\n" + size + " " + size + " " + size + "\n"
	if got != want {
		t.Errorf("it prints\n%swant\n%s", got, want)
	}
}

// Whatever the number of jobs and the time, the bytes are the same.
func TestExportIsDeterministic(t *testing.T) {
	dir := nuclei(t, "nuclei")
	for _, format := range []ExportFormat{NPZ, Tar, TarGz} {
		var first map[string]string
		for _, jobs := range []int{1, 4} {
			o := DefaultExport(dir, filepath.Join(t.TempDir(), "out"))
			o.Format, o.Jobs = format, jobs
			exported(t, o)
			got := content(t, o.Out)
			if first == nil {
				first = got
			}
			if len(got) == 0 || len(got) != len(first) {
				t.Fatalf("%v: %d files, and %d", format, len(got), len(first))
			}
			for name, c := range first {
				if got[name] != c {
					t.Errorf("%v: %s differs", format, name)
				}
			}
			for _, p := range tree(t, dir) {
				age(t, filepath.Join(dir, p))
			}
		}
	}
}

// A sample is never divided, and a shard is no larger than it must be.
func TestShardSizes(t *testing.T) {
	dir := nuclei(t, "nuclei")
	for size, want := range map[int64]int{1: 4, 500 << 10: 4, 1 << 20: 2, 1 << 30: 1} {
		o := DefaultExport(dir, filepath.Join(t.TempDir(), "out"))
		o.Format, o.ShardSize = Tar, size
		if r := exported(t, o); len(r.Files) != want {
			t.Errorf("of %d bytes there are %d shards, want %d", size, len(r.Files), want)
		}
	}
}

// Weights that are missing or were made of something else are refused before
// anything is written.
func TestExportWantsWhatPrecomputeMade(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(dir string)
		want  []string
	}{
		"nothing was made": {func(dir string) { must(t, os.Remove(filepath.Join(dir, ManifestName))) },
			[]string{"labels/nuclei-01.png has no weights", "likewise with 3 more"}},
		"a mask changed": {func(dir string) {
			other, err := os.ReadFile(filepath.Join(dir, "labels", "nuclei-01.png"))
			must(t, err)
			must(t, os.WriteFile(filepath.Join(dir, "labels", "nuclei-02.png"), other, 0o666))
		}, []string{"labels/nuclei-02.png has changed since", "nuclei-02.weights.npy was made of it"}},
		"a mask is gone": {func(dir string) { must(t, os.Remove(filepath.Join(dir, "labels", "nuclei-03.png"))) },
			[]string{"labels/nuclei-03.png is gone"}},
		"a mask is new": {func(dir string) { draw(t, filepath.Join(dir, "labels", "new.png"), "1.2") },
			[]string{"labels/new.png has no weights"}},
		"a map is gone": {func(dir string) { must(t, os.Remove(filepath.Join(dir, "labels", "nuclei-04.weights.npy"))) },
			[]string{"labels/nuclei-04.png has no weights", "nuclei-04.weights.npy is gone"}},
		"a map is another": {func(dir string) {
			must(t, npy.WriteFile(filepath.Join(dir, "labels", "nuclei-04.weights.npy"), grid.New[float32](256, 320)))
		}, []string{"nuclei-04.weights.npy is not what precompute made"}},
	} {
		dir := nuclei(t, "nuclei")
		c.spoil(dir)
		for _, format := range []ExportFormat{NPZ, Tar} {
			o := DefaultExport(dir, filepath.Join(t.TempDir(), "out"))
			o.Format = format
			_, err := Export(t.Context(), o)
			var wrong *OptionError
			if !errors.As(err, &wrong) || wrong.Hint != "run weightmap precompute first" {
				t.Errorf("%s: %v", name, err)
				continue
			}
			for _, w := range c.want {
				if !strings.Contains(filepath.ToSlash(err.Error()), w) {
					t.Errorf("%s: %v, want %s", name, err, w)
				}
			}
			if _, err := os.Stat(o.Out); err == nil {
				t.Errorf("%s: there is %s", name, o.Out)
			}
		}
	}
}

// What cannot be read is left out and said, and the rest is packed.
func TestExportLeavesOutWhatFails(t *testing.T) {
	dir := nuclei(t, "nuclei")
	images := filepath.Join(dir, "images")
	must(t, os.Remove(filepath.Join(images, "nuclei-01.png")))
	draw(t, filepath.Join(images, "nuclei-02.png"), "12", "34")
	put(t, filepath.Join(images, "nuclei-03.png"), "no image")
	for _, format := range []ExportFormat{NPZ, Tar} {
		o := DefaultExport(dir, filepath.Join(t.TempDir(), "out"))
		o.Format = format
		r, err := Export(t.Context(), o)
		if err != nil || r.Samples != 1 || len(r.Errors) != 3 || len(r.Files) != 1 {
			t.Fatalf("%+v, %v", r, err)
		}
		for i, want := range []string{"nuclei-01.png: no image was found", "nuclei-02.png: the image has shape [2 2], and its mask [256 320]", "nuclei-03.png: its content"} {
			if !strings.Contains(r.Errors[i].Error(), want) {
				t.Errorf("%v, want %s", r.Errors[i], want)
			}
		}
	}
}

func TestExportLeavesOtherFilesAlone(t *testing.T) {
	dir := nuclei(t, "nuclei")
	o := DefaultExport(dir, filepath.Join(dir, "packed"))
	if _, err := Export(t.Context(), o); err == nil || !strings.Contains(err.Error(), "taken for masks") {
		t.Error(err)
	}
	o.Out = dir
	if _, err := Export(t.Context(), o); err == nil {
		t.Error("it writes among the masks")
	}
	o.Out = t.TempDir()
	put(t, filepath.Join(o.Out, "mine"), "mine")
	if _, err := Export(t.Context(), o); err == nil || !strings.Contains(err.Error(), "is not empty") || len(tree(t, o.Out)) != 1 {
		t.Error(err)
	}
	// Shards of an export before are not left among those of this one.
	o.Format, o.Force = Tar, true
	for _, n := range []string{"nuclei-000000.tar", "nuclei-000001.tar", "nuclei-000002.tar", "nuclei-000004.tar"} {
		put(t, filepath.Join(o.Out, n), "old")
	}
	exported(t, o)
	if got := strings.Join(tree(t, o.Out), " "); got != "mine nuclei-000000.tar nuclei-000004.tar" {
		t.Error(got)
	}

	ctx, stop := context.WithCancel(t.Context())
	stop()
	for _, format := range []ExportFormat{NPZ, Tar} {
		o := DefaultExport(dir, filepath.Join(t.TempDir(), "out"))
		o.Format = format
		if _, err := Export(ctx, o); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
}

// A folder of outputs is as good as that of the masks, and so are objects in files,
// stacks, names with dots and masks beside their images.
func TestExportLayouts(t *testing.T) {
	for _, name := range []string{"stage1_train", "stack"} {
		dir := nuclei(t, name)
		for _, format := range []ExportFormat{NPZ, Tar} {
			o := DefaultExport(dir, filepath.Join(t.TempDir(), "out"))
			o.Format = format
			if r := exported(t, o); r.Samples != 1 {
				t.Errorf("%s: %+v", name, r)
			}
		}
	}
	data, maps := t.TempDir(), filepath.Join(t.TempDir(), "maps")
	draw(t, filepath.Join(data, "a.b.png"), "9999")
	draw(t, filepath.Join(data, "a.b_mask.png"), "1..2")
	p := DefaultOptions(data)
	p.Out, p.Masks = maps, "*_mask.png"
	if r, err := Precompute(t.Context(), p); err != nil || r.Made != 1 {
		t.Fatal(r, err)
	}
	o := DefaultExport(maps, filepath.Join(t.TempDir(), "out"))
	o.Format = Tar
	exported(t, o)
	judge.Python(t, `
		import glob, sys, tarfile
		names = tarfile.open(glob.glob(sys.argv[1] + '/*')[0]).getnames()
		assert names == ['a_b_mask.image.npy', 'a_b_mask.target.npy', 'a_b_mask.weights.npy'], names
	`, o.Out)

	draw(t, filepath.Join(data, "a_b.png"), "9999")
	draw(t, filepath.Join(data, "a_b_mask.png"), "1..2")
	if r, err := Precompute(t.Context(), p); err != nil || r.Made != 1 {
		t.Fatal(r, err)
	}
	o.Force = true
	if _, err := Export(t.Context(), o); err == nil || !strings.Contains(err.Error(), "would both be a_b_mask in a shard") {
		t.Error(err)
	}
}

// Images of every kind are what Pillow reads of them.
func TestPictures(t *testing.T) {
	judge.Need(t, "PIL")
	dir := t.TempDir()
	box := image.Rect(0, 0, 5, 3)
	gray, gray16 := image.NewGray(box), image.NewGray16(box)
	rgb, rgba := image.NewRGBA(box), image.NewNRGBA(box)
	palette := image.NewPaletted(box, color.Palette{color.RGBA{1, 2, 3, 255}, color.RGBA{200, 100, 50, 255}})
	for i := range 15 {
		x, y, v := i%5, i/5, uint8(17*i)
		gray.SetGray(x, y, color.Gray{Y: v})
		gray16.SetGray16(x, y, color.Gray16{Y: uint16(v)*257 + 3})
		rgb.SetRGBA(x, y, color.RGBA{v, 255 - v, v / 2, 255})
		rgba.SetNRGBA(x, y, color.NRGBA{v, 255 - v, v / 2, 200 + uint8(i)})
		palette.SetColorIndex(x, y, v%2)
	}
	pictures := map[string]image.Image{"gray.png": gray, "gray16.png": gray16, "rgb.png": rgb, "rgba.png": rgba, "palette.png": palette, "gray.jpg": gray}
	for name, img := range pictures {
		f, err := os.Create(filepath.Join(dir, name))
		must(t, err)
		if filepath.Ext(name) == ".jpg" {
			must(t, jpeg.Encode(f, img, nil))
		} else {
			must(t, png.Encode(f, img))
		}
		must(t, f.Close())
		p, _, err := readPicture(f.Name(), []int{3, 5})
		must(t, err)
		out, err := os.Create(f.Name() + ".npy")
		must(t, err)
		must(t, p.write(out))
		must(t, out.Close())
		g, err := p.gray(15)
		must(t, err)
		must(t, npy.WriteFile(f.Name()+".gray.npy", g))
	}
	judge.Python(t, `
		import glob, sys
		import numpy as np
		from PIL import Image
		dir = sys.argv[1]
		paths = glob.glob(dir + '/*.png') + glob.glob(dir + '/*.jpg')
		assert len(paths) == 6
		for path in paths:
			image = Image.open(path)
			if image.mode == 'P':
				image = image.convert('RGB')
			want, got = np.array(image), np.load(path + '.npy')
			assert got.shape == want.shape and np.array_equal(got, want), (path, got, want)
			assert got.dtype == (np.uint16 if 'gray16' in path else np.uint8), got.dtype
			gray = np.load(path + '.gray.npy')
			want = want / (65535 if 'gray16' in path else 255)
			if want.ndim == 3:
				want = want[..., :3] @ [0.299, 0.587, 0.114]
			assert gray.dtype == np.float32 and np.abs(gray - want).max() < 1e-6, path
	`, dir)
}

// What has more channels than colours have is named, whatever its format.
func TestImagesOfTooManyChannels(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.npy")
	put(t, path, string(npyOf(t, make([]uint8, 3*5*5), 3, 5, 5)))
	_, _, err := readPicture(path, []int{3, 5})
	if err == nil || err.Error() != path+": the image has 5 channels, of which at most 4 are taken" {
		t.Error(err)
	}
}
