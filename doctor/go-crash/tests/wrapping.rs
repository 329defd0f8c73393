//! A crash is the same crash whatever a log, a viewer or a poster did to its lines.
//!
//! Every sample is put into every wrapper, and must read as it does bare.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::arithmetic_side_effects,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

use go_crash::{CrashText, Frame, StackGroup};
use std::fmt::Write;
use std::path::Path;

/// What must not change: faults, goroutines, races, profile records.
fn essence(crash: &CrashText) -> String {
    let mut out = String::new();
    let frames = |out: &mut String, frames: &[Frame]| {
        for frame in frames {
            let args = frame.args.as_deref();
            writeln!(
                out,
                "    {} {args:?} {}:{} +{:?} {:?}",
                frame.symbol, frame.file, frame.line, frame.offset, frame.pc
            )
            .unwrap();
        }
    };
    for fault in &crash.faults {
        let id = fault.goroutine.as_ref().map(|goroutine| goroutine.id);
        writeln!(
            out,
            "{:?} {:?} {:?} {:?} {:?} {:?}",
            fault.kind, fault.message, fault.operation, fault.key, fault.comma_ok, fault.recovery
        )
        .unwrap();
        writeln!(out, "  of {id:?} at {:?}", fault.user_frame.as_ref().map(ToString::to_string))
            .unwrap();
        for side in fault.race.iter().flat_map(|race| &race.sides) {
            writeln!(
                out,
                "  side {:?} {} {:?} {}",
                side.by, side.write, side.operation, side.stack_lost
            )
            .unwrap();
            frames(&mut out, &side.frames);
        }
        for goroutine in fault.race.iter().flat_map(|race| &race.goroutines) {
            writeln!(out, "  goroutine {} {:?}", goroutine.id, goroutine.running).unwrap();
            frames(&mut out, &goroutine.created_at);
        }
    }
    let mut goroutines: Vec<_> = crash.goroutines.iter().collect();
    goroutines.sort_by_key(|goroutine| goroutine.id);
    for goroutine in goroutines {
        writeln!(
            out,
            "goroutine {:?} [{}] {:?} {:?}",
            goroutine.id, goroutine.state, goroutine.wait_minutes, goroutine.flags
        )
        .unwrap();
        writeln!(
            out,
            "  {:?} elided {} unavailable {}",
            goroutine.labels, goroutine.elided, goroutine.stack_unavailable
        )
        .unwrap();
        frames(&mut out, &goroutine.frames);
        if let Some(creator) = &goroutine.creator {
            writeln!(out, "  created by {} in {:?}", creator.frame, creator.parent).unwrap();
        }
        for ancestor in &goroutine.ancestors {
            writeln!(out, "  ancestor {}", ancestor.id).unwrap();
            frames(&mut out, &ancestor.frames);
        }
    }
    // A reversed text brings equal stacks in another order.
    let group = |group: &StackGroup| {
        let frames: Vec<_> = group.frames.iter().map(ToString::to_string).collect();
        format!(
            "{} in {:?} {:?}: {}\n",
            group.count,
            group.states,
            group.labels,
            frames.join(" < ")
        )
    };
    let mut groups: Vec<_> = crash.groups.iter().map(group).collect();
    groups.sort();
    out + &groups.concat()
}

fn samples() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples");
    let mut samples: Vec<_> = std::fs::read_dir(folder)
        .expect("the samples are there")
        .map(|entry| entry.expect("an entry").path())
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).expect("a text"))
        })
        .collect();
    samples.sort();
    samples
}

fn each_line(text: &str, wrap: impl Fn(usize, &str) -> String) -> String {
    let mut out = String::new();
    for (number, line) in text.lines().enumerate() {
        out.push_str(&wrap(number, line));
        out.push('\n');
    }
    out
}

fn json(text: &str) -> String {
    serde_json::to_string(text).expect("a string is JSON")
}

fn second(number: usize) -> String {
    format!("{:02}:{:02}.{:03}", 10 + number / 60, number % 60, number * 7 % 1000)
}

