// Package labeling tells objects apart: it finds the connected components of a
// mask, and counts, measures, renumbers, filters and separates labelled objects.
//
// # Problem
//
// A binary mask says where objects are, not which pixels belong to the same one.
// Two foreground pixels belong together if a path of foreground pixels joins
// them, each touching the next; the [Connectivity] says what touches. An image
// that already holds ids may still use one id for several pieces;
// [ComponentsByValue] tells those apart.
//
//	labels, n := labeling.Components(nil, mask, 8) // ids 1..n, 0 is background
//	labels, n = labeling.RemoveSmall(labels, labels, 20)
//	for _, o := range labeling.Measure(labels) {
//		fmt.Println(o.ID, o.Pixels, o.Min, o.Max, o.Centroid)
//	}
//	if labeling.Touching(labels, 8) > 0 {
//		labels = labeling.Ridge(labels, labels, 8)
//	}
//
// # Convention
//
// Grids have one to three axes; a shape of another length panics, and so does a
// connectivity that does not fit the shape. Axes may be empty. 0 is background;
// every other value is the id of an object. New ids run from 1 to n in raster
// order of the objects' first pixels (Components, ComponentsByValue) or in
// ascending order of the old ids (Relabel, RemoveSmall). The same input always
// gives the same ids. A nil destination is allocated; where source and
// destination have one type they may be the same grid.
//
// # Method and cost
//
// Components reads the mask once. It packs rows to bits, 64 pixels a word, and
// takes its runs, the longest stretches of foreground, as the nodes of a
// union-find forest (He, Chao and Suzuki 2008). At connectivity 8 two rows together are
// one band, of which the runs are those of columns in which either has a pixel: they
// are connected, too, and fewer (compare the blocks of Grana, Borghesani and Cucchiara 2010). A few
// logical operations on the bits of two rows tell where a run of one first meets a run of the
// other, so the work grows with words and runs, not with pixels. In 3-D most contacts follow
// from others and are masked off before they are looked at. At last the labels are
// written, eight pixels at a time where the processor can: what is set takes the id of the last run
// that starts no later. Several workers each label parts of the rows (in 3-D: slices) by themselves;
// then the trees that touch in the seams are joined. Images a few pixels wide are labelled lying on
// their side. The scratch space is two or three bits a pixel and 4 bytes a run (of images lying on their
// side 5 bytes a pixel); a [Labeler] keeps it from call to call.
//
// All functions take time linear in the pixels, but for what sorting the distinct
// ids costs.
//
// # References
//
//   - Rosenfeld and Pfaltz, "Sequential Operations in Digital Picture
//     Processing", J. ACM 13 (1966): two passes and a table of equivalences.
//   - He, Chao and Suzuki, "A Run-Based Two-Scan Labeling Algorithm", IEEE
//     Transactions on Image Processing 17 (2008).
//   - Grana, Borghesani and Cucchiara, "Optimized Block-Based Connected Components
//     Labeling With Decision Trees", IEEE Transactions on Image Processing 19 (2010):
//     the pixels of a block of 2×2 touch, so label blocks.
//   - Lemaitre, Hennequin and Lacassagne, "How to speed Connected Component
//     Labeling up with SIMD RLE algorithms", WPMVP 2020: runs by wide instructions.
//   - Falk et al., "U-Net: deep learning for cell counting, detection, and
//     morphometry", Nature Methods 16 (2019): the gaps that [Ridge] cuts.
package labeling
