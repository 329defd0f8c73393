package log

type Logger struct{}

func Default() *Logger
func New(out any, prefix string, flag int) *Logger
func (l *Logger) Print(v ...any)
func (l *Logger) Printf(format string, v ...any)
func (l *Logger) Println(v ...any)

func Print(v ...any)
func Printf(format string, v ...any)
func Println(v ...any)
