package time

type Duration int64

func (d Duration) Seconds() float64

type Time struct{}

func Now() Time
func (t Time) Add(d Duration) Time
func (t Time) After(u Time) bool
func (t Time) Before(u Time) bool
func (t Time) Sub(u Time) Duration
func (t Time) Unix() int64
func Since(t Time) Duration

type Timer struct {
	C <-chan Time
}

func (t *Timer) Reset(d Duration) bool
func (t *Timer) Stop() bool

type Ticker struct {
	C <-chan Time
}

func (t *Ticker) Stop()

func After(d Duration) <-chan Time
func AfterFunc(d Duration, f func()) *Timer
func NewTicker(d Duration) *Ticker
func NewTimer(d Duration) *Timer
func Sleep(d Duration)
func Tick(d Duration) <-chan Time
