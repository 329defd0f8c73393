//! Services: `pb.RegisterOrdersServer(server, &orders{})` makes every method of the service run in
//! a goroutine of its own for each call.

use super::facts::CallTarget;
use super::starters::{GRPC, GRPC_SERVERS};
use super::walker::Walker;
use crate::hir::ExprId;
use crate::types::{Kind, Target, Ty};
use finding::RootKind;

impl Walker<'_> {
    /// Notes the methods of a service that a call registers. `interface` is what the service must
    /// satisfy; `None` where the package of the generated code is not there.
    pub(super) fn registers(
        &mut self,
        call: ExprId,
        name: &str,
        interface: Option<Ty>,
        args: &[ExprId],
    ) {
        let [server, service] = args else { return };
        if !(name.starts_with("Register") && name.ends_with("Server")) {
            return;
        }
        let type_of = |this: &Self, arg| this.types.get(arg).copied().unwrap_or(Ty::UNKNOWN);
        let server = type_of(self, server);
        let server = self.r.deref(server);
        if !GRPC_SERVERS.iter().any(|known| self.r.is_named(server, GRPC, known)) {
            return;
        }
        let service = type_of(self, service);
        let methods = match interface {
            Some(interface) => self.method_names(interface),
            None => self.calls_of(service),
        };
        let all = self.method_names(service);
        for method in methods.iter().filter(|name| exported(name)) {
            match self.r.select(service, method).map(|selection| selection.target) {
                Some(Target::Method { func, .. }) => {
                    self.add_root(RootKind::Handler, CallTarget::Declared(func), call);
                }
                Some(Target::Abstract { sig }) => {
                    let params = self.parameters(sig);
                    let target =
                        CallTarget::Abstract { name: method.clone(), params, all: all.clone() };
                    self.add_root(RootKind::Handler, target, call);
                }
                _ => {}
            }
        }
    }

    /// The methods of a type that have the form of a remote call:
    /// `func (context.Context, *Request) (*Response, error)`.
    fn calls_of(&mut self, service: Ty) -> Vec<String> {
        let base = self.r.deref(service);
        let Kind::Named { decl, .. } = self.r.types.kind(base) else { return Vec::new() };
        let Some((package, receiver)) = self.r.type_name(decl) else { return Vec::new() };
        let mut found = Vec::new();
        for (of, name, func) in self.r.index.methods(package) {
            if of != receiver || !exported(name) {
                continue;
            }
            let sig = self.r.signature(func).ty;
            if let Kind::Func { params, results, .. } = self.r.types.kind(sig) {
                let two = self.r.types.list(results).len() == 2;
                if let [context, _] = self.r.types.list(params) {
                    if two && self.r.is_named(*context, "context", "Context") {
                        found.push(name.to_owned());
                    }
                }
            }
        }
        found.sort_unstable();
        found
    }
}

fn exported(name: &str) -> bool {
    name.chars().next().is_some_and(char::is_uppercase)
}
