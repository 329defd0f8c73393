package gob

type Encoder struct{}

func NewEncoder(w any) *Encoder
func (enc *Encoder) Encode(e any) error
