// Package dataset makes weight maps of whole data sets: it finds masks, reads
// them, computes in parallel, writes, and remembers what was made of what.
//
//	o := dataset.DefaultOptions("data") // U-Net weights beside the masks
//	report, err := dataset.Precompute(ctx, o)
//
// # Masks
//
// [Find] says which files are masks, [Read] reads one. A mask is binary, or it
// holds an id for each object, or classes; what its values mean cannot be seen from
// one file, so it is decided once for a data set (see [Instances]). A folder may
// hold a file for each object instead, and a file of [Annotations] the objects of many
// images.
//
// # What is written
//
// Of masks/a.png the weights are masks/a.weights.npy: a NumPy array of the mask's
// shape, C order, little endian, which numpy.load can map. [Kind] lists the other
// outputs. Every file appears complete or not at all: it is written under another
// name in the same folder, synced and renamed.
//
// # What is remembered
//
// The output root is the folder that was named, or that of the file that was named,
// or Options.Out. In it weightmap.jsonl, the manifest, has a line for each item:
// see [Record]. An output is up to date if a line says that it was made of a mask
// with this digest and with these parameters, and the file has the digest that the
// line says; that it exists is not enough. The lines hold no times, and are sorted,
// so that the same masks give the same manifest, byte for byte.
//
// Beside it .weightmap.cache holds the digests of files by their size, inode and
// times, as Git's index does, so that a data set that did not change need not be
// read again. It can be deleted at any time. .weightmap.lock exists while a run is
// at work there; a second one is refused.
//
// [Verify] asks whether all of that still is so. It reads every mask and output anew,
// computes some outputs again if it is told to, and writes nothing.
//
// # Training
//
// [Samples] pairs the weights with their images and masks, and makes sure that they
// are up to date. [Loader] makes batches of samples, cropped, flipped and turned, for
// training in Go; [Export] packs them into few and small files for others. [Pipe] makes
// maps of masks that are in no file, such as crops.
//
// # Cost
//
// Masks are read once to decide about the data set, where that is asked for, and
// are read again, or kept in memory up to 256 MiB, to be computed. Each of the
// Options.Jobs workers needs memory for one item: about 20 bytes a pixel.
package dataset
