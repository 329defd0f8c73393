package url

type Values map[string][]string

func ParseQuery(query string) (Values, error)
func (v Values) Add(key, value string)
func (v Values) Del(key string)
func (v Values) Encode() string
func (v Values) Get(key string) string
func (v Values) Has(key string) bool
func (v Values) Set(key, value string)

type URL struct {
	Scheme   string
	Host     string
	Path     string
	RawQuery string
}

func Parse(rawURL string) (*URL, error)
func (u *URL) Query() Values
func (u *URL) String() string
