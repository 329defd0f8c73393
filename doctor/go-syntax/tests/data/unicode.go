package ünïcode // Kommentar mit Umlauten

var größe, 世界 = "héllo", '世'

/* block
   comment */
func Ω() { // trailing
	s := `raw
string`
	_ = s /* inline */ + "x" /* ends
line */
}
