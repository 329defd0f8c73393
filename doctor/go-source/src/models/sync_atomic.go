package atomic

type Pointer[T any] struct{}

func (x *Pointer[T]) CompareAndSwap(old, new *T) (swapped bool)
func (x *Pointer[T]) Load() *T
func (x *Pointer[T]) Store(val *T)
func (x *Pointer[T]) Swap(new *T) (old *T)

type Value struct{}

func (v *Value) CompareAndSwap(old, new any) (swapped bool)
func (v *Value) Load() (val any)
func (v *Value) Store(val any)
func (v *Value) Swap(new any) (old any)

type Bool struct{}

func (x *Bool) Load() bool
func (x *Bool) Store(val bool)

type Int64 struct{}

func (x *Int64) Add(delta int64) (new int64)
func (x *Int64) Load() int64
func (x *Int64) Store(val int64)

type Int32 struct{}

func (x *Int32) Add(delta int32) (new int32)
func (x *Int32) Load() int32
func (x *Int32) Store(val int32)

type Uint64 struct{}

func (x *Uint64) Add(delta uint64) (new uint64)
func (x *Uint64) Load() uint64
func (x *Uint64) Store(val uint64)

func AddInt64(addr *int64, delta int64) (new int64)
func AddUint64(addr *uint64, delta uint64) (new uint64)
func LoadInt64(addr *int64) (val int64)
