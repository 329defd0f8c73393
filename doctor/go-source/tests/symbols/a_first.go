package main

var early = func() int { return 1 }

func other() int {
	return early() + late()
}

var late = func() int { return func() int { return 3 }() }
