//! Declarations of packages that are seldom in the tree: parts of the standard library, of
//! `golang.org/x/sync`, and of packages that run handlers, jobs, reconcilers and commands.
//!
//! They are Go text of our own, read by the same parser: only what decides which map an expression
//! touches, what a call locks, and what a call starts. Signatures are those of Go 1.27, and of the
//! releases that `body/starters.rs` names.

/// The model of a package.
pub(crate) fn text(import: &str) -> Option<&'static str> {
    MODELS.iter().find(|(path, _)| *path == import).map(|(_, text)| *text)
}

const MODELS: &[(&str, &str)] = &[
    ("container/heap", include_str!("models/container_heap.go")),
    ("context", include_str!("models/context.go")),
    ("encoding/gob", include_str!("models/encoding_gob.go")),
    ("encoding/json", include_str!("models/encoding_json.go")),
    ("fmt", include_str!("models/fmt.go")),
    ("github.com/IBM/sarama", include_str!("models/sarama.go")),
    ("github.com/Shopify/sarama", include_str!("models/sarama.go")),
    ("github.com/gin-gonic/gin", include_str!("models/gin.go")),
    ("github.com/gofiber/fiber/v2", include_str!("models/fiber.go")),
    ("github.com/labstack/echo/v4", include_str!("models/echo.go")),
    ("github.com/nats-io/nats.go/jetstream", include_str!("models/jetstream.go")),
    ("github.com/robfig/cron", include_str!("models/cron.go")),
    ("github.com/robfig/cron/v3", include_str!("models/cron.go")),
    ("github.com/spf13/cobra", include_str!("models/cobra.go")),
    ("github.com/urfave/cli", include_str!("models/urfave_cli.go")),
    ("github.com/urfave/cli/v2", include_str!("models/urfave_cli.go")),
    ("golang.org/x/exp/maps", include_str!("models/exp_maps.go")),
    ("golang.org/x/sync/errgroup", include_str!("models/errgroup.go")),
    ("golang.org/x/sync/singleflight", include_str!("models/singleflight.go")),
    ("google.golang.org/grpc", include_str!("models/grpc.go")),
    ("html/template", include_str!("models/template.go")),
    ("iter", include_str!("models/iter.go")),
    ("log", include_str!("models/log.go")),
    ("log/slog", include_str!("models/log_slog.go")),
    ("maps", include_str!("models/maps.go")),
    ("net/http", include_str!("models/net_http.go")),
    ("net/textproto", include_str!("models/net_textproto.go")),
    ("net/url", include_str!("models/net_url.go")),
    ("path/filepath", include_str!("models/path_filepath.go")),
    ("reflect", include_str!("models/reflect.go")),
    ("sigs.k8s.io/controller-runtime", include_str!("models/controller_runtime.go")),
    (
        "sigs.k8s.io/controller-runtime/pkg/builder",
        include_str!("models/controller_runtime_builder.go"),
    ),
    (
        "sigs.k8s.io/controller-runtime/pkg/reconcile",
        include_str!("models/controller_runtime_reconcile.go"),
    ),
    ("slices", include_str!("models/slices.go")),
    ("sort", include_str!("models/sort.go")),
    ("strings", include_str!("models/strings.go")),
    ("sync", include_str!("models/sync.go")),
    ("sync/atomic", include_str!("models/sync_atomic.go")),
    ("testing", include_str!("models/testing.go")),
    ("text/template", include_str!("models/template.go")),
    ("time", include_str!("models/time.go")),
];
