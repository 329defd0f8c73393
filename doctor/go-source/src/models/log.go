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

func (l *Logger) Fatal(v ...any)
func (l *Logger) Fatalln(v ...any)
func (l *Logger) Panic(v ...any)
func (l *Logger) Panicln(v ...any)
func (l *Logger) Fatalf(format string, v ...any)
func (l *Logger) Panicf(format string, v ...any)

func Fatal(v ...any)
func Fatalln(v ...any)
func Panic(v ...any)
func Panicln(v ...any)
func Fatalf(format string, v ...any)
func Panicf(format string, v ...any)
