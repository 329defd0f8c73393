package reconcile

type Request struct{}

type Result struct {
	Requeue bool
}
