package testing

type common struct{}

func (c *common) Cleanup(f func())
func (c *common) Helper()

type T struct {
	common
}

func (t *T) Parallel()
func (t *T) Run(name string, f func(t *T)) bool

type B struct {
	common
	N int
}

func (b *B) Run(name string, f func(b *B)) bool
func (b *B) RunParallel(body func(*PB))

type PB struct{}

func (pb *PB) Next() bool

type M struct{}

func (m *M) Run() (code int)

type TB interface {
	Cleanup(func())
	Helper()
}
