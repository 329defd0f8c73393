package cron

type EntryID int

type Job interface {
	Run()
}

type FuncJob func()

func (f FuncJob) Run()

type JobWrapper func(Job) Job

type Logger interface{}

type Option func(*Cron)

type Schedule interface{}

type Cron struct{}

func New(opts ...Option) *Cron
func DelayIfStillRunning(logger Logger) JobWrapper
func Recover(logger Logger) JobWrapper
func SkipIfStillRunning(logger Logger) JobWrapper
func WithChain(wrappers ...JobWrapper) Option
func WithLogger(logger Logger) Option
func WithSeconds() Option
func (c *Cron) AddFunc(spec string, cmd func()) (EntryID, error)
func (c *Cron) AddJob(spec string, cmd Job) (EntryID, error)
func (c *Cron) Remove(id EntryID)
func (c *Cron) Run()
func (c *Cron) Schedule(schedule Schedule, cmd Job) EntryID
func (c *Cron) Start()
