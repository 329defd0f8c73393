#![allow(clippy::all, clippy::print_stdout, clippy::unwrap_used, clippy::allow_attributes, clippy::allow_attributes_without_reason, missing_docs, clippy::print_stderr)]
use go_source::*;
struct Disk(std::path::PathBuf);
impl SourceTree for Disk {
    fn files(&self) -> Vec<String> {
        let mut out = vec![]; let mut todo = vec![self.0.clone()];
        while let Some(d) = todo.pop() {
            for e in std::fs::read_dir(&d).into_iter().flatten().flatten() {
                let t = e.file_type().unwrap(); let p = e.path();
                if t.is_dir() { if !e.file_name().to_string_lossy().starts_with('.') { todo.push(p) } }
                else if t.is_file() { let s = p.strip_prefix(&self.0).unwrap().to_string_lossy().into_owned(); if s.ends_with(".go") || s.ends_with("go.mod") { out.push(s) } }
            }
        }
        out
    }
    fn read(&self, path: &str) -> std::io::Result<Vec<u8>> { std::fs::read(self.0.join(path)) }
}
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let o = LoadOptions { tests: a.iter().any(|x| x == "--tests"), ..Default::default() };
    let t = std::time::Instant::now();
    let p = Program::load(&Disk(a[1].clone().into()), &o);
    let el = t.elapsed();
    if !a.iter().any(|x| x == "-q") {
        for d in p.decls() {
            println!("{} {:?} {} @{}", d.id, d.decl, d.map_type.text, d.site);
            for x in p.accesses(&d.id) {
                let locks = match &x.access.locks { finding::LockSet::Unknown => "?".into(), finding::LockSet::Held(h) => h.iter().map(|h| format!("{}{}", h.path, if h.mode == finding::LockMode::Read {"(r)"} else {""})).collect::<Vec<_>>().join(",") };
                println!("    {:8} {} `{}` [{}] {:?}/{:?} fn={} root={}{}{}{}", x.access.operation.word(), x.access.site, x.access.expression, locks, x.placement.shape, x.placement.context,
                    x.access.site.function.as_deref().unwrap_or("-"), x.access.root.as_ref().map_or("-".into(), |r| format!("{:?}@{}{}", r.kind, r.site, if r.many {"*"} else {""})),
                    if x.access.before_sharing {" before"} else {""}, if x.through_alias {" alias"} else {""}, x.calls.iter().map(|c| format!(" via {c}")).collect::<String>());
            }
        }
    }
    for n in p.notes().iter().take(20) { println!("note {n}"); }
    let bytes: usize = p.files().iter().map(|f| f.text().len()).sum();
    println!("{} files {} bytes, {} decls, {} accesses, {} functions, {} calls, {} notes, {:?} ({:.1} MB/s)", p.files().len(), bytes, p.decls().len(), p.all_accesses().len(), p.functions().len(), p.callers(p.functions()[0].id).len(), p.notes().len(), el, bytes as f64 / 1e6 / el.as_secs_f64());
}
