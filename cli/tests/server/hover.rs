//! What is shown of a map where the pointer rests.

use crate::client::{Client, UNEVEN, capabilities, module_of, uri};
use serde_json::{Value, json};

#[test]
fn a_map_is_told_with_its_lock_and_its_accesses() {
    let folder = module_of(UNEVEN);
    let path = folder.path().join("t.go");
    let mut client = Client::in_folders(&[folder.path()]);
    client.open(&path);
    // Its declaration, and an access.
    let declared = client.hover(&path, 6, 1);
    let accessed = client.hover(&path, 16, 10);
    assert_eq!(declared["contents"], accessed["contents"]);
    assert_eq!(accessed["range"]["start"], json!({ "line": 16, "character": 10 }));
    assert_eq!(accessed["range"]["end"], json!({ "line": 16, "character": 11 }));
    let text = accessed["contents"]["value"].as_str().unwrap();
    assert_eq!(accessed["contents"]["kind"], "markdown");
    let link = |line: u32| format!("[t.go:{line}]({}#L{line})", uri(&path));
    for part in [
        "```go\nC.m map[string]int\n```\n".to_owned(),
        format!("field, declared at {}", link(7)),
        "Guarded by `C.mu`: 3 of 5 accesses hold it, 2 of them to change the map; it is declared beside the map.".to_owned(),
        format!("- write twice: {} under `c.mu`; {} under no lock\n", link(10), link(21)),
        format!("- delete once: {} under `c.mu`\n", link(12)),
        format!("- TH101 (medium) {}: C.m is read without C.mu", link(17)),
    ] {
        assert!(text.contains(&part), "{part}\n---\n{text}");
    }
}

#[test]
fn maps_that_want_no_lock_are_told_as_such() {
    let source = "package t\n\nimport \"sync\"\n\nvar known = map[string]int{\"a\": 1}\n\nvar live sync.Map\n\n\
                  func get(k string) int { live.Store(k, 1); return known[k] }\n";
    let folder = module_of(source);
    let path = folder.path().join("t.go");
    let mut client = Client::in_folders(&[folder.path()]);
    client.open(&path);
    let text = client.hover(&path, 4, 5)["contents"]["value"].to_string();
    assert!(
        text.contains("variable of the package") && text.contains("No lock is wanted"),
        "{text}"
    );
    let text = client.hover(&path, 6, 5)["contents"]["value"].to_string();
    assert!(
        text.contains("It needs no lock: it has its own.") && text.contains("- write once"),
        "{text}"
    );
}

#[test]
fn of_other_things_nothing_is_told() {
    let folder = module_of(UNEVEN);
    let path = folder.path().join("t.go");
    let mut client = Client::in_folders(&[folder.path()]);
    client.open(&path);
    // The receiver before the map, a lock, a keyword, a blank line, beyond the end.
    for (line, character) in [(16, 8), (5, 1), (15, 2), (1, 0), (999, 9)] {
        assert_eq!(client.hover(&path, line, character), Value::Null, "{line}:{character}");
    }
    assert_eq!(client.hover(&folder.path().join("none.go"), 0, 0), Value::Null);
}

#[test]
fn it_is_about_the_text_as_it_stands() {
    let folder = module_of(UNEVEN);
    let path = folder.path().join("t.go");
    let mut client = Client::in_folders(&[folder.path()]);
    client.open(&path);
    assert_ne!(client.hover(&path, 16, 10), Value::Null);
    client.change(&path, 2, &format!("// Moved.\n{UNEVEN}"));
    assert_eq!(client.hover(&path, 16, 10), Value::Null);
    let text = client.hover(&path, 17, 10)["contents"]["value"].to_string();
    assert!(text.contains("t.go:18"), "{text}");
}

#[test]
fn a_client_that_shows_no_markdown_gets_none() {
    let folder = module_of(UNEVEN);
    let path = folder.path().join("t.go");
    let mut client = Client::start(&[]);
    let mut can = capabilities();
    can["textDocument"]["hover"] = json!({ "contentFormat": ["plaintext"] });
    client.greet(json!({ "capabilities": can, "rootUri": uri(folder.path()) }));
    client.open(&path);
    let contents = client.hover(&path, 16, 10)["contents"].clone();
    assert_eq!(contents["kind"], "plaintext");
    let text = contents["value"].as_str().unwrap();
    assert!(text.starts_with("C.m map[string]int\n"), "{text}");
    assert!(!text.contains('`') && !text.contains("file:"), "{text}");
}

#[test]
fn a_parameter_tells_of_the_maps_that_calls_hand_to_it() {
    let source = format!(
        "{UNEVEN}\nfunc put(p map[string]int) {{ p[\"x\"]++ }}\n\nfunc (c *C) X() {{ put(c.m) }}\n"
    );
    let folder = module_of(&source);
    let path = folder.path().join("t.go");
    let mut client = Client::in_folders(&[folder.path()]);
    client.open(&path);
    let text = client.hover(&path, 23, 30)["contents"]["value"].to_string();
    let (own, handed) = (text.find("parameter").unwrap(), text.find("C.m map").unwrap());
    assert!(own < handed, "{text}");
}
