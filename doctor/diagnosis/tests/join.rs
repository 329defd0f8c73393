//! The join against the truth: every recorded output of every fixture, with its source, must name
//! the map of the manifest, the faulting access and the other side; what the manifest calls
//! undecidable must stay without a name.
//!
//! What a manifest says is described in `fixtures/go/README.md`.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "fixture/mod.rs"]
mod fixture;

use finding::{Case, Subject};
use fixture::{Expected, Manifest, fixtures, load_manifest, manifests, module_of, program_of};
use go_source::Program;
use std::collections::HashMap;
use std::fs;

fn line_of(site: &finding::Site) -> String {
    format!("{}:{}", site.file, site.line)
}

/// Why a subject has no name.
fn unnamed(subject: &Subject) -> String {
    match subject {
        Subject::Named { map, .. } => map.id.to_string(),
        Subject::Ambiguous { candidates, why } => {
            let names: Vec<_> =
                candidates.iter().map(|candidate| candidate.map.id.as_str()).collect();
            format!("one of {}: {why}", names.join(", "))
        }
        Subject::Unnamed { why, clue } => {
            let place = clue.site.as_ref().map(line_of).unwrap_or_default();
            format!("{:?} at {place}: {why}", clue.operation)
        }
        Subject::NotAMap { why } => why.clone(),
    }
}

/// What is wrong with the cases of one output.
fn judge(
    cases: &[Case],
    prefix: &str,
    manifest: &Manifest,
    expected: &Expected,
    concurrent: bool,
) -> Result<bool, String> {
    let place = |at: &str| format!("{prefix}{at}");
    // One output may hold several reports; the one about the manifest's map is judged.
    let meant = cases.iter().find(|case| {
        case.subject.map().is_some_and(|map| Some(map.id.as_str()) == expected.map.as_deref())
    });
    let Some(case) = meant.or(cases.first()) else { return Err("no case".into()) };
    let undecidable_here = case.faulting.as_ref().is_some_and(|faulting| {
        let frame = format!("{}:{}", faulting.frame.file, faulting.frame.line);
        let all = manifest.map.iter().flat_map(|map| &map.access);
        all.filter(|access| access.undecidable.is_some())
            .any(|access| frame.ends_with(&format!("/{}", access.at)))
    });
    if expected.undecidable.is_some() || undecidable_here {
        return match &case.subject {
            Subject::Named { map, .. } => Err(format!("named {} where nobody could", map.id)),
            Subject::Ambiguous { why, .. }
            | Subject::Unnamed { why, .. }
            | Subject::NotAMap { why }
                if why.is_empty() =>
            {
                Err("no reason is given".into())
            }
            _ => Ok(false),
        };
    }
    let Some(id) = &expected.map else {
        return match &case.subject {
            Subject::Named { map, .. } => Err(format!("named {} where no map is involved", map.id)),
            _ => Ok(true),
        };
    };
    let Subject::Named { map, .. } = &case.subject else {
        return Err(format!("{id} has no name: {}", unnamed(&case.subject)));
    };
    if map.id.as_str() != id {
        return Err(format!("{} instead of {id}", map.id));
    }
    let declared = manifest.map.iter().find(|map| map.id == *id).map(|map| place(&map.at));
    if declared.as_ref().is_some_and(|at| *at != line_of(&map.site)) {
        return Err(format!("declared at {} instead of {declared:?}", line_of(&map.site)));
    }
    let sides: Vec<_> = expected.sides.iter().map(|at| place(at)).collect();
    if sides.is_empty() || !concurrent {
        return Ok(true);
    }
    let access = case.faulting.as_ref().and_then(|faulting| faulting.access.as_ref());
    match access {
        Some(access) if !sides.contains(&line_of(&access.site)) => {
            return Err(format!("faulting access {} is none of {sides:?}", line_of(&access.site)));
        }
        // An output without any stack, as under GOTRACEBACK=none, shows no access.
        None if case.fault.as_ref().is_some_and(|fault| !fault.stack.is_empty()) => {
            return Err("no faulting access".into());
        }
        _ => {}
    }
    let Some(other) = case.other_sides.first() else { return Err("no other side".into()) };
    if !sides.contains(&line_of(&other.site)) {
        return Err(format!("other side {} is none of {sides:?}", line_of(&other.site)));
    }
    Ok(true)
}

#[test]
fn every_decidable_fixture_is_named_and_every_other_is_not() {
    let mut found = Vec::new();
    manifests(&fixtures(), &mut found);
    assert!(found.len() >= 10, "only {} manifests", found.len());
    let (mut decided, mut undecided) = (0u32, 0u32);
    let mut wrong: Vec<(String, Vec<String>)> = Vec::new();
    for path in &found {
        let folder = path.parent().unwrap();
        let manifest = load_manifest(path);
        let module = module_of(folder);
        let prefix = folder.strip_prefix(&module).unwrap().to_str().unwrap().replace('\\', "/");
        let prefix = if prefix.is_empty() { prefix } else { format!("{prefix}/") };
        let mut programs: HashMap<u32, Program> = HashMap::new();
        for expected in &manifest.case {
            let outputs = fixtures().join("recorded").join(&expected.name);
            let Ok(entries) = fs::read_dir(&outputs) else { continue };
            let mut outputs: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
            outputs.sort();
            for output in outputs {
                let name = output.file_name().unwrap().to_str().unwrap().to_owned();
                let minor: u32 =
                    name.trim_start_matches("1.").split('-').next().unwrap().parse().unwrap();
                let program =
                    programs.entry(minor).or_insert_with(|| program_of(path, &manifest, minor));
                let crash = go_crash::read(&fs::read(&output).unwrap());
                let diagnosis =
                    diagnosis::diagnose(&crash, Some(program), &diagnosis::Options::default());
                let concurrent = matches!(expected.kind.as_str(), "concurrent" | "race");
                match judge(&diagnosis.cases, &prefix, &manifest, expected, concurrent) {
                    Ok(true) => decided += 1,
                    Ok(false) => undecided += 1,
                    Err(why) => {
                        let why = format!(
                            "{}: {}",
                            expected.name,
                            why.replace("/srv/app/", "example.com/")
                        );
                        match wrong.iter_mut().find(|(known, _)| *known == why) {
                            Some((_, names)) => names.push(name),
                            None => wrong.push((why, vec![name])),
                        }
                    }
                }
            }
        }
    }
    let total: usize = wrong.iter().map(|(_, names)| names.len()).sum();
    eprintln!(
        "{decided} outputs named, {undecided} rightly not, {total} wrong, of {} manifests",
        found.len()
    );
    let wrong: Vec<_> =
        wrong.iter().map(|(why, names)| format!("{why}\n    {}", names.join(" "))).collect();
    assert!(wrong.is_empty(), "{total} wrong:\n{}", wrong.join("\n"));
    assert!(decided >= 30, "only {decided} outputs were compared");
}
