package memory

import (
	"bufio"
	"io/fs"
	"math"
	"os"
	"path"
	"strconv"
	"strings"
)

func total() int64 { return totalOf(os.DirFS("/")) }

// totalOf is the least of what the kernel's files below root say.
func totalOf(root fs.FS) int64 {
	least := int64(math.MaxInt64)
	take := func(n int64, ok bool) {
		if ok && n > 0 {
			least = min(least, n)
		}
	}
	take(machine(root))
	for _, limit := range limits(root) {
		text, err := fs.ReadFile(root, limit)
		if err != nil {
			continue // the group is not to be seen from inside the container, or is the root
		}
		n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
		take(n, err == nil) // "max" is no limit
	}
	if least == math.MaxInt64 {
		return 0
	}
	return least
}

// machine reads the MemTotal of /proc/meminfo (proc_meminfo(5)).
func machine(root fs.FS) (int64, bool) {
	f, err := root.Open("proc/meminfo")
	if err != nil {
		return 0, false
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if fields := strings.Fields(s.Text()); len(fields) == 3 && fields[0] == "MemTotal:" && fields[2] == "kB" {
			n, err := strconv.ParseInt(fields[1], 10, 64)
			return n << 10, err == nil && n < math.MaxInt64>>10
		}
	}
	return 0, false
}

// limits lists the files with the limits of the control groups that the process is in,
// those that they are in themselves included: of version 2, and of the memory
// controller of version 1 (cgroups(7)).
func limits(root fs.FS) []string {
	text, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return nil
	}
	var files []string
	for line := range strings.Lines(string(text)) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) != 3 {
			continue
		}
		mount, file := "sys/fs/cgroup", "memory.max"
		switch {
		case parts[1] == "" && parts[0] == "0":
		case hasController(parts[1], "memory"):
			mount, file = "sys/fs/cgroup/memory", "memory.limit_in_bytes"
		default:
			continue
		}
		for group := path.Clean("/" + parts[2]); ; group = path.Dir(group) {
			files = append(files, path.Join(mount, group, file))
			if group == "/" {
				break
			}
		}
	}
	return files
}

func hasController(list, name string) bool {
	for c := range strings.SplitSeq(list, ",") {
		if c == name {
			return true
		}
	}
	return false
}
