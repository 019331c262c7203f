package dataset

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// Formats that hold masks and are not read. Each is known by its magic, and the
// error says how to convert it.
var (
	errHDF5 = errors.New("is an HDF5 file, which is not read: export the array, as in Python: " +
		"np.save('mask.npy', h5py.File('x.h5')['labels'][:])")
	errZarr = errors.New("is a Zarr store, which is not read: export the array, as in Python: " +
		"np.save('mask.npy', zarr.open('x.zarr', mode='r')[:])")
	errDICOM = errors.New("is a DICOM file, which is not read: convert a segmentation to NIfTI with dcmqi (segimage2itkimage), " +
		"or export the array, as in Python: np.save('mask.npy', pydicom.dcmread('x.dcm').pixel_array)")
	errROI = errors.New("holds ImageJ regions, which are outlines and no image: make a label image of them in Fiji " +
		"(Plugins, BIOP, ROIs to Label Image) and save it as TIFF")
	errAnnotations = errors.New("holds the objects of many images: make a label image of each with weightmap convert")
)

func refuse(err error) func(*file, ReadOptions) (*Image, error) {
	return func(*file, ReadOptions) (*Image, error) { return nil, err }
}

// isHDF5 knows files that start with a block of their user's, as those of MATLAB do.
func isHDF5(head []byte) bool {
	const signature = "\x89HDF\r\n\x1a\n"
	for at := 0; at+len(signature) <= len(head); at = max(512, 2*at) {
		if string(head[at:at+len(signature)]) == signature {
			return true
		}
	}
	return false
}

func isDICOM(head []byte) bool { return len(head) >= 132 && string(head[128:132]) == "DICM" }

// isZarrName reports whether a folder, by its name, is a Zarr store.
func isZarrName(name string) bool { return strings.EqualFold(filepath.Ext(name), ".zarr") }

// isZarr reports whether the folder is a Zarr store, of format 2 or 3.
func isZarr(dir string) bool {
	for _, name := range []string{".zarray", ".zgroup", "zarr.json"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return true
		}
	}
	return false
}
