//! What starts concurrent code: functions that run an argument in a goroutine of its own or keep it
//! as a handler, and the shapes by which handlers of web frameworks are known.
//!
//! Data, by import path: it is the same whether a package is vendored, is known by its model, or
//! the path alone is known. Read from:
//!
//! | package | where |
//! |---|---|
//! | `context`, `net/http`, `sync`, `testing`, `time` | Go 1.27, each package's documentation |
//! | `net/http`, `RegisterOnShutdown` | Go 1.27, `net/http/server.go`, `Server.Shutdown`: `go f()` |
//! | `golang.org/x/sync/errgroup` | `errgroup/errgroup.go`, `Group.Go` |
//! | `github.com/gin-gonic/gin` | v1, `routergroup.go`, `gin.go`: `HandlerFunc` |
//! | `github.com/labstack/echo` | v4 and v5, `echo.go`, `group.go`: `HandlerFunc` |
//! | `github.com/gofiber/fiber` | v2 and v3, `app.go`, `group.go`, `router.go`: `Handler` |
//! | `github.com/go-chi/chi` | v5, `chi.go`, `mux.go`: handlers of `net/http` |
//! | `github.com/gorilla/mux` | v1, `mux.go`, `route.go`: handlers of `net/http` |
//! | `github.com/valyala/fasthttp` | v1, `server.go`: `RequestHandler` |
//! | `golang.org/x/sync/singleflight` | v0.17, `singleflight.go`: `DoChan` starts `doCall`; `Do` runs it itself |
//! | `github.com/robfig/cron` | v3, `cron.go`, `startJob`: a goroutine for each run, unless the chain says otherwise |
//! | `github.com/IBM/sarama` | v1.45, `consumer_group.go`: `ConsumeClaim` in a goroutine for each partition |
//! | `sigs.k8s.io/controller-runtime` | v0.20, `pkg/internal/controller`: `MaxConcurrentReconciles` workers, 1 by default |
//! | `k8s.io/client-go/tools/cache` | v0.34, `shared_informer.go`, `processorListener.run`: one goroutine a handler |
//! | `github.com/nats-io/nats.go/jetstream` | v1, `pull.go`: `Consume` runs its handler in a goroutine |
//! | `google.golang.org/grpc` | `server.go`, `serveStreams`; `cmd/protoc-gen-go-grpc`: `Register…Server` |

use finding::RootKind;

/// Which arguments of a call are started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Arguments {
    /// One, by its place.
    At(usize),
    /// All from a place on.
    From(usize),
}

/// Whether what one call starts runs several times at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Many {
    No,
    Yes,
    /// It does, unless the package of the call mentions a word.
    Unless(&'static str),
    /// It does where the package of the call mentions a word.
    Where(&'static str),
}

/// Functions or methods that start an argument.
#[derive(Clone, Copy, Debug)]
pub(super) struct Starter {
    packages: &'static [&'static str],
    /// Types whose methods they are; empty for functions.
    receivers: &'static [&'static str],
    names: &'static [&'static str],
    arguments: Arguments,
    pub(super) kind: RootKind,
    pub(super) many: Many,
}

impl Starter {
    /// Whether an argument is started, by its place.
    pub(super) fn starts(&self, at: usize) -> bool {
        match self.arguments {
            Arguments::At(one) => at == one,
            Arguments::From(first) => at >= first,
        }
    }
}

/// The starter of a name, by the import path of its package and the type it is a method of.
pub(super) fn find(import: &str, receiver: &str, name: &str) -> Option<&'static Starter> {
    STARTERS.iter().find(|starter| {
        let receives = match starter.receivers {
            [] => receiver.is_empty(),
            some => some.contains(&receiver),
        };
        receives && starter.names.contains(&name) && starter.packages.contains(&import)
    })
}

/// Methods that start methods of an object they are given.
#[derive(Debug)]
pub(super) struct Object {
    /// Empty where the name alone is enough.
    packages: &'static [&'static str],
    receivers: &'static [&'static str],
    names: &'static [&'static str],
    pub(super) argument: usize,
    pub(super) methods: &'static [&'static str],
    pub(super) kind: RootKind,
    pub(super) many: Many,
}

/// What a method starts of an object, by the import path of its package, the type it is a method of, and its name.
pub(super) fn object(import: &str, receiver: &str, name: &str) -> Option<&'static Object> {
    OBJECTS.iter().find(|object| {
        object.names.contains(&name)
            && (object.packages.is_empty()
                || (object.packages.contains(&import) && object.receivers.contains(&receiver)))
    })
}

