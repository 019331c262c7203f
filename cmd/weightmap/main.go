// Command weightmap makes the weight maps with which a U-Net learns to keep
// touching objects apart. See the README, or run weightmap help.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/urfave/cli/v2"
)

// The exit codes, as the help documents them.
const (
	exitOK              = 0
	exitError           = 1
	exitUsage           = 2
	exitSomeFailed      = 3
	exitNotAsItShouldBe = 4
	exitInterrupted     = 130
)

const exitCodesHelp = `EXIT CODES:
   0    all done, also when there was nothing to do
   1    it could not go on
   2    the command line is wrong
   3    some items failed; the others are done
   4    verify found something that is not as it should be
   130  interrupted; what is there is complete
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second interrupt ends the program at once
	os.Exit(run(ctx, os.Args, os.Stdin, os.Stdout, os.Stderr))
}

// run is the whole program but for the process around it: it returns the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	app := newApp()
	app.Reader, app.Writer, app.ErrWriter = stdin, stdout, stderr
	args, err := flagsFirst(app, args)
	if err == nil {
		err = app.RunContext(ctx, args)
	}
	var exit *exitErr
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		fmt.Fprintln(stderr, "weightmap: interrupted")
		return exitInterrupted
	case errors.As(err, &exit):
		exit.print(stderr)
		return exit.code
	default:
		(&exitErr{err: err}).print(stderr)
		return exitError
	}
}

func newApp() *cli.App {
	return &cli.App{
		Name:                 "weightmap",
		Usage:                "weight maps that teach a U-Net to keep touching objects apart",
		UsageText:            "weightmap COMMAND [flags] PATH...",
		Version:              version(),
		EnableBashCompletion: true,
		Suggest:              true,
		HideHelpCommand:      false,
		CommandNotFound:      nil,
		ExitErrHandler:       func(*cli.Context, error) {}, // run decides
		OnUsageError:         usageError,
		Commands:             commands(),
		Action: func(c *cli.Context) error {
			if c.NArg() > 0 {
				return usagef("run weightmap help for the list of commands", "no command is called %q", c.Args().First())
			}
			return cli.ShowAppHelp(c)
		},
		CustomAppHelpTemplate: cli.AppHelpTemplate + "\n" + exitCodesHelp,
	}
}

// commands lists what weightmap can do, each in a file of its own name.
func commands() []*cli.Command {
	all := []*cli.Command{
		precomputeCommand(),
		verifyCommand(),
		inspectCommand(),
		convertCommand(),
		exportCommand(),
		lossCommand(),
		pipeCommand(),
		synthCommand(),
		completionCommand(),
	}
	for _, c := range all {
		c.OnUsageError = usageError
	}
	return all
}

// version is the module version, or the commit a checkout was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return strings.TrimPrefix(v, "v")
	}
	return "devel"
}
