package builder

type Builder struct{}

func ControllerManagedBy(m any) *Builder
func (blder *Builder) Build(r any) (any, error)
func (blder *Builder) Complete(r any) error
func (blder *Builder) For(object any, opts ...any) *Builder
func (blder *Builder) Named(name string) *Builder
func (blder *Builder) Owns(object any, opts ...any) *Builder
func (blder *Builder) Watches(object any, eventHandler any, opts ...any) *Builder
func (blder *Builder) WatchesRawSource(src any) *Builder
func (blder *Builder) WithEventFilter(p any) *Builder
func (blder *Builder) WithOptions(options any) *Builder
