package strings

func FieldsFunc(s string, f func(rune) bool) []string
func IndexFunc(s string, f func(rune) bool) int
func Map(mapping func(rune) rune, s string) string
func Split(s, sep string) []string
func Fields(s string) []string
func ToLower(s string) string
func ToUpper(s string) string
func TrimSpace(s string) string
