module example.com/runbooks

go 1.21