/// Methods that run functions among their arguments in goroutines of their own, known by their names alone: the types they
/// belong to are seldom in the tree. With the release they were read from:
///
/// | method | package |
/// |---|---|
/// | `AfterFunc(d, f)` | `github.com/jonboulle/clockwork` v0.5, `k8s.io/utils/clock` |
/// | `AddEventHandler…(…)` | `k8s.io/client-go/tools/cache` v0.34, `shared_informer.go`: each listener has a goroutine |
/// | `SetStreamHandler…(id, f)` | `github.com/libp2p/go-libp2p` v0.43, `core/host`: one for each stream |
/// | `Subscribe…(…)`, `SetDefaultPublishHandler(f)` | `github.com/eclipse/paho.mqtt.golang` v1.5, `router.go` |
/// | `Subscribe(subject, f)`, `QueueSubscribe(…)` | `github.com/nats-io/nats.go` v1, `nats.go`: `waitForMsgs` |
pub(super) fn by_name(name: &str) -> Option<RootKind> {
    match name {
        "AfterFunc"
        | "AddEventHandler"
        | "AddEventHandlerWithResyncPeriod"
        | "AddEventHandlerWithOptions"
        | "Subscribe"
        | "SubscribeMultiple"
        | "QueueSubscribe"
        | "SetDefaultPublishHandler" => Some(RootKind::Callback),
        "SetStreamHandler" | "SetStreamHandlerMatch" => Some(RootKind::Handler),
        _ => None,
    }
}

/// A handler by the type of its only parameter, which may be a pointer to it.
#[derive(Debug)]
pub(super) struct HandlerShape {
    pub(super) packages: &'static [&'static str],
    pub(super) parameter: &'static str,
    /// How many results it has.
    pub(super) results: usize,
}

/// Handlers whose parameter exists in requests only.
pub(super) const HANDLERS: &[HandlerShape] = &[
    HandlerShape { packages: GIN, parameter: "Context", results: 0 },
    HandlerShape { packages: ECHO, parameter: "Context", results: 1 },
    HandlerShape { packages: FIBER, parameter: "Ctx", results: 1 },
    HandlerShape { packages: FASTHTTP, parameter: "RequestCtx", results: 0 },
];

/// The package whose servers run every method of a registered service in a goroutine of its own.
pub(super) const GRPC: &str = "google.golang.org/grpc";
/// The types of it that services are registered with.
pub(super) const GRPC_SERVERS: &[&str] = &["Server", "ServiceRegistrar"];

const GIN: &[&str] = &["github.com/gin-gonic/gin"];
const ECHO: &[&str] =
    &["github.com/labstack/echo", "github.com/labstack/echo/v4", "github.com/labstack/echo/v5"];
const FIBER: &[&str] =
    &["github.com/gofiber/fiber", "github.com/gofiber/fiber/v2", "github.com/gofiber/fiber/v3"];
const CHI: &[&str] = &["github.com/go-chi/chi", "github.com/go-chi/chi/v5"];
const MUX: &[&str] = &["github.com/gorilla/mux"];
const FASTHTTP: &[&str] = &["github.com/valyala/fasthttp"];
const HTTP: &[&str] = &["net/http"];
const SINGLEFLIGHT: &[&str] = &["golang.org/x/sync/singleflight"];
const CRON: &[&str] = &["github.com/robfig/cron", "github.com/robfig/cron/v3"];
const SARAMA: &[&str] = &["github.com/IBM/sarama", "github.com/Shopify/sarama"];
const JETSTREAM: &[&str] = &["github.com/nats-io/nats.go/jetstream"];

const UPPER: &[&str] =
    &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "CONNECT", "TRACE", "Any"];
const TITLE: &[&str] =
    &["Get", "Post", "Put", "Patch", "Delete", "Head", "Options", "Connect", "Trace", "All"];

const fn starter(
    packages: &'static [&'static str],
    receivers: &'static [&'static str],
    names: &'static [&'static str],
    arguments: Arguments,
    kind: RootKind,
) -> Starter {
    Starter { packages, receivers, names, arguments, kind, many: Many::No }
}

/// The same where each run is a goroutine of its own.
const fn many(starter: Starter, many: Many) -> Starter {
    Starter { many, ..starter }
}

/// Schedulers run a job beside its own last run, but for these wrappers.
const UNLESS_CHAINED: Many = Many::Unless("IfStillRunning");

