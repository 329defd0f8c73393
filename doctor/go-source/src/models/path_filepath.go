package filepath

func Walk(root string, fn func(path string, info any, err error) error) error
func WalkDir(root string, fn func(path string, d any, err error) error) error
