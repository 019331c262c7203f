package memory

import (
	"testing"
	"testing/fstest"
)

func TestTotalOf(t *testing.T) {
	const meminfo = "MemTotal:       16384 kB\nMemFree:         1024 kB\n"
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	for name, c := range map[string]struct {
		files fstest.MapFS
		want  int64
	}{
		"nothing known": {fstest.MapFS{}, 0},
		"machine":       {fstest.MapFS{"proc/meminfo": file(meminfo)}, 16 << 20},
		"version 2, no limit": {fstest.MapFS{
			"proc/meminfo": file(meminfo), "proc/self/cgroup": file("0::/a\n"), "sys/fs/cgroup/a/memory.max": file("max\n"),
		}, 16 << 20},
		"version 2, own limit": {fstest.MapFS{
			"proc/meminfo": file(meminfo), "proc/self/cgroup": file("0::/a/b\n"),
			"sys/fs/cgroup/a/b/memory.max": file("4096\n"), "sys/fs/cgroup/a/memory.max": file("8192\n"),
		}, 4096},
		"version 2, limit above": {fstest.MapFS{
			"proc/meminfo": file(meminfo), "proc/self/cgroup": file("0::/a/b/c\n"),
			"sys/fs/cgroup/a/b/c/memory.max": file("max\n"), "sys/fs/cgroup/a/memory.max": file("8192\n"),
		}, 8192},
		"version 2, in its own namespace": {fstest.MapFS{
			"proc/meminfo": file(meminfo), "proc/self/cgroup": file("0::/\n"), "sys/fs/cgroup/memory.max": file("12288\n"),
		}, 12288},
		"version 1": {fstest.MapFS{
			"proc/meminfo": file(meminfo), "proc/self/cgroup": file("7:cpu,cpuacct:/x\n5:hugetlb,memory:/x/y\n0::/\n"),
			"sys/fs/cgroup/memory/x/y/memory.limit_in_bytes": file("9223372036854771712\n"),
			"sys/fs/cgroup/memory/x/memory.limit_in_bytes":   file("20480\n"),
		}, 20480},
		"version 1, group not to be seen": {fstest.MapFS{
			"proc/meminfo": file(meminfo), "proc/self/cgroup": file("5:memory:/docker/0123\n"),
			"sys/fs/cgroup/memory/memory.limit_in_bytes": file("24576\n"),
		}, 24576},
		"limit above what the machine has": {fstest.MapFS{
			"proc/meminfo": file(meminfo), "proc/self/cgroup": file("0::/\n"), "sys/fs/cgroup/memory.max": file("1099511627776\n"),
		}, 16 << 20},
	} {
		if got := totalOf(c.files); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestTotal(t *testing.T) {
	if n := Total(); n < 16<<20 {
		t.Errorf("there are %d bytes of memory, says the system", n)
	}
}
