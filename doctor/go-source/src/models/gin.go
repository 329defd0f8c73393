package gin

import "net/http"

type H map[string]any

type HandlerFunc func(*Context)

type HandlersChain []HandlerFunc

type Context struct {
	Request  *http.Request
	Writer   ResponseWriter
	Keys     map[string]any
	Accepted []string
}

type ResponseWriter interface {
	http.ResponseWriter
	Status() int
	Size() int
}

func (c *Context) Copy() *Context
func (c *Context) Next()
func (c *Context) Param(key string) string
func (c *Context) Query(key string) string
func (c *Context) Get(key string) (value any, exists bool)
func (c *Context) Set(key string, value any)

type IRouter interface {
	IRoutes
	Group(string, ...HandlerFunc) *RouterGroup
}

type IRoutes interface {
	Use(...HandlerFunc) IRoutes
	Handle(string, string, ...HandlerFunc) IRoutes
	Any(string, ...HandlerFunc) IRoutes
	GET(string, ...HandlerFunc) IRoutes
	POST(string, ...HandlerFunc) IRoutes
	DELETE(string, ...HandlerFunc) IRoutes
	PATCH(string, ...HandlerFunc) IRoutes
	PUT(string, ...HandlerFunc) IRoutes
	OPTIONS(string, ...HandlerFunc) IRoutes
	HEAD(string, ...HandlerFunc) IRoutes
	Match([]string, string, ...HandlerFunc) IRoutes
}

type RouterGroup struct {
	Handlers HandlersChain
}

func (group *RouterGroup) Group(relativePath string, handlers ...HandlerFunc) *RouterGroup
func (group *RouterGroup) Use(middleware ...HandlerFunc) IRoutes
func (group *RouterGroup) Handle(httpMethod, relativePath string, handlers ...HandlerFunc) IRoutes
func (group *RouterGroup) Any(relativePath string, handlers ...HandlerFunc) IRoutes
func (group *RouterGroup) GET(relativePath string, handlers ...HandlerFunc) IRoutes
func (group *RouterGroup) POST(relativePath string, handlers ...HandlerFunc) IRoutes
func (group *RouterGroup) DELETE(relativePath string, handlers ...HandlerFunc) IRoutes
func (group *RouterGroup) PATCH(relativePath string, handlers ...HandlerFunc) IRoutes
func (group *RouterGroup) PUT(relativePath string, handlers ...HandlerFunc) IRoutes
func (group *RouterGroup) OPTIONS(relativePath string, handlers ...HandlerFunc) IRoutes
func (group *RouterGroup) HEAD(relativePath string, handlers ...HandlerFunc) IRoutes
func (group *RouterGroup) Match(methods []string, relativePath string, handlers ...HandlerFunc) IRoutes

type Engine struct {
	RouterGroup
}

func Default() *Engine
func New() *Engine
func (engine *Engine) NoRoute(handlers ...HandlerFunc)
func (engine *Engine) NoMethod(handlers ...HandlerFunc)
func (engine *Engine) Use(middleware ...HandlerFunc) IRoutes
func (engine *Engine) Run(addr ...string) error
func (engine *Engine) ServeHTTP(w http.ResponseWriter, req *http.Request)
