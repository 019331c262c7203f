package losses_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/weightmap/weightmap/losses"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]losses.Loss{
		"ce":                       losses.CrossEntropy{},
		"wce:positive=3":           losses.WeightedCrossEntropy{Positive: 3},
		"bce":                      losses.BalancedCrossEntropy{Positive: 0.5},
		"hed":                      losses.DefaultBatchBalancedCrossEntropy(),
		"focal":                    losses.DefaultFocal(),
		"focal:gamma=0.5":          losses.Focal{Positive: 0.25, Gamma: 0.5},
		"distance":                 losses.DistanceWeighted{},
		"dice":                     losses.Dice{},
		"dice:smooth=1,over=pixel": losses.Dice{Smooth: 1, Scope: losses.PerPixel},
		"jaccard:over=batch":       losses.Jaccard{Scope: losses.PerBatch},
		"tversky":                  losses.DefaultTversky(),
		"tversky:fn=0.3,fp=0.7":    losses.Tversky{FalsePositive: 0.7, FalseNegative: 0.3, Smooth: 1},
		"focal-tversky":            losses.DefaultFocalTversky(),
		"lovasz":                   losses.LovaszHinge{},
		"boundary":                 losses.Boundary{},
		"hausdorff":                losses.DefaultHausdorff(),
		"ce+dice":                  losses.CrossEntropyDice(),
		"bce:positive=0.3+dice":    losses.BalancedCrossEntropyDice(0.3),
		"focal + dice":             losses.FocalDice(),
		"0.5*ce+2*dice:smooth=1":   losses.Sum{{Weight: 0.5, Loss: losses.CrossEntropy{}}, {Weight: 2, Loss: losses.Dice{Smooth: 1}}},
		"softmax-dice:background=exclude,over=batch": losses.SoftmaxOverlap{Of: losses.Dice{Scope: losses.PerBatch}, ExcludeBackground: true},
		"softmax-lovasz:classes=all":                 losses.LovaszSoftmax{Classes: losses.ClassesAll},
	} {
		n, err := losses.Parse(text)
		if err != nil || !reflect.DeepEqual(n.Loss, want) || n.Name != text {
			t.Errorf("%q: %#v, %v; want %#v", text, n, err, want)
		}
		if n.Multiclass != strings.HasPrefix(text, "softmax") || n.NeedsWeight != (text == "distance") {
			t.Errorf("%q: %#v", text, n)
		}
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"":                            "unknown loss \"\"; there are ce, wce",
		"dise":                        "unknown loss \"dise\"",
		"ce:gamma=2":                  "loss ce has no parameters, so no \"gamma\"",
		"tversky:beta=1":              "no parameter \"beta\"; it has fp, fn, smooth, over",
		"focal:gamma":                 "\"gamma\" is not param=value",
		"focal:gamma=-1":              "gamma=-1, want at least 0",
		"focal:gamma=two":             "gamma=two is no number",
		"focal:gamma=NaN":             "is no number",
		"focal:gamma=Inf":             "is no number",
		"bce:positive=1.5":            "positive=1.5, want 0 to 1",
		"focal-tversky:gamma=0":       "gamma=0, want more than 0",
		"dice:over=row":               "over=row is none of image, pixel, batch",
		"generalized-dice:over=pixel": "none of image, batch",
		"ce+softmax-ce":               "adds one of two classes to one of many",
		"0*ce":                        "factor \"0\"",
		"ce+":                         "unknown loss \"\"",
	} {
		if _, err := losses.Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q in it", text, err, want)
		}
	}
}

func TestParseList(t *testing.T) {
	list, err := losses.ParseList("ce,tversky:fp=0.3,fn=0.7,dice:smooth=1,over=batch,ce+focal:gamma=1,positive=0.5")
	var names []string
	for _, n := range list {
		names = append(names, n.Name)
	}
	if got, want := strings.Join(names, " | "), "ce | tversky:fp=0.3,fn=0.7 | dice:smooth=1,over=batch | ce+focal:gamma=1,positive=0.5"; got != want || err != nil {
		t.Errorf("%s, %v; want %s", got, err, want)
	}
	if _, err := losses.ParseList("ce,,dice"); err == nil {
		t.Error("an empty name was taken")
	}
}

// What the table says of itself holds: defaults are allowed, formulas are there.
func TestSpecs(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range losses.Specs() {
		if seen[s.Name] || s.Formula == "" {
			t.Errorf("%q is there twice or has no formula", s.Name)
		}
		seen[s.Name] = true
		text := s.Name
		for i, p := range s.Params {
			text += map[bool]string{true: ":", false: ","}[i == 0] + p.Name + "=" + p.Default
			if p.Meaning == "" {
				t.Errorf("%s: %s means nothing", s.Name, p.Name)
			}
		}
		a, err := losses.Parse(s.Name)
		b, err2 := losses.Parse(text)
		if err != nil || err2 != nil || !reflect.DeepEqual(a.Loss, b.Loss) {
			t.Errorf("%s and %s are %#v, %v and %#v, %v", s.Name, text, a, err, b, err2)
		}
	}
}
