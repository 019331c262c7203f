package losses

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Spec describes a loss that has a name, for [Parse] and for those who ask what there is.
type Spec struct {
	Name        string
	Formula     string // in one line, of truth p, logit x, q = sigmoid(x) or softmax(x), weight w
	Params      []Param
	NeedsWeight bool // refuses a batch without weights
	Multiclass  bool // takes classes along axis 1

	build func(a args) Loss
}

// Param is a parameter of a Spec: a number from Min to Max, or one of the Choices.
type Param struct {
	Name     string
	Default  string
	Min, Max float64
	Choices  []string
	Meaning  string
}

// Named is a loss with the text that names it.
type Named struct {
	Name        string
	Loss        Loss
	NeedsWeight bool // refuses a batch without weights
	Multiclass  bool // takes classes along axis 1
}

// args are the values of a Spec's parameters, checked against it.
type args map[string]string

func (a args) number(name string) float64 {
	v, _ := strconv.ParseFloat(a[name], 64) // it parsed before, in assign
	return v
}

func (a args) scope() Scope { return Scope(slices.Index(scopeNames[:], a["over"])) }

func number(name, def string, lo, hi float64, meaning string) Param {
	return Param{Name: name, Default: def, Min: lo, Max: hi, Meaning: meaning}
}

// positive is the least parameter that must be above 0.
const positive = math.SmallestNonzeroFloat64

var (
	inf         = math.Inf(1)
	smooth0     = number("smooth", "0", 0, inf, "s, added to numerator and denominator")
	smooth1     = number("smooth", "1", 0, inf, "s, added to numerator and denominator")
	falsePos    = number("fp", "0.3", 0, inf, "weight of false positives")
	falseNeg    = number("fn", "0.7", 0, inf, "weight of false negatives")
	gamma2      = number("gamma", "2", 0, inf, "γ, the exponent")
	anyScope    = Param{Name: "over", Default: "image", Choices: scopeNames[:], Meaning: "what the sums run over"}
	wholeScope  = Param{Name: "over", Default: "image", Choices: []string{"image", "batch"}, Meaning: "what the sums run over"}
	background1 = Param{Name: "background", Default: "include", Choices: []string{"include", "exclude"}, Meaning: "whether class 0 counts"}
)

func share1(name, def, meaning string) Param { return number(name, def, 0, 1, meaning) }

