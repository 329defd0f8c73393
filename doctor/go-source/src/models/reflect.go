package reflect

type Value struct{}

func DeepEqual(x, y any) bool
func Indirect(v Value) Value
func ValueOf(i any) Value
func (v Value) Elem() Value
func (v Value) Int() int64
func (v Value) Interface() (i any)
func (v Value) Len() int
func (v Value) MapIndex(key Value) Value
func (v Value) MapKeys() []Value
func (v Value) MapRange() *MapIter
func (v Value) SetMapIndex(key, elem Value)
func (v Value) String() string

type MapIter struct{}

func (iter *MapIter) Key() Value
func (iter *MapIter) Next() bool
func (iter *MapIter) Value() Value
