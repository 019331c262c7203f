package weights

var Exp = exp
