package main

import (
	"strings"

	"github.com/spf13/cobra"
)

// Groups of commands, in the order of the help.
const (
	groupStudy   = "study"
	groupInspect = "inspect"
	groupTool    = "tool"
)

const rootLong = `femur runs a study on radiographs: a pipeline file says which stages there are
and what each reads, and femur brings their results up to date. Every result is
kept under a key made of everything that decides its bytes, so nothing is
computed twice, and every number can be followed back to the images behind it.

  femur init                  write a pipeline.hcl to start from
  femur plan                  see what would run, and why
  femur run                   run it
  femur status                see how every stage stands
  femur lineage metric:ADDRESS.NAME
                              see what a number was made from

Results lie in the cache (.femur beside the pipeline); femur export writes them
out as ordinary files.`

const exitCodesHelp = `
Exit codes:
  0    done
  1    something failed: a stage, an I/O error, a corrupt artifact
  2    the request, the pipeline or the data is wrong
  130  interrupted; what was finished is kept
`

// newRootCommand builds the whole tree of commands.
func newRootCommand(g *global) *cobra.Command {
	root := &cobra.Command{
		Use: "femur", Short: "Medical-imaging studies, cached by content", Long: rootLong,
		SilenceErrors: true, SilenceUsage: true, Version: version(),
		Args: cobra.ArbitraryArgs,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Name() != runName { // run itself ends gracefully at the first interrupt
				cmd.SetContext(g.cancelOnStop(cmd.Context()))
			}
			return g.begin(cmd)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(cmd, args[0])
			}
			return cmd.Help()
		},
	}
	root.SetOut(g.out)
	root.SetErr(g.err)
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &usageError{err: err, hint: "See: " + cmd.CommandPath() + " --help"}
	})
	root.SetVersionTemplate("femur {{.Version}}\n")
	g.addFlags(root.PersistentFlags())
	root.PersistentFlags().SortFlags = false
	root.AddGroup(
		&cobra.Group{ID: groupStudy, Title: "Make a study and run it:"},
		&cobra.Group{ID: groupInspect, Title: "See what is there, and why:"},
		&cobra.Group{ID: groupTool, Title: "The tool itself:"},
	)
	root.SetHelpCommandGroupID(groupTool)
	root.SetCompletionCommandGroupID(groupTool)
	addTo := func(group string, commands ...*cobra.Command) {
		for _, c := range commands {
			c.GroupID = group
			root.AddCommand(c)
		}
	}
	addTo(groupStudy,
		newInitCommand(g), newValidateCommand(g), newPlanCommand(g), newRunCommand(g), newSynthCommand(g))
	addTo(groupInspect,
		newStatusCommand(g), newExplainCommand(g), newGraphCommand(g), newLsCommand(g), newShowCommand(g),
		newExportCommand(g), newLineageCommand(g), newRunsCommand(g), newDiffCommand(g), newLogsCommand(g),
		newVerifyCommand(g), newAcceptCommand(g), newIdentifyCommand(g))
	addTo(groupTool, newGcCommand(g), newPinCommand(g), newUnpinCommand(g), newDoctorCommand(g), newBackendCommand(g))
	cobra.EnableCommandSorting = false
	finishHelp(root)
	usage := root.UsageTemplate()
	root.SetUsageTemplate(usage + exitCodesHelp) // that of all commands below it
	if plan, _, err := root.Find([]string{"plan"}); err == nil {
		work := "  3    with --detailed-exitcode: there is work to do\n"
		plan.SetUsageTemplate(usage + strings.Replace(exitCodesHelp, "  130", work+"  130", 1))
	}
	return root
}

// finishHelp gives every command a long text, and makes wrong arguments a usage error.
func finishHelp(cmd *cobra.Command) {
	for _, c := range cmd.Commands() {
		if c.Long == "" {
			c.Long = c.Short + "."
		}
		if c.HasSubCommands() {
			finishHelp(c)
		}
		if check := c.Args; check != nil {
			c.Args = func(cmd *cobra.Command, args []string) error {
				if err := check(cmd, args); err != nil {
					return &usageError{err: err, hint: "Usage: " + cmd.UseLine()}
				}
				return nil
			}
		}
	}
}

// unknownCommand names the commands that look like it.
func unknownCommand(root *cobra.Command, name string) error {
	hint := "See: femur --help"
	root.SuggestionsMinimumDistance = 2
	if near := root.SuggestionsFor(name); len(near) > 0 {
		hint = "Did you mean femur " + strings.Join(near, " or femur ") + "?"
	}
	return &usageError{err: usagef("unknown command %q", name), hint: hint}
}
