use go_lab::*;
#[test]
fn tmp() {
    for name in bundled_names() {
        let s = bundled(name).unwrap_or_else(|| panic!("{name}"));
        let t = std::time::Instant::now();
        let e = explore(&s.program, Budget::default()).unwrap();
        eprintln!("{name}: {} states whole {} {:?} {:.2e}", e.states, e.is_whole, t.elapsed(), e.interleavings);
        for t in &e.tallies { eprintln!("    {:?} {:.3e} {:.3e}", t.verdict, t.interleavings, t.chance); }
        if let Some(r) = &e.harmful { eprintln!("    {}", s.replay_string(&r.schedule)); }
    }
}
