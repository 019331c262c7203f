// Package dtype knows the types of numbers that files hold, and turns their bytes
// into the elements of a grid, exactly or not at all.
//
// A file says of its array "big-endian uint16"; the program wants int32 labels.
// [Decode] converts between any two of the types and returns a [ValueError] at
// the first number that the wanted type cannot hold, so that nothing is ever
// rounded, wrapped or cut off in silence. [Bytes] is the way back.
package dtype

import (
	"reflect"

	"github.com/weightmap/weightmap/grid"
)

// Type is a type of number. Its String is NumPy's name of it.
type Type uint8

// The types. Bool is a byte that is 0 or something else, and counts as 0 or 1.
const (
	Invalid Type = iota
	Bool
	Uint8
	Uint16
	Uint32
	Uint64
	Int8
	Int16
	Int32
	Int64
	Float16
	Float32
	Float64
)

// All lists the types.
var All = []Type{Bool, Uint8, Uint16, Uint32, Uint64, Int8, Int16, Int32, Int64, Float16, Float32, Float64}

var (
	names = [...]string{"invalid", "bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64", "float16", "float32", "float64"}
	sizes = [...]int{0, 1, 1, 2, 4, 8, 1, 2, 4, 8, 2, 4, 8}
)

func (t Type) String() string { return names[t] }

// Size returns the number of bytes of one number.
func (t Type) Size() int { return sizes[t] }

// Float reports whether t has fractions.
func (t Type) Float() bool { return t >= Float16 }

// Of returns the type of a grid's elements.
func Of[T grid.Element]() Type {
	switch reflect.TypeFor[T]().Kind() {
	case reflect.Uint8:
		return Uint8
	case reflect.Uint16:
		return Uint16
	case reflect.Uint32:
		return Uint32
	case reflect.Uint64:
		return Uint64
	case reflect.Int8:
		return Int8
	case reflect.Int16:
		return Int16
	case reflect.Int32:
		return Int32
	case reflect.Int64:
		return Int64
	case reflect.Float32:
		return Float32
	default:
		return Float64
	}
}
