package echo

import "net/http"

type HandlerFunc func(c Context) error

type MiddlewareFunc func(next HandlerFunc) HandlerFunc

type Context interface {
	Request() *http.Request
	SetRequest(r *http.Request)
	Path() string
	Param(name string) string
	QueryParam(name string) string
	FormValue(name string) string
	Get(key string) any
	Set(key string, val any)
	Bind(i any) error
	JSON(code int, i any) error
	String(code int, s string) error
	NoContent(code int) error
	Echo() *Echo
}

type Route struct{}

type Echo struct{}

func New() *Echo
func (e *Echo) Use(middleware ...MiddlewareFunc)
func (e *Echo) CONNECT(path string, h HandlerFunc, m ...MiddlewareFunc) *Route
func (e *Echo) DELETE(path string, h HandlerFunc, m ...MiddlewareFunc) *Route
func (e *Echo) GET(path string, h HandlerFunc, m ...MiddlewareFunc) *Route
func (e *Echo) HEAD(path string, h HandlerFunc, m ...MiddlewareFunc) *Route
func (e *Echo) OPTIONS(path string, h HandlerFunc, m ...MiddlewareFunc) *Route
func (e *Echo) PATCH(path string, h HandlerFunc, m ...MiddlewareFunc) *Route
func (e *Echo) POST(path string, h HandlerFunc, m ...MiddlewareFunc) *Route
func (e *Echo) PUT(path string, h HandlerFunc, m ...MiddlewareFunc) *Route
func (e *Echo) TRACE(path string, h HandlerFunc, m ...MiddlewareFunc) *Route
func (e *Echo) Any(path string, handler HandlerFunc, middleware ...MiddlewareFunc) []*Route
func (e *Echo) Match(methods []string, path string, handler HandlerFunc, middleware ...MiddlewareFunc) []*Route
func (e *Echo) Add(method, path string, handler HandlerFunc, middleware ...MiddlewareFunc) *Route
func (e *Echo) Group(prefix string, m ...MiddlewareFunc) *Group
func (e *Echo) Start(address string) error

type Group struct{}

func (g *Group) Use(middleware ...MiddlewareFunc)
func (g *Group) CONNECT(path string, h HandlerFunc, m ...MiddlewareFunc) *Route
func (g *Group) DELETE(path string, h HandlerFunc, m ...MiddlewareFunc) *Route
func (g *Group) GET(path string, h HandlerFunc, m ...MiddlewareFunc) *Route
func (g *Group) HEAD(path string, h HandlerFunc, m ...MiddlewareFunc) *Route
func (g *Group) OPTIONS(path string, h HandlerFunc, m ...MiddlewareFunc) *Route
func (g *Group) PATCH(path string, h HandlerFunc, m ...MiddlewareFunc) *Route
func (g *Group) POST(path string, h HandlerFunc, m ...MiddlewareFunc) *Route
func (g *Group) PUT(path string, h HandlerFunc, m ...MiddlewareFunc) *Route
func (g *Group) TRACE(path string, h HandlerFunc, m ...MiddlewareFunc) *Route
func (g *Group) Any(path string, handler HandlerFunc, middleware ...MiddlewareFunc) []*Route
func (g *Group) Match(methods []string, path string, handler HandlerFunc, middleware ...MiddlewareFunc) []*Route
func (g *Group) Add(method, path string, handler HandlerFunc, middleware ...MiddlewareFunc) *Route
func (g *Group) Group(prefix string, middleware ...MiddlewareFunc) *Group
