package fiber

type Map map[string]any

type Handler = func(*Ctx) error

type Ctx struct{}

func (c *Ctx) Body() []byte
func (c *Ctx) JSON(data any) error
func (c *Ctx) Locals(key any, value ...any) any
func (c *Ctx) Next() error
func (c *Ctx) Params(key string, defaultValue ...string) string
func (c *Ctx) Query(key string, defaultValue ...string) string
func (c *Ctx) SendStatus(status int) error
func (c *Ctx) SendString(body string) error

type Config struct{}

type Router interface {
	Use(args ...any) Router
	Get(path string, handlers ...Handler) Router
	Head(path string, handlers ...Handler) Router
	Post(path string, handlers ...Handler) Router
	Put(path string, handlers ...Handler) Router
	Delete(path string, handlers ...Handler) Router
	Connect(path string, handlers ...Handler) Router
	Options(path string, handlers ...Handler) Router
	Trace(path string, handlers ...Handler) Router
	Patch(path string, handlers ...Handler) Router
	Add(method, path string, handlers ...Handler) Router
	All(path string, handlers ...Handler) Router
	Group(prefix string, handlers ...Handler) Router
}

type App struct{}

func New(config ...Config) *App
func (app *App) Use(args ...any) Router
func (app *App) Get(path string, handlers ...Handler) Router
func (app *App) Head(path string, handlers ...Handler) Router
func (app *App) Post(path string, handlers ...Handler) Router
func (app *App) Put(path string, handlers ...Handler) Router
func (app *App) Delete(path string, handlers ...Handler) Router
func (app *App) Connect(path string, handlers ...Handler) Router
func (app *App) Options(path string, handlers ...Handler) Router
func (app *App) Trace(path string, handlers ...Handler) Router
func (app *App) Patch(path string, handlers ...Handler) Router
func (app *App) Add(method, path string, handlers ...Handler) Router
func (app *App) All(path string, handlers ...Handler) Router
func (app *App) Group(prefix string, handlers ...Handler) Router
func (app *App) Listen(addr string) error
