package cobra

import "context"

type PositionalArgs func(cmd *Command, args []string) error

type Command struct {
	Use                string
	Aliases            []string
	Short              string
	Long               string
	Example            string
	Hidden             bool
	Version            string
	SilenceErrors      bool
	SilenceUsage       bool
	Args               PositionalArgs
	PersistentPreRun   func(cmd *Command, args []string)
	PersistentPreRunE  func(cmd *Command, args []string) error
	PreRun             func(cmd *Command, args []string)
	PreRunE            func(cmd *Command, args []string) error
	Run                func(cmd *Command, args []string)
	RunE               func(cmd *Command, args []string) error
	PostRun            func(cmd *Command, args []string)
	PostRunE           func(cmd *Command, args []string) error
	PersistentPostRun  func(cmd *Command, args []string)
	PersistentPostRunE func(cmd *Command, args []string) error
}

func OnFinalize(y ...func())
func OnInitialize(y ...func())
func (c *Command) AddCommand(cmds ...*Command)
func (c *Command) Context() context.Context
func (c *Command) Execute() error
func (c *Command) ExecuteC() (*Command, error)
func (c *Command) ExecuteContext(ctx context.Context) error