var specs = []Spec{
	{Name: "ce", Formula: "−[p log q + (1−p) log(1−q)]",
		build: func(args) Loss { return CrossEntropy{} }},
	{Name: "wce", Formula: "−[β p log q + (1−p) log(1−q)]",
		Params: []Param{number("positive", "2", 0, inf, "β, weight of positive pixels")},
		build:  func(a args) Loss { return WeightedCrossEntropy{a.number("positive")} }},
	{Name: "bce", Formula: "−[β p log q + (1−β)(1−p) log(1−q)]",
		Params: []Param{share1("positive", "0.5", "β, weight of positive pixels")},
		build:  func(a args) Loss { return BalancedCrossEntropy{a.number("positive")} }},
	{Name: "hed", Formula: "bce with β = share of background, kept in [clip, 1−clip]",
		Params: []Param{number("clip", "0.05", 0, 0.5, "how near to 0 and 1 β may come")},
		build:  func(a args) Loss { return BatchBalancedCrossEntropy{a.number("clip")} }},
	{Name: "focal", Formula: "−[α (1−q)^γ p log q + (1−α) q^γ (1−p) log(1−q)]",
		Params: []Param{share1("positive", "0.25", "α, weight of positive pixels"), gamma2},
		build:  func(a args) Loss { return Focal{a.number("positive"), a.number("gamma")} }},
	{Name: "distance", Formula: "w · −[p log q + (1−p) log(1−q)], w the weight map", NeedsWeight: true,
		build: func(args) Loss { return DistanceWeighted{} }},
	{Name: "one-object", Formula: "−[(β + (1−β) exp(−d²)) p log q + (1−β)(1−p) log(1−q)], d the depth in the object",
		Params: []Param{share1("positive", "0.5", "β, weight of positive pixels")},
		build:  func(a args) Loss { return OneObject{Positive: a.number("positive")} }},
	{Name: "penalized", Formula: "(1 + Φ) · ce, Φ = 1 − d/max d, d the distance to the truth's boundary",
		build: func(args) Loss { return DistancePenalized{} }},
	{Name: "dice", Formula: "1 − (2 Σwpq + s)/(Σwp + Σwq + s)", Params: []Param{smooth0, anyScope},
		build: func(a args) Loss { return Dice{a.number("smooth"), a.scope()} }},
	{Name: "squared-dice", Formula: "1 − (2 Σwpq + s)/(Σwp² + Σwq² + s)", Params: []Param{smooth0, anyScope},
		build: func(a args) Loss { return SquaredDice{a.number("smooth"), a.scope()} }},
	{Name: "generalized-dice", Formula: "1 − 2 Σ_l v_l Σwpq / Σ_l v_l Σw(p+q), v_l = 1/(Σwp)², l fore- and background",
		Params: []Param{wholeScope},
		build:  func(a args) Loss { return GeneralizedDice{a.scope()} }},
	{Name: "log-cosh-dice", Formula: "log cosh(dice)", Params: []Param{smooth0, anyScope},
		build: func(a args) Loss { return LogCoshDice{a.number("smooth"), a.scope()} }},
	{Name: "jaccard", Formula: "1 − (Σwpq + s)/(Σw(p+q−pq) + s)", Params: []Param{smooth0, anyScope},
		build: func(a args) Loss { return Jaccard{a.number("smooth"), a.scope()} }},
	{Name: "tversky", Formula: "1 − (TP + s)/(TP + fp·FP + fn·FN + s)",
		Params: []Param{falsePos, falseNeg, smooth1, anyScope},
		build: func(a args) Loss {
			return Tversky{a.number("fp"), a.number("fn"), a.number("smooth"), a.scope()}
		}},
	{Name: "focal-tversky", Formula: "tversky^γ",
		Params: []Param{falsePos, falseNeg, number("gamma", "0.75", positive, inf, "γ, the exponent"), smooth1, anyScope},
		build: func(a args) Loss {
			return FocalTversky{a.number("fp"), a.number("fn"), a.number("gamma"), a.number("smooth"), a.scope()}
		}},
	{Name: "lovasz", Formula: "Lovász hinge of the Jaccard loss, on the logits", Params: []Param{wholeScope},
		build: func(a args) Loss { return LovaszHinge{a.scope()} }},
	{Name: "boundary", Formula: "q φ, φ the signed distance to the truth, negative inside",
		build: func(args) Loss { return Boundary{} }},
	{Name: "hausdorff", Formula: "(p−q)² (D_p^α + D_q^α), D the distances to the boundaries of truth and prediction",
		Params: []Param{number("alpha", "2", positive, inf, "α, the exponent")},
		build:  func(a args) Loss { return Hausdorff{Alpha: a.number("alpha")} }},
	{Name: "softmax-ce", Formula: "−Σ_c p_c log q_c", Multiclass: true,
		build: func(args) Loss { return SoftmaxCrossEntropy{} }},
	{Name: "softmax-focal", Formula: "−Σ_c (1−q_c)^γ p_c log q_c", Params: []Param{gamma2}, Multiclass: true,
		build: func(a args) Loss { return SoftmaxFocal{Gamma: a.number("gamma")} }},
	{Name: "softmax-dice", Formula: "mean over classes of dice", Params: []Param{smooth0, wholeScope, background1}, Multiclass: true,
		build: func(a args) Loss { return ofClasses(Dice{a.number("smooth"), a.scope()}, a) }},
	{Name: "softmax-generalized-dice", Formula: "1 − 2 Σ_c v_c Σwpq / Σ_c v_c Σw(p+q), v_c = 1/(Σwp)²",
		Params: []Param{wholeScope, background1}, Multiclass: true,
		build: func(a args) Loss { return SoftmaxGeneralizedDice{a.scope(), a["background"] == "exclude"} }},
	{Name: "softmax-jaccard", Formula: "mean over classes of jaccard", Params: []Param{smooth0, wholeScope, background1}, Multiclass: true,
		build: func(a args) Loss { return ofClasses(Jaccard{a.number("smooth"), a.scope()}, a) }},
	{Name: "softmax-tversky", Formula: "mean over classes of tversky",
		Params: []Param{falsePos, falseNeg, smooth1, wholeScope, background1}, Multiclass: true,
		build: func(a args) Loss {
			return ofClasses(Tversky{a.number("fp"), a.number("fn"), a.number("smooth"), a.scope()}, a)
		}},
	{Name: "softmax-lovasz", Formula: "Lovász-softmax of the mean Jaccard loss",
		Params: []Param{{Name: "classes", Default: "present", Choices: []string{"present", "all"}, Meaning: "which classes count"}, wholeScope}, Multiclass: true,
		build: func(a args) Loss {
			l := LovaszSoftmax{Scope: a.scope()}
			if a["classes"] == "all" {
				l.Classes = ClassesAll
			}
			return l
		}},
}

func ofClasses(of Overlap, a args) Loss {
	return SoftmaxOverlap{Of: of, ExcludeBackground: a["background"] == "exclude"}
}

// Specs returns all losses that [Parse] knows. [DistanceSum] is not among them, because
// its distance maps are no text.
func Specs() []Spec { return slices.Clone(specs) }

