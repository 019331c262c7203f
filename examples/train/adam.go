package main

import "math"

// adam is the optimiser of Kingma and Ba (ICLR 2015). Its step does not depend on the
// scale of the loss, so that losses of different scale train at the same rate.
type adam struct {
	t    float64     // steps so far
	m, v [][]float64 // mean and mean square of the derivatives
}

// step moves the values against their derivatives.
func (a *adam) step(rate float64, values, grads [][]float64) {
	const beta1, beta2, epsilon = 0.9, 0.999, 1e-8
	if a.m == nil {
		for _, x := range values {
			a.m = append(a.m, make([]float64, len(x)))
			a.v = append(a.v, make([]float64, len(x)))
		}
	}
	a.t++
	rate *= math.Sqrt(1-math.Pow(beta2, a.t)) / (1 - math.Pow(beta1, a.t))
	for k, x := range values {
		m, v := a.m[k], a.v[k]
		for i, g := range grads[k] {
			m[i] += (1 - beta1) * (g - m[i])
			v[i] += (1 - beta2) * (g*g - v[i])
			x[i] -= rate * m[i] / (math.Sqrt(v[i]) + epsilon)
		}
	}
}
