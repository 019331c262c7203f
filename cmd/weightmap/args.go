package main

import (
	"strings"

	"github.com/urfave/cli/v2"
)

// flagsFirst moves a command's flags before its arguments, because the CLI
// library stops reading flags at the first argument and would take those after
// it for arguments too. A "--" ends the flags, as everywhere. Unknown flags are
// left for the library to refuse.
func flagsFirst(app *cli.App, args []string) ([]string, error) {
	at, cmd := findCommand(app, args)
	if cmd == nil {
		return args, nil
	}
	takesValue := map[string]bool{}
	optional := map[string]*optionalFlag{}
	for _, f := range cmd.Flags {
		value := true
		if v, ok := f.(cli.DocGenerationFlag); ok {
			value = v.TakesValue()
		}
		alone, _ := f.(*optionalFlag)
		for _, name := range f.Names() {
			takesValue[name] = value
			optional[name] = alone
		}
	}
	var flags, rest []string
	for tail := args[at+1:]; len(tail) > 0; {
		arg := tail[0]
		tail = tail[1:]
		if arg == "--" {
			rest = append(rest, tail...)
			break
		}
		if len(arg) < 2 || arg[0] != '-' {
			rest = append(rest, arg)
			continue
		}
		flags = append(flags, arg)
		name, _, hasValue := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		if o := optional[name]; o != nil && !hasValue && (len(tail) == 0 || !o.is(tail[0])) {
			flags[len(flags)-1] = arg + "=" + o.alone
			continue
		}
		if takesValue[name] && !hasValue {
			if len(tail) == 0 {
				return nil, usagef("run weightmap "+cmd.Name+" --help for the flags", "flag %s needs a value", arg)
			}
			flags = append(flags, tail[0])
			tail = tail[1:]
		}
	}
	out := append(append([]string{}, args[:at+1]...), flags...)
	// Shell completion asks with a last argument of its own, which must stay last.
	if n := len(flags); n > 0 && flags[n-1] == "--generate-bash-completion" {
		return append(append(out[:len(out)-1], rest...), flags[n-1]), nil
	}
	if len(rest) > 0 {
		out = append(append(out, "--"), rest...)
	}
	return out, nil
}

// optionalFlag is a flag that may stand alone: the next argument is its value only if
// it can be one.
type optionalFlag struct {
	*cli.StringFlag
	alone string            // its value then
	is    func(string) bool // whether that can be one
}

// findCommand returns the place of the command's name in args, and the command.
func findCommand(app *cli.App, args []string) (int, *cli.Command) {
	for i, arg := range args[min(1, len(args)):] {
		if strings.HasPrefix(arg, "-") {
			continue
		}
		return i + 1, app.Command(arg)
	}
	return 0, nil
}
