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

const CALLBACK: Option<(RootKind, bool)> = Some((RootKind::Callback, false));
const CALLBACKS: Option<(RootKind, bool)> = Some((RootKind::Callback, true));

/// The roots of the methods `Run`, `Reconcile`, `ConsumeClaim` and `OnAdd` of a type, where `set` hands one over.
fn handed(
    imports: &[&str],
    parameters: &str,
    set: &str,
    methods: &[&str],
) -> Vec<Option<(RootKind, bool)>> {
    let imports: Vec<String> = imports.iter().map(|import| format!("\"{import}\"\n")).collect();
    let bodies: Vec<String> = methods
        .iter()
        .map(|method| format!("func (j *job) {method} {{ j.runs[\"\"]++; return }}\n"))
        .collect();
    let source = format!(
        "package t\nimport (\n{})\ntype job struct {{ runs map[string]int }}\nfunc set(j *job, {parameters}) {{ {set} }}\n{}",
        imports.concat(),
        bodies.concat()
    );
    let program = go::load(&[("t.go", &source)]);
    let names = methods.iter().filter_map(|method| method.split('(').next());
    names.map(|name| root(&program, &format!("(*job).{name}"))).collect()
}

#[test]
fn jobs_of_a_scheduler_run_beside_their_own_last_run() {
    let cron = ["github.com/robfig/cron/v3"];
    let run = ["Run()"];
    let set = "c := cron.New(); c.AddJob(\"@hourly\", j)";
    assert_eq!(handed(&cron, "n int", set, &run), [CALLBACKS]);
    let set = "c := cron.New(); c.AddFunc(\"@hourly\", j.Run)";
    assert_eq!(handed(&cron, "n int", set, &run), [CALLBACKS]);
    let set = "c := cron.New(cron.WithChain(cron.SkipIfStillRunning(nil))); c.AddFunc(\"@hourly\", j.Run)";
    assert_eq!(handed(&cron, "n int", set, &run), [CALLBACK]);
}

#[test]
fn a_reconciler_meets_itself_where_it_has_several_workers() {
    let runtime = [
        "context",
        "sigs.k8s.io/controller-runtime",
        "sigs.k8s.io/controller-runtime/pkg/controller",
    ];
    let reconcile = [
        "Reconcile(ctx context.Context, request controllerruntime.Request) (r controllerruntime.Result, err error)",
    ];
    let set = "controllerruntime.NewControllerManagedBy(m).For(nil).Complete(j)";
    assert_eq!(handed(&runtime, "m any", set, &reconcile), [CALLBACK]);
    let set = "controllerruntime.NewControllerManagedBy(m).WithOptions(controller.Options{MaxConcurrentReconciles: 4}).Complete(j)";
    assert_eq!(handed(&runtime, "m any", set, &reconcile), [CALLBACKS]);
}

#[test]
fn claims_are_consumed_at_once_and_events_one_by_one() {
    let sarama = ["github.com/IBM/sarama"];
    let consume = [
        "ConsumeClaim(s sarama.ConsumerGroupSession, c sarama.ConsumerGroupClaim) (err error)",
        "Setup(s sarama.ConsumerGroupSession) (err error)",
    ];
    let set = "group.Consume(nil, nil, j)";
    assert_eq!(handed(&sarama, "group sarama.ConsumerGroup", set, &consume), [CALLBACKS, None]);
    let cache = ["k8s.io/client-go/tools/cache"];
    let events = ["OnAdd(object any, first bool)", "OnDelete(object any)", "other()"];
    let set = "informer.AddEventHandler(j)";
    let informer = "informer cache.SharedIndexInformer";
    assert_eq!(handed(&cache, informer, set, &events), [CALLBACK, CALLBACK, None]);
}

#[test]
fn one_flight_runs_where_it_is_asked_for_or_beside() {
    let flight = ["golang.org/x/sync/singleflight"];
    let fetch = ["fetch() (v any, err error)"];
    let group = "g *singleflight.Group";
    assert_eq!(handed(&flight, group, "g.Do(\"\", j.fetch)", &fetch), [None]);
    assert_eq!(handed(&flight, group, "g.DoChan(\"\", j.fetch)", &fetch), [CALLBACK]);
}

#[test]
fn commands_run_on_the_main_goroutine() {
    let cobra = ["github.com/spf13/cobra"];
    let set = "c := &cobra.Command{Run: j.command}; c.Execute()";
    let command = ["command(c *cobra.Command, args []string)"];
    assert_eq!(handed(&cobra, "n int", set, &command), [None]);
    let cli = ["github.com/urfave/cli/v2"];
    let set = "a := &cli.App{Action: j.action}; a.Run(nil)";
    assert_eq!(handed(&cli, "n int", set, &["action(c *cli.Context) (err error)"]), [None]);
}

#[test]
fn subtests_that_say_so_run_beside_each_other() {
    let source = |parallel: &str| {
        format!(
            "package t\nimport \"testing\"\nfunc TestAll(t *testing.T) {{\nseen := map[string]int{{}}\nfor _, name := range []string{{\"a\", \"b\"}} {{\nt.Run(name, func(t *testing.T) {{ {parallel}; seen[name]++ }})\n}}\n}}\n"
        )
    };
    let of = |parallel: &str| root(&go::load(&[("t.go", &source(parallel))]), "TestAll.func1");
    assert_eq!(of("t.Parallel()"), CALLBACKS);
    assert_eq!(of("t.Helper()"), None);
}

#[test]
fn what_commands_run_is_an_entry_and_what_they_call_is_not() {
    let text = r#"
package t

import (
    "github.com/spf13/cobra"
    "github.com/urfave/cli/v2"
)

var root = &cobra.Command{
    Use: "t",
    RunE: func(cmd *cobra.Command, args []string) error { return serve() },
}

func init() {
    cobra.OnInitialize(load)
    root.AddCommand(&cobra.Command{Use: "list", Run: list})
}

func load()                                    {}
func list(cmd *cobra.Command, args []string)   {}
func serve() error                             { return nil }
func later(cmd *cobra.Command, args []string)  {}

func app() *cli.App {
    return &cli.App{Name: "t", Action: act}
}

func act(c *cli.Context) error { return nil }
"#;
    let program = go::load(&[("t.go", text)]);
    let entry = |symbol: &str| {
        let function = program.function(&format!("example.com/t.{symbol}")).map(|at| at.id);
        function.map(|function| program.is_entry(function))
    };
    for symbol in ["load", "list", "act", "init.0", "init.func1"] {
        assert_ne!(entry(symbol), Some(false), "{symbol}");
    }
    assert_eq!(entry("load"), Some(true));
    assert_eq!(entry("list"), Some(true));
    assert_eq!(entry("act"), Some(true));
    for symbol in ["serve", "later", "app"] {
        assert_eq!(entry(symbol), Some(false), "{symbol}");
    }
}
