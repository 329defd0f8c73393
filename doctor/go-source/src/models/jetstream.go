package jetstream

type ConsumeContext interface {
	Stop()
}

type Msg interface {
	Ack() error
	Data() []byte
	Subject() string
}

type MessageHandler func(msg Msg)

type Consumer interface {
	Consume(handler MessageHandler, opts ...any) (ConsumeContext, error)
}
