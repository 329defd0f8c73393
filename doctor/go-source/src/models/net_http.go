package http

import (
	"context"
	"net/url"
)

type Header map[string][]string

func (h Header) Add(key, value string)
func (h Header) Clone() Header
func (h Header) Del(key string)
func (h Header) Get(key string) string
func (h Header) Set(key, value string)
func (h Header) Values(key string) []string

type ResponseWriter interface {
	Header() Header
	Write([]byte) (int, error)
	WriteHeader(statusCode int)
}

type Handler interface {
	ServeHTTP(ResponseWriter, *Request)
}

type HandlerFunc func(ResponseWriter, *Request)

func (f HandlerFunc) ServeHTTP(w ResponseWriter, r *Request)

type Request struct {
	Method   string
	URL      *url.URL
	Header   Header
	Host     string
	Form     url.Values
	PostForm url.Values
	Trailer  Header
}

func (r *Request) Context() context.Context
func (r *Request) FormValue(key string) string
func (r *Request) PathValue(name string) string
func (r *Request) WithContext(ctx context.Context) *Request
func NewRequest(method, url string, body any) (*Request, error)

type Response struct {
	StatusCode int
	Header     Header
	Trailer    Header
	Request    *Request
}

type Client struct {
	Transport RoundTripper
}

func (c *Client) Do(req *Request) (*Response, error)
func (c *Client) Get(url string) (resp *Response, err error)

type RoundTripper interface {
	RoundTrip(*Request) (*Response, error)
}

type ServeMux struct{}

func NewServeMux() *ServeMux
func (mux *ServeMux) Handle(pattern string, handler Handler)
func (mux *ServeMux) HandleFunc(pattern string, handler func(ResponseWriter, *Request))
func (mux *ServeMux) ServeHTTP(w ResponseWriter, r *Request)

type Server struct {
	Addr    string
	Handler Handler
}

func (s *Server) ListenAndServe() error
func (s *Server) RegisterOnShutdown(f func())
func (s *Server) Shutdown(ctx context.Context) error

func Error(w ResponseWriter, error string, code int)
func Get(url string) (resp *Response, err error)
func Handle(pattern string, handler Handler)
func HandleFunc(pattern string, handler func(ResponseWriter, *Request))
func ListenAndServe(addr string, handler Handler) error
func NotFound(w ResponseWriter, r *Request)
