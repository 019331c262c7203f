// Package clock tells how much of the processors a program has had.
package clock

import "time"

var started = time.Now()