const OBJECTS: &[Object] = &[
    Object {
        packages: CRON,
        receivers: &["Cron"],
        names: &["AddJob", "Schedule"],
        argument: 1,
        methods: &["Run"],
        kind: RootKind::Callback,
        many: UNLESS_CHAINED,
    },
    Object {
        packages: SARAMA,
        receivers: &["ConsumerGroup"],
        names: &["Consume"],
        argument: 2,
        methods: &["ConsumeClaim"],
        kind: RootKind::Callback,
        many: Many::Yes,
    },
    Object {
        packages: &["sigs.k8s.io/controller-runtime/pkg/builder"],
        receivers: &["Builder", "TypedBuilder"],
        names: &["Complete", "Build"],
        argument: 0,
        methods: &["Reconcile"],
        kind: RootKind::Callback,
        many: Many::Where("MaxConcurrentReconciles"),
    },
    Object {
        packages: &[],
        receivers: &[],
        names: &[
            "AddEventHandler",
            "AddEventHandlerWithResyncPeriod",
            "AddEventHandlerWithOptions",
        ],
        argument: 0,
        methods: &["OnAdd", "OnUpdate", "OnDelete"],
        kind: RootKind::Callback,
        many: Many::No,
    },
];

const STARTERS: &[Starter] = {
    use Arguments::{At, From};
    use RootKind::{Callback, Handler};
    &[
        starter(&["context"], &[], &["AfterFunc"], At(1), Callback),
        starter(&["time"], &[], &["AfterFunc"], At(1), Callback),
        starter(&["sync"], &["WaitGroup"], &["Go"], At(0), Callback),
        starter(&["testing"], &["B"], &["RunParallel"], At(0), Callback),
        starter(&["golang.org/x/sync/errgroup"], &["Group"], &["Go", "TryGo"], At(0), Callback),
        starter(SINGLEFLIGHT, &["Group"], &["DoChan"], At(1), Callback),
        starter(JETSTREAM, &["Consumer"], &["Consume"], At(0), Callback),
        many(starter(CRON, &["Cron"], &["AddFunc"], At(1), Callback), UNLESS_CHAINED),
        starter(HTTP, &["Server"], &["RegisterOnShutdown"], At(0), Callback),
        starter(HTTP, &[], &["Handle", "HandleFunc"], At(1), Handler),
        starter(HTTP, &["ServeMux"], &["Handle", "HandleFunc"], At(1), Handler),
        starter(GIN, &["RouterGroup", "IRoutes", "IRouter"], UPPER, From(1), Handler),
        starter(
            GIN,
            &["RouterGroup", "IRoutes", "IRouter"],
            &["Handle", "Match"],
            From(2),
            Handler,
        ),
        starter(GIN, &["Engine", "RouterGroup", "IRoutes", "IRouter"], &["Use"], From(0), Handler),
        starter(GIN, &["Engine"], &["NoRoute", "NoMethod"], From(0), Handler),
        starter(ECHO, &["Echo", "Group"], UPPER, At(1), Handler),
        starter(ECHO, &["Echo", "Group"], &["Add", "Match"], At(2), Handler),
        starter(FIBER, &["App", "Group", "Router"], TITLE, From(1), Handler),
        starter(FIBER, &["App", "Group", "Router"], &["Add"], From(2), Handler),
        starter(FIBER, &["App", "Group", "Router"], &["Use"], From(0), Handler),
        starter(CHI, &["Mux", "Router"], TITLE, At(1), Handler),
        starter(CHI, &["Mux", "Router"], &["Handle", "HandleFunc"], At(1), Handler),
        starter(CHI, &["Mux", "Router"], &["Method", "MethodFunc"], At(2), Handler),
        starter(CHI, &["Mux", "Router"], &["NotFound", "MethodNotAllowed"], At(0), Handler),
        starter(MUX, &["Router"], &["Handle", "HandleFunc"], At(1), Handler),
        starter(MUX, &["Route"], &["Handler", "HandlerFunc"], At(0), Handler),
    ]
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_starter_is_found_by_package_type_and_name() {
        let get = find("github.com/gofiber/fiber/v3", "App", "Get").unwrap();
        assert!(!get.starts(0) && get.starts(1) && get.starts(2));
        assert!(find("time", "", "AfterFunc").is_some());
        assert!(find("time", "Timer", "AfterFunc").is_none());
        assert!(find("sync", "", "Go").is_none());
        assert!(find("example.com/gin", "RouterGroup", "GET").is_none());
    }
}
