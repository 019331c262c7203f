//go:build !amd64 || purego

package losses

func expNegativeVector(_, _ []float64) int { return 0 }

func sigmoidVector(_, _ []float64, _ []float32) int { return 0 }

func logSigmoidVector(_, _, _, _ []float64, _ []float32) int { return 0 }

func addAreasVector(_ *areaLanes, _ []float32, _, _, _ []float64, _ []float32) int { return 0 }
