package grpc

type ServiceDesc struct{}

type ServerOption interface{}

type ServiceRegistrar interface {
	RegisterService(desc *ServiceDesc, impl any)
}

type Server struct{}

func NewServer(opt ...ServerOption) *Server
func (s *Server) GracefulStop()
func (s *Server) RegisterService(sd *ServiceDesc, ss any)
func (s *Server) Stop()