type Wrapper = (&'static str, fn(&str) -> String);

const WRAPPERS: &[Wrapper] = &[
    ("carriage returns", |text| text.replace('\n', "\r\n")),
    ("byte order mark", |text| format!("\u{feff}{text}")),
    ("syslog", |text| {
        each_line(text, |n, line| {
            format!(
                "Mar  9 18:{} web-7 shopd[4711]: {}",
                &second(n)[..5],
                line.replace('\t', "#011")
            )
        })
    }),
    ("syslog, RFC 5424", |text| {
        each_line(text, |n, line| {
            format!("<11>1 2024-03-09T18:{}Z web-7 shopd 4711 - - {line}", second(n))
        })
    }),
    ("syslog, one message", |text| {
        format!(
            "Mar  9 18:22:35 web-7 shopd: {}\n",
            text.replace('\t', "#011").replace('\n', "#012")
        )
    }),
    ("compose", |text| each_line(text, |_, line| format!("web-1        | {line}"))),
    ("compose, old", |text| {
        each_line(text, |_, line| format!("\u{1b}[36mweb_1   |\u{1b}[0m {line}"))
    }),
    ("container runtime", |text| {
        each_line(text, |n, line| format!("2024-03-09T18:{}456789Z stderr F {line}", second(n)))
    }),
    ("build log", |text| {
        each_line(text, |n, line| format!("2024-03-09T18:{}1234Z {line}", second(n)))
    }),
    ("stern", |text| each_line(text, |_, line| format!("shop-6d4cf56db6-x2x9z shop {line}"))),
    ("kubectl --prefix", |text| {
        each_line(text, |_, line| format!("[pod/shop-6d4cf56db6-x2x9z/shop] {line}"))
    }),
    ("journal", |text| {
        each_line(text, |n, line| {
            format!("2024-03-09T18:{}+0100 web-7 shopd[4711]: {line}", &second(n)[..5])
        })
    }),
    ("glued prefix", |text| each_line(text, |_, line| format!("shopd[4711]:{line}"))),
    ("glued stream", |text| each_line(text, |_, line| format!("stderr:{line}"))),
    ("hard spaces", |text| text.replace('\t', "\u{a0}\u{a0}\u{a0}\u{a0}")),
    ("heroku", |text| {
        each_line(text, |n, line| {
            format!("2024-03-09T18:{}456+00:00 app[web.1]: {line}", second(n))
        })
    }),
    ("swarm", |text| each_line(text, |_, line| format!("shop_web.1.k3x9v2@node-2    | {line}"))),
    ("lambda", |text| {
        each_line(text, |n, line| {
            format!("2024-03-09T18:{}Z\t1a2b3c4d-0000-4000-8000-5e6f7a8b9c0d\t{line}", second(n))
        })
    }),
    ("test2json", |text| {
        each_line(text, |n, line| {
            let output = json(&format!("{line}\n"));
            format!(
                r#"{{"Time":"2024-03-09T18:{}Z","Action":"output","Package":"example.com/shop","Test":"TestPut","Output":{output}}}"#,
                second(n)
            )
        })
    }),
    ("json list", |text| format!("[{}]\n", text.lines().map(json).collect::<Vec<_>>().join(","))),
    ("viewer", |text| {
        each_line(text, |n, line| format!("Mar 9, 2024 @ 18:{}\tshop-1\t{line}", second(n)))
    }),
    ("logcat", |text| {
        each_line(text, |n, line| format!("03-09 18:{} 24309 24420 E Go      : {line}", second(n)))
    }),
    ("bracketed time", |text| {
        each_line(text, |n, line| format!("[2024/03/09 18:{}] [error] {line}", &second(n)[..5]))
    }),
    ("epoch", |text| each_line(text, |n, line| format!("17100{n:05}.123456 {line}"))),
    ("glog-like level", |text| {
        each_line(text, |n, line| format!("E0309 18:{}000    4711 {line}", second(n)))
    }),
    ("line numbers", |text| each_line(text, |n, line| format!("{:>6}\t{line}", n + 1))),
    ("stuck line numbers", |text| {
        each_line(text, |n, line| format!("{}{} stderr: {line}", n + 1, "03-09 18:22:35.123"))
    }),
    ("docker json", |text| {
        each_line(text, |n, line| {
            format!(
                r#"{{"log":{},"stream":"stderr","time":"2024-03-09T18:{}Z"}}"#,
                json(&format!("{line}\n")),
                second(n)
            )
        })
    }),
    ("json rows", |text| {
        each_line(text, |n, line| {
            format!(
                r#"{{"insertId":"a{n}","textPayload":{},"resource":{{"type":"k8s_container","labels":{{"pod":"shop-1"}}}}}}"#,
                json(line)
            )
        })
    }),
    ("json rows, spaced", |text| {
        each_line(text, |n, line| {
            format!(
                r#"{{ "@timestamp": "2024-03-09T18:{}Z", "message": {}, "level": "error" }}"#,
                second(n),
                json(line)
            )
        })
    }),
    ("json, whole", |text| {
        format!("{{\"level\":\"error\",\"msg\":{},\"ts\":1710008555.1}}\n", json(text))
    }),
    ("json in json", |text| {
        let inner = format!("{{\"level\":\"error\",\"msg\":{}}}", json(text));
        format!("{{\"log\":{},\"stream\":\"stderr\"}}\n", json(&inner))
    }),
    ("json, escaped angle brackets", |text| {
        let body =
            json(text).replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
        format!("{{\"msg\":{body}}}\n")
    }),
    ("logfmt", |text| {
        each_line(text, |n, line| {
            format!("time=2024-03-09T18:{}Z level=error msg={}", second(n), json(line))
        })
    }),
    ("logfmt, whole", |text| {
        format!("time=2024-03-09T18:22:35Z level=error stack={} service=shop\n", json(text))
    }),
    ("table, quoted", |text| {
        each_line(text, |n, line| {
            format!(
                "\"2024-03-09T18:{}Z\",\"shop-1\",\"{}\",\"stderr\"",
                second(n),
                line.replace('"', "\"\"")
            )
        })
    }),
    ("table, whole", |text| {
        format!("time,pod,message\n2024-03-09T18:22:35Z,shop-1,\"{}\"\n", text.replace('"', "\"\""))
    }),
    ("table, tabs", |text| {
        each_line(text, |n, line| format!("2024-03-09 18:{}\tshop-1\tstderr\t{line}", second(n)))
    }),
    ("newest first", |text| {
        let lines: Vec<&str> = text.lines().collect();
        lines.iter().rev().fold(String::new(), |out, line| out + line + "\n")
    }),
    ("newest first, rows", |text| {
        let rows = each_line(text, |n, line| format!("2024-03-09T18:{}Z shop-1 {line}", second(n)));
        rows.lines().rev().fold(String::new(), |out, line| out + line + "\n")
    }),
    ("newest first, json", |text| {
        let rows = each_line(text, |n, line| {
            format!(r#"{{"timestamp":"2024-03-09T18:{}Z","message":{}}}"#, second(n), json(line))
        });
        rows.lines().rev().fold(String::new(), |out, line| out + line + "\n")
    }),
    ("colour", |text| each_line(text, |_, line| format!("\u{1b}[0m\u{1b}[31m{line}\u{1b}[0m"))),
    ("tabs turned into spaces", |text| text.replace('\t', "        ")),
    ("tabs lost", |text| text.replace('\t', "")),
    ("indented", |text| each_line(text, |_, line| format!("    {line}"))),
    ("trailing blanks", |text| each_line(text, |_, line| format!("{line}  "))),
    ("fenced", |text| format!("It died like this:\n\n```\n{text}```\n\nAny idea?\n")),
    ("quoted", |text| each_line(text, |_, line| format!("> {line}"))),
    ("quoted twice", |text| each_line(text, |_, line| format!("> > {line}"))),
    ("HTML", |text| {
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
    }),
    ("one line", |text| text.split_whitespace().collect::<Vec<_>>().join(" ") + "\n"),
    ("one line, spaces kept", |text| text.replace('\t', "    ").replace('\n', " ") + "\n"),
    ("one line among others", |text| {
        format!(
            "2024-03-09T18:22:35Z INFO ready {{\"port\": 8080}} {} 2024-03-09T18:22:36Z INFO stopped\n",
            text.replace(['\n', '\t'], " ")
        )
    }),
    ("an empty line after each", |text| each_line(text, |_, line| format!("{line}\n"))),
    ("a log line after each", |text| {
        each_line(text, |n, line| {
            format!(
                "{line}\n2024/03/09 18:22:35 api.go:{}: GET /v1/items (200, 1.2ms) worker=3",
                n + 10
            )
        })
    }),
    ("log lines before", |text| {
        let mut out = String::new();
        for n in 0..400 {
            writeln!(out, "2024/03/09 18:{} INFO stock.(Reg) put(key={n}) done in 3ms; see http://shop:8080/x.go", second(n % 300)).unwrap();
        }
        out + text
    }),
];

#[test]
fn every_wrapper_leaves_every_sample_as_it_is() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (name, text) in samples() {
        let bare = essence(&go_crash::read(text.as_bytes()));
        assert!(!bare.is_empty(), "{name} says nothing");
        for (wrapper, wrap) in WRAPPERS {
            if let Some(why) = not_applicable(&name, wrapper) {
                println!("{name} in {wrapper}: left out, {why}");
                continue;
            }
            count += 1;
            let wrapped = wrap(&text);
            let found = essence(&go_crash::read(wrapped.as_bytes()));
            if found != bare {
                wrong.push(format!("== {name} in {wrapper}\n{}", difference(&bare, &found)));
            }
        }
    }
    println!("{count} combinations");
    assert!(wrong.is_empty(), "{} of {count} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Combinations in which the wrapper destroys what the sample says.
fn not_applicable(sample: &str, wrapper: &str) -> Option<&'static str> {
    match sample {
        "profile.txt" if wrapper == "tabs lost" => Some("its columns are set apart by tabs alone"),
        "profile.txt" | "gin.txt" if wrapper.starts_with("newest first") => {
            Some("its sections have no heading that tells the order")
        }
        _ => None,
    }
}

/// A paste may be wrapped inside the arguments: those are cut, and nothing else.
#[test]
fn arguments_may_go_on_in_the_next_line() {
    let places = |crash: &CrashText| {
        let stacks = crash
            .goroutines
            .iter()
            .map(|goroutine| goroutine.frames.iter().map(ToString::to_string).collect::<Vec<_>>());
        let faults = crash
            .faults
            .iter()
            .map(|fault| format!("{:?} {:?}", fault.kind, fault.operation))
            .collect::<Vec<_>>();
        (faults, stacks.collect::<Vec<_>>())
    };
    for (name, text) in samples() {
        let wrapped = text.replace(", 0x", ",\n0x");
        assert_eq!(
            places(&go_crash::read(wrapped.as_bytes())),
            places(&go_crash::read(text.as_bytes())),
            "{name}"
        );
    }
}

#[test]
fn wide_characters_are_narrowed() {
    for (name, text) in samples().into_iter().filter(|(_, text)| text.is_ascii()) {
        let bare = essence(&go_crash::read(text.as_bytes()));
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        let wide: Vec<u8> = units.flat_map(u16::to_le_bytes).collect();
        assert_eq!(essence(&go_crash::read(&wide)), bare, "{name}");
    }
}

fn difference(left: &str, right: &str) -> String {
    let mut out = String::new();
    let mut shown = 0;
    let (mut left, mut right) = (left.lines(), right.lines());
    loop {
        let pair = (left.next(), right.next());
        match pair {
            (None, None) => break,
            (bare, wrapped) if bare != wrapped => {
                writeln!(
                    out,
                    "  bare    {}\n  wrapped {}",
                    bare.unwrap_or("-"),
                    wrapped.unwrap_or("-")
                )
                .unwrap();
                shown += 1;
                if shown == 2 {
                    break;
                }
            }
            _ => {}
        }
    }
    out
}
