package dataset

import (
	"path"
	"path/filepath"
	"strings"

	"github.com/weightmap/weightmap/internal/realpath"
)

// whence returns the folder that was searched for the mask of a record in an output root,
// which is what the item's name starts from. It is "" where the mask lies in the output
// root itself, and for annotations. real is the root's path, links resolved.
func (r *Record) whence(root, real string) string {
	if r.Input.Image != "" {
		return ""
	}
	mask := realpath.Of(r.inputPath(root))
	if realpath.Within(real, mask) {
		return ""
	}
	above, below := filepath.Dir(mask), path.Dir(string(r.Item))
	if below == "." {
		return above
	}
	if dir, ok := strings.CutSuffix(above, string(filepath.Separator)+filepath.FromSlash(below)); ok {
		return dir
	}
	return ""
}
