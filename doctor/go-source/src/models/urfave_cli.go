package cli

type Context struct{}

type ActionFunc func(*Context) error

type AfterFunc func(*Context) error

type BeforeFunc func(*Context) error

type Flag interface{}

type Command struct {
	Name        string
	Aliases     []string
	Usage       string
	Hidden      bool
	Flags       []Flag
	Subcommands []*Command
	Action      ActionFunc
	After       AfterFunc
	Before      BeforeFunc
}

type App struct {
	Name     string
	Usage    string
	Version  string
	Flags    []Flag
	Commands []*Command
	Action   ActionFunc
	After    AfterFunc
	Before   BeforeFunc
}

func NewApp() *App
func (a *App) Run(arguments []string) (err error)
