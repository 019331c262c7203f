package weights

import "github.com/weightmap/weightmap/grid"

// Class is the class term w_c: what a pixel weighs by its class alone.
type Class struct {
	Background, Foreground float64
}

// Count is the number of pixels of either class, of one image or added up over a
// data set. Ignored pixels are in neither.
type Count struct {
	Background, Foreground int64
}

// CountPixels counts the pixels of labels that belong to an object (foreground) and
// to none. Pixels where ignore is not zero are left out; nil ignores nothing.
func CountPixels(labels *grid.Labels, ignore *grid.Mask) Count {
	if ignore != nil {
		grid.MustMatch("ignore", ignore.Shape, labels.Shape)
	}
	foreground, ignored := 0, 0
	if ignore == nil {
		for _, id := range labels.Data {
			if id != 0 {
				foreground++
			}
		}
	} else {
		for i, id := range labels.Data {
			if ignore.Data[i] != 0 {
				ignored++
			} else if id != 0 {
				foreground++
			}
		}
	}
	return Count{Background: int64(len(labels.Data) - ignored - foreground), Foreground: int64(foreground)}
}

// Add returns the counts of both together.
func (c Count) Add(d Count) Count {
	return Count{c.Background + d.Background, c.Foreground + d.Foreground}
}

// Class returns the weights that give both classes the same total, with mean 1 over
// all pixels: w_c = N/(2·N_c), N_c the pixels of class c and N those of both. Where a
// class has no pixel both weights are 1, which has mean 1 as well.
func (c Count) Class() Class {
	if c.Background == 0 || c.Foreground == 0 {
		return Class{1, 1}
	}
	n := float64(c.Background + c.Foreground)
	return Class{
		Background: n / (2 * float64(c.Background)),
		Foreground: n / (2 * float64(c.Foreground)),
	}
}
