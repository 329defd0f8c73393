package generic

type List[T any] struct {
	next *List[T]
	item T
}

type Number interface {
	~int | ~int8 | float64
	comparable
	String() string
}

type Pair[K comparable, V any] struct {
	Key K
	Val V
}

type (
	Array[T interface{ ~[]E }, E any] []T
	Ptr[P *T,] struct{}
	Either[P *T | *U, Q any] struct{}
	Paren[P (interface{ m() })] int
	Sized  [N * 2]int
	Single [N]int
	Func[P func(a, b int) (c, d string)] struct{}
	Alias[P any] = Pair[string, P]
	Embeds struct {
		List[int]
		pkg.Pair[string, int]
		*pkg.List[int]
		arr  [N]int
		arr2 [N][M]int
		many [4]List[Pair[int, string]]
	}
)

func Map[T, U any, S ~[]T](s S, f func(T) U) []U {
	out := make([]U, 0, len(s))
	for _, v := range s {
		out = append(out, f(v))
	}
	return out
}

func (p *Pair[K, V]) Swap[W any](w W) Pair[W, K] {
	return Pair[W, K]{w, p.Key}
}

func use() {
	_ = Map[int, string]
	_ = Map[int, string, []int]([]int{1}, nil)
	_ = List[Pair[int, string]]{}
	_ = f[int](x)
	_ = new(3)
	a, b := w < x, y > (z)
	for i := range Seq[int] {
	}
	for x := range func(yield func(int) bool) {} {
		if x == (T{}) { return }
	}
	var _ interface{ m(); ~int | string }
	if (List[int]{}).empty() { }
}
