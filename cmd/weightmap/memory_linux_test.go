package main

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/weightmap/weightmap/grid"
	"github.com/weightmap/weightmap/internal/npy"
)

// tiles draws a mask of so many rows and columns, full of square objects.
func tiles(t *testing.T, path string, n int) {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, n, n))
	for i := range img.Pix {
		if y, x := i/n, i%n; y%32 > 2 && x%32 > 3 {
			img.Pix[i] = 255
		}
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(f, img); err != nil {
		t.Fatal(err)
	}
}

// launcher is what this test binary is called where it runs another program and prints
// how much memory that had. A process begins with what the one had that started it, as
// far as the kernel tells, and the tests have much.
const launcher = "weightmap-launcher"

func init() {
	if os.Args[0] != launcher {
		return
	}
	cmd := exec.Command(os.Args[1], os.Args[2:]...)
	cmd.Stderr = os.Stderr
	_ = cmd.Run()
	if cmd.ProcessState == nil {
		os.Exit(127)
	}
	fmt.Println(int64(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss) << 10)
	os.Exit(cmd.ProcessState.ExitCode())
}

// peak runs the program, and returns its exit code, the most memory that it had, in
// bytes, and what it said.
func peak(t *testing.T, binary string, args ...string) (code int, rss int64, stderr string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var out, said bytes.Buffer
	cmd := exec.Cmd{Path: self, Args: append([]string{launcher, binary}, args...), Stdout: &out, Stderr: &said}
	err = cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if rss, err = strconv.ParseInt(strings.TrimSpace(out.String()), 10, 64); err != nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), rss, said.String()
}

// Large masks among small ones: two at a time they take more than a limit under which
// each can be done alone; under a lower one, only the small ones can.
func TestMaxMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("four runs over masks of 4096² take a while, and a gigabyte of memory")
	}
	binary := buildProgram(t)
	dir := t.TempDir()
	masks := filepath.Join(dir, "masks")
	if err := os.Mkdir(masks, 0o777); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		tiles(t, filepath.Join(masks, fmt.Sprintf("large-%d.png", i)), 4096)
	}
	for i := range 30 {
		tiles(t, filepath.Join(masks, fmt.Sprintf("small-%02d.png", i)), 128+8*i)
	}
	out := func(name string) string { return filepath.Join(dir, name) }
	precompute := func(limit, name string) (int, int64, string) {
		return peak(t, binary, "precompute", "--jobs", "2", "--max-memory", limit, "--out", out(name), masks)
	}

	code, free, stderr := precompute("64G", "free")
	if code != 0 {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	want := digests(t, out("free"))
	if len(want) != 33 || free < 512<<20 {
		t.Fatalf("%d maps, and at most %d MiB", len(want), free>>20)
	}

	code, limited, stderr := precompute("512MiB", "limited")
	if code != 0 {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	t.Logf("at most %d MiB of 512; %d without a limit", limited>>20, free>>20)
	if limited > 512<<20 {
		t.Errorf("with a limit of 512 MiB it had %d MiB", limited>>20)
	}
	if got := digests(t, out("limited")); !maps.Equal(got, want) {
		t.Error("other maps with a limit than without")
	}
	if code, _, stderr := peak(t, binary, "verify", "--deep", "all", "--max-memory", "512MiB", out("limited")); code != 0 {
		t.Errorf("verify: exit code %d\n%s", code, stderr)
	}

	code, least, stderr := precompute("256MiB", "least")
	if code != 3 || strings.Count(stderr, "large-") < 3 || !strings.Contains(stderr, "--max-memory 256MiB") || strings.Contains(stderr, "small-") {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
	if least > 256<<20 {
		t.Errorf("with a limit of 256 MiB it had %d MiB", least>>20)
	}
	if got := digests(t, out("least")); len(got) != 30 {
		t.Errorf("%d of 30 small maps were made", len(got))
	}
}

// What the error says that a mask takes is about what it takes, in formats and with
// options that take memory in different ways; with what it says to be enough it is done.
func TestEstimates(t *testing.T) {
	if testing.Short() {
		t.Skip("masks of 2048² many times over take a while")
	}
	binary := buildProgram(t)
	const n = 2048
	array := func(file string, shape ...int) func(string) error {
		return func(dir string) error {
			g := grid.New[int32](shape...)
			for i := range g.Data {
				if y, x := i/n, i%n; y%32 > 2 && x%32 > 3 {
					g.Data[i] = int32(y/32*(n/32) + x/32 + 1)
				}
			}
			return npy.WriteFile(filepath.Join(dir, file), g)
		}
	}
	picture := func(dir string) error { tiles(t, filepath.Join(dir, "a.png"), n); return nil }
	said := regexp.MustCompile(`a\.\w+: takes about (\d+)MiB of memory, and --max-memory 64MiB leaves \d+MiB for a mask: --max-memory (\d+)MiB is enough`)
	for name, c := range map[string]struct {
		draw func(dir string) error
		args string
	}{
		"picture":     {picture, ""},
		"all outputs": {picture, "--save weights,d1,d2,labels,target"},
		"depth":       {picture, "--inside border"},
		"targets":     {picture, "--save target,labels"},
		"ids":         {array("a.npy", n, n), "--instances ids --ridge"},
		"uneven":      {array("a.npy", n, n), "--instances ids --spacing 2,1"},
		"stack":       {array("a.npy", n*n/128/128, 128, 128), "--instances ids"},
		"half":        {array("a.npy", n, n), "--instances ids --dtype float16 --ignore 7"},
	} {
		dir := t.TempDir()
		if err := c.draw(dir); err != nil {
			t.Fatal(err)
		}
		args := append([]string{"precompute", "--jobs", "1", dir}, strings.Fields(c.args)...)
		code, _, stderr := peak(t, binary, append(args, "--max-memory", "64MiB")...)
		m := said.FindStringSubmatch(stderr)
		if code != 3 || m == nil {
			t.Errorf("%s: exit code %d\n%s", name, code, stderr)
			continue
		}
		need, _ := strconv.ParseInt(m[1], 10, 64)
		enough, _ := strconv.ParseInt(m[2], 10, 64)
		code, rss, stderr := peak(t, binary, append(args, "--max-memory", m[2]+"MiB")...)
		if code != 0 {
			t.Errorf("%s: exit code %d with what was said to be enough\n%s", name, code, stderr)
		}
		rss >>= 20
		t.Logf("%s: about %d MiB, with a limit of %d MiB at most %d MiB in all", name, need, enough, rss)
		if rss > enough || rss < need/2 {
			t.Errorf("%s: it was said to take %d MiB, and with a limit of %d MiB it had %d MiB", name, need, enough, rss)
		}
	}
}
