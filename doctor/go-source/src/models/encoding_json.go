package json

type Decoder struct{}

func NewDecoder(r any) *Decoder
func (dec *Decoder) Decode(v any) error

type Encoder struct{}

func NewEncoder(w any) *Encoder
func (enc *Encoder) Encode(v any) error
func (enc *Encoder) SetIndent(prefix, indent string)

func Marshal(v any) ([]byte, error)
func MarshalIndent(v any, prefix, indent string) ([]byte, error)
func Unmarshal(data []byte, v any) error
