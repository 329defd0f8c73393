package template

type Template struct{}

func Must(t *Template, err error) *Template
func New(name string) *Template
func (t *Template) Execute(wr any, data any) error
func (t *Template) ExecuteTemplate(wr any, name string, data any) error
func (t *Template) Lookup(name string) *Template
func (t *Template) Parse(text string) (*Template, error)
