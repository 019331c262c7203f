package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// completionScripts ask the program itself what may come next: it answers when its
// last argument is --generate-bash-completion. Behind a lone -- it would not know
// that for a question, and run.
var completionScripts = map[string]string{
	"bash": `_weightmap() {
	local word cur=${COMP_WORDS[COMP_CWORD]}
	local -a words=("${COMP_WORDS[@]:0:COMP_CWORD}")
	[[ $cur == -* ]] && words+=("$cur")
	for word in "${words[@]}"; do
		[[ $word == -- ]] && return
	done
	COMPREPLY=($(compgen -W "$("${words[@]}" --generate-bash-completion 2>/dev/null)" -- "$cur"))
}
complete -o bashdefault -o default -F _weightmap weightmap
`,
	"zsh": `#compdef weightmap
_weightmap() {
	local -a asked answers
	asked=("${(@)words[1,CURRENT-1]}")
	[[ $PREFIX == -* ]] && asked+=("$PREFIX")
	if (( ${asked[(I)--]} == 0 )); then
		answers=("${(@f)$("${(@)asked}" --generate-bash-completion 2>/dev/null)}")
	fi
	if [[ -n ${answers[1]} ]]; then
		compadd -- "${(@)answers}"
	else
		_files
	fi
}
compdef _weightmap weightmap
`,
	"powershell": `Register-ArgumentCompleter -Native -CommandName weightmap -ScriptBlock {
	param($wordToComplete, $commandAst, $cursorPosition)
	$asked = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
	if ($wordToComplete -like '-*') { $asked += $wordToComplete }
	if ($asked -contains '--') { return }
	$rest = @($asked | Select-Object -Skip 1)
	& $asked[0] @rest --generate-bash-completion 2>$null |
		Where-Object { $_ -like "$wordToComplete*" } |
		ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
}
`,
}

func completionCommand() *cli.Command {
	return &cli.Command{
		Name:            "completion",
		Usage:           "print what makes a shell complete commands and flags",
		ArgsUsage:       "bash|zsh|fish|powershell",
		HideHelpCommand: true,
		Description: `Put the line for your shell where it is read at the start:

   bash        source <(weightmap completion bash)              in ~/.bashrc
   zsh         source <(weightmap completion zsh)               in ~/.zshrc, after compinit
   fish        weightmap completion fish | source               in ~/.config/fish/config.fish
   powershell  weightmap completion powershell | Out-String | Invoke-Expression   in $PROFILE`,
		BashComplete: func(c *cli.Context) {
			if c.NArg() == 0 {
				fmt.Fprintln(c.App.Writer, "bash\nfish\npowershell\nzsh")
			}
		},
		Action: func(c *cli.Context) error {
			shell := c.Args().First()
			script, ok := completionScripts[shell]
			switch {
			case c.NArg() != 1:
				return usagef("as in: weightmap completion bash", "completion takes the name of one shell: bash, zsh, fish or powershell")
			case shell == "fish":
				var err error
				if script, err = c.App.ToFishCompletion(); err != nil {
					return err
				}
			case !ok:
				return usagef("", "no completion for %q: there is bash, zsh, fish and powershell", shell)
			}
			_, err := fmt.Fprint(c.App.Writer, script)
			return err
		},
	}
}

// completeValues completes the values of flags that have a choice, and the flags.
func completeValues(command string, choices map[string][]string) cli.BashCompleteFunc {
	return func(c *cli.Context) {
		// The library parses what is there so far, and keeps the question out of it.
		if n := len(os.Args); n > 2 {
			name := strings.TrimLeft(os.Args[n-2], "-")
			if values, ok := choices[name]; ok && slices.Contains(os.Args, "--"+name) {
				for _, v := range values {
					fmt.Fprintln(c.App.Writer, v)
				}
				return
			}
		}
		cli.DefaultCompleteWithFlags(c.App.Command(command))(c)
	}
}