// Parse makes a loss of its name, with parameters after a colon where the defaults will
// not do, several of them separated by commas, and sums of losses with or without factors:
//
//	ce
//	tversky:fp=0.3,fn=0.7
//	ce+dice
//	0.5*focal:gamma=1+2*dice:smooth=1
//
// The error says what is wrong and what there is instead.
func Parse(text string) (Named, error) {
	named := Named{Name: text}
	var sum Sum
	for i, part := range strings.Split(text, "+") {
		term, spec, err := parseTerm(part)
		if err != nil {
			return Named{}, err
		}
		if i > 0 && spec.Multiclass != named.Multiclass {
			return Named{}, fmt.Errorf("loss %q adds one of two classes to one of many", text)
		}
		named.Multiclass = spec.Multiclass
		named.NeedsWeight = named.NeedsWeight || spec.NeedsWeight
		sum = append(sum, term)
	}
	named.Loss = sum
	if len(sum) == 1 && sum[0].Weight == 1 {
		named.Loss = sum[0].Loss
	}
	return named, nil
}

// ParseList is [Parse] for several losses separated by commas. A comma before param=value
// belongs to the loss on its left.
func ParseList(text string) ([]Named, error) {
	var parts []string
	for _, part := range strings.Split(text, ",") {
		name, _, assigned := strings.Cut(part, "=")
		if assigned && !strings.ContainsAny(name, ":") && len(parts) > 0 {
			parts[len(parts)-1] += "," + part
		} else {
			parts = append(parts, part)
		}
	}
	var list []Named
	for _, part := range parts {
		n, err := Parse(part)
		if err != nil {
			return nil, err
		}
		list = append(list, n)
	}
	return list, nil
}

func parseTerm(text string) (Term, Spec, error) {
	name, params, _ := strings.Cut(strings.TrimSpace(text), ":")
	weight := 1.
	if factor, rest, ok := strings.Cut(name, "*"); ok {
		f, err := strconv.ParseFloat(strings.TrimSpace(factor), 64)
		if err != nil || !(f > 0) || math.IsInf(f, 1) {
			return Term{}, Spec{}, fmt.Errorf("factor %q of loss %q is no positive number", factor, rest)
		}
		weight, name = f, strings.TrimSpace(rest)
	}
	i := slices.IndexFunc(specs, func(s Spec) bool { return s.Name == name })
	if i < 0 {
		var names []string
		for _, s := range specs {
			names = append(names, s.Name)
		}
		return Term{}, Spec{}, fmt.Errorf("unknown loss %q; there are %s", name, strings.Join(names, ", "))
	}
	a, err := specs[i].assign(params)
	if err != nil {
		return Term{}, Spec{}, err
	}
	return Term{weight, specs[i].build(a)}, specs[i], nil
}

// assign reads param=value,… and fills in the defaults.
func (s Spec) assign(text string) (args, error) {
	a := args{}
	for _, p := range s.Params {
		a[p.Name] = p.Default
	}
	if strings.TrimSpace(text) == "" {
		return a, nil
	}
	for _, pair := range strings.Split(text, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(pair), "=")
		if !ok {
			return nil, fmt.Errorf("loss %s: %q is not param=value", s.Name, pair)
		}
		i := slices.IndexFunc(s.Params, func(p Param) bool { return p.Name == name })
		if i < 0 {
			var names []string
			for _, p := range s.Params {
				names = append(names, p.Name)
			}
			if names == nil {
				return nil, fmt.Errorf("loss %s has no parameters, so no %q", s.Name, name)
			}
			return nil, fmt.Errorf("loss %s has no parameter %q; it has %s", s.Name, name, strings.Join(names, ", "))
		}
		if err := s.Params[i].check(value); err != nil {
			return nil, fmt.Errorf("loss %s: %w", s.Name, err)
		}
		a[name] = value
	}
	return a, nil
}

func (p Param) check(value string) error {
	if p.Choices != nil {
		if !slices.Contains(p.Choices, value) {
			return fmt.Errorf("%s=%s is none of %s", p.Name, value, strings.Join(p.Choices, ", "))
		}
		return nil
	}
	v, err := strconv.ParseFloat(value, 64)
	switch {
	case err != nil || math.IsNaN(v) || math.IsInf(v, 0):
		return fmt.Errorf("%s=%s is no number", p.Name, value)
	case v < p.Min && p.Min == positive:
		return fmt.Errorf("%s=%s, want more than 0", p.Name, value)
	case v < p.Min && math.IsInf(p.Max, 1):
		return fmt.Errorf("%s=%s, want at least %v", p.Name, value, p.Min)
	case v < p.Min || v > p.Max:
		return fmt.Errorf("%s=%s, want %v to %v", p.Name, value, p.Min, p.Max)
	}
	return nil
}
