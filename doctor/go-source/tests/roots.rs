//! What runs beside other code: goroutines, callbacks, and the handlers of servers.

#[path = "common/go.rs"]
#[expect(dead_code, reason = "rows of accesses are for the tests of accesses")]
mod go;

use finding::RootKind;
use go_source::Program;

/// The kind of root from which a function is reached.
fn root(program: &Program, symbol: &str) -> Option<(RootKind, bool)> {
    let function = program.function(&format!("example.com/t.{symbol}"));
    assert!(function.is_some(), "no function {symbol}");
    function?.root.as_ref().map(|root| (root.kind, root.many))
}

const HANDLER: Option<(RootKind, bool)> = Some((RootKind::Handler, true));

#[test]
fn handlers_of_frameworks_are_known_without_their_packages() {
    let cases = [
        (
            "github.com/gin-gonic/gin",
            "r *gin.Engine",
            "r.Group(\"/v1\").GET(\"/\", s.serve)",
            "c *gin.Context",
            "",
        ),
        (
            "github.com/gin-gonic/gin",
            "r gin.IRouter",
            "r.GET(\"/\", s.serve)",
            "c *gin.Context",
            "",
        ),
        (
            "github.com/labstack/echo/v4",
            "e *echo.Echo",
            "e.Group(\"\").POST(\"/\", s.serve)",
            "c echo.Context",
            "error",
        ),
        (
            "github.com/gofiber/fiber/v2",
            "a *fiber.App",
            "a.Get(\"/\", nil, s.serve)",
            "c *fiber.Ctx",
            "error",
        ),
        (
            "github.com/go-chi/chi/v5",
            "r chi.Router",
            "r.Get(\"/\", s.serve)",
            "w http.ResponseWriter, r *http.Request",
            "",
        ),
        (
            "github.com/gorilla/mux",
            "r *mux.Router",
            "r.HandleFunc(\"/\", s.serve)",
            "w http.ResponseWriter, r *http.Request",
            "",
        ),
        (
            "net/http",
            "r *http.ServeMux",
            "r.Handle(\"/\", http.HandlerFunc(s.serve))",
            "w http.ResponseWriter, r *http.Request",
            "",
        ),
    ];
    for (import, router, register, parameters, result) in cases {
        let end = if result.is_empty() { "" } else { "; return nil" };
        let http = if import == "net/http" { "" } else { "; \"net/http\"" };
        let source = format!(
            "package t\nimport (\"{import}\"{http})\nvar _ http.Handler\ntype server struct{{ hits map[string]int }}\nfunc routes({router}, s *server) {{ {register} }}\nfunc (s *server) serve({parameters}) {result} {{ s.count(){end} }}\nfunc (s *server) count() {{ s.hits[\"\"]++ }}\n"
        );
        let program = go::load(&[("t.go", &source)]);
        assert_eq!(root(&program, "(*server).serve"), HANDLER, "{source}");
        assert_eq!(root(&program, "(*server).count"), HANDLER, "{source}");
        assert_eq!(root(&program, "routes"), None, "{source}");
    }
}

#[test]
fn a_registration_is_where_a_handler_is_started() {
    let source = "package t\nimport \"github.com/gin-gonic/gin\"\nfunc serve(c *gin.Context) {}\nfunc main() {\nr := gin.New()\nr.Any(\"/\", serve)\n}\n";
    let program = go::load(&[("t.go", source)]);
    let function = program.function("example.com/t.serve").unwrap();
    assert_eq!(function.root.as_ref().unwrap().site.line, 6);
}

#[test]
fn what_only_looks_like_a_handler_is_none() {
    let source = "package t\nimport \"github.com/gin-gonic/gin\"\ntype Context struct{}\nfunc other(c *Context) {}\nfunc answer(c *gin.Context) int { return 1 }\n";
    let program = go::load(&[("t.go", source)]);
    assert_eq!(root(&program, "other"), None);
    assert_eq!(root(&program, "answer"), None);
}

#[test]
fn a_helper_that_only_handlers_call_keeps_the_locks_of_its_callers() {
    let source = "package t\nimport (\"net/http\"; \"sync\")\ntype s struct { mu sync.Mutex; hits map[string]int }\nfunc (s *s) ServeHTTP(w http.ResponseWriter, r *http.Request) {\ns.mu.Lock()\ns.countLocked(w, r)\ns.mu.Unlock()\n}\nfunc (s *s) countLocked(w http.ResponseWriter, r *http.Request) {\ns.hits[\"\"]++\n}\n";
    let program = go::load(&[("t.go", source)]);
    let access = program.accesses_at("t.go", 10)[0];
    assert_eq!(access.inherited.len(), 1);
    assert_eq!(access.access.root.as_ref().map(|root| root.path.len()), Some(2));
    let handed =
        source.replace("s.mu.Unlock()", "s.mu.Unlock(); http.HandleFunc(\"\", s.countLocked)");
    let program = go::load(&[("t.go", &handed)]);
    assert!(program.accesses_at("t.go", 10)[0].inherited.is_empty());
}

#[test]
fn methods_of_a_registered_service_run_at_once() {
    let server = "type server struct{ hits map[string]int }\nfunc (s *server) Get(ctx context.Context, r *pb.Request) (*pb.Reply, error) { return nil, nil }\nfunc (s *server) Close() error { return nil }\nfunc (s *server) plain(ctx context.Context, r *pb.Request) (*pb.Reply, error) { return nil, nil }\n";
    let head =
        "package t\nimport (\"context\"; \"google.golang.org/grpc\"; \"example.com/t/pb\")\n";
    let pb = "package pb\nimport (\"context\"; \"google.golang.org/grpc\")\ntype Request struct{}\ntype Reply struct{}\ntype OrdersServer interface { Get(context.Context, *Request) (*Reply, error) }\nfunc RegisterOrdersServer(s grpc.ServiceRegistrar, srv OrdersServer) {}\n";
    let main = "func main() { s := grpc.NewServer(); pb.RegisterOrdersServer(s, &server{}) }\n";
    let text = format!("{head}{server}{main}");
    for files in [vec![("t.go", text.as_str()), ("pb/pb.go", pb)], vec![("t.go", text.as_str())]] {
        let program = go::load(&files);
        assert_eq!(root(&program, "(*server).Get"), HANDLER, "{}", files.len());
        assert_eq!(root(&program, "(*server).Close"), None);
        assert_eq!(root(&program, "(*server).plain"), None);
    }
    let other = text.replace("grpc.NewServer()", "registry{}") + "type registry struct{}\n";
    let program = go::load(&[("t.go", &other)]);
    assert_eq!(root(&program, "(*server).Get"), None, "not a server of that package");
}

#[test]
fn callbacks_run_in_goroutines_of_their_own() {
    for call in [
        "time.AfterFunc(1, work)",
        "var g errgroup.Group; g.Go(func() error { work(); return nil })",
        "var wg sync.WaitGroup; wg.Go(work)",
        "context.AfterFunc(nil, work)",
        "new(http.Server).RegisterOnShutdown(work)",
    ] {
        let source = format!(
            "package t\nimport (\"context\"; \"net/http\"; \"sync\"; \"time\"; \"golang.org/x/sync/errgroup\")\nfunc work() {{}}\nfunc main() {{ {call} }}\n"
        );
        let program = go::load(&[("t.go", &source)]);
        assert_eq!(root(&program, "work"), Some((RootKind::Callback, false)), "{call}");
    }
}
