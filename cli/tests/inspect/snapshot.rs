//! A core dump of a process that goes on, as the kernel writes them: what of its memory is its own, the first page of what
//! comes from files, and notes. The kernel's own depend on settings of the machine.

use crate::program::Running;
use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;

const PAGE: u64 = 4096;

struct Part {
    start: u64,
    end: u64,
    offset: u64,
    changed: bool,
    name: String,
}

/// Stops a process, copies its memory into a core dump that says it died of this signal, and lets it go on.
pub(crate) fn snapshot(running: &Running, signal: u16, core: &Path) {
    running.signal("-STOP");
    let folder = format!("/proc/{}", running.pid());
    while !fs::read_to_string(format!("{folder}/stat")).unwrap().contains(") T ") {
        std::thread::yield_now();
    }
    let parts = parts(&fs::read_to_string(format!("{folder}/smaps")).unwrap());
    let memory = File::open(format!("{folder}/mem")).unwrap();
    write(&parts, &memory, signal, core);
    running.signal("-CONT");
}

fn parts(smaps: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for line in smaps.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        if let Some((start, end)) = words[0].split_once('-')
            && let (Ok(start), Ok(end)) =
                (u64::from_str_radix(start, 16), u64::from_str_radix(end, 16))
        {
            parts.push(Part {
                start,
                end,
                offset: u64::from_str_radix(words[2], 16).unwrap(),
                changed: false,
                name: words.get(5..).unwrap_or_default().join(" "),
            });
        } else if words[0] == "Anonymous:" && words[1] != "0" {
            parts.last_mut().unwrap().changed = true;
        }
    }
    parts
}

fn write(parts: &[Part], memory: &File, signal: u16, core: &Path) {
    let is_file = |part: &&Part| part.name.starts_with('/');
    let notes = notes(&parts.iter().filter(is_file).collect::<Vec<_>>(), signal);
    // Of what comes from files only the first page is kept, as the kernel does with headers of programs.
    let held = |part: &Part| match part {
        _ if part.name.starts_with("[v") => 0,
        Part { changed: true, .. } => part.end - part.start,
        Part { offset: 0, .. } if part.name.starts_with('/') => PAGE,
        _ => 0,
    };
    let held: Vec<(&Part, u64)> =
        parts.iter().map(|part| (part, held(part))).filter(|(_, held)| *held > 0).collect();
    let headers = 64 + 56 * (held.len() as u64 + 1);
    let mut at = (headers + notes.len() as u64).next_multiple_of(PAGE);
    let mut out = header(held.len() as u16 + 1);
    out.extend(segment(4, headers, 0, notes.len() as u64));
    for (part, length) in &held {
        out.extend(segment(1, at, part.start, *length));
        at += length;
    }
    out.extend(notes);
    let mut file = File::create(core).unwrap();
    file.write_all(&out).unwrap();
    let mut place = (out.len() as u64).next_multiple_of(PAGE);
    let mut piece = vec![0; 1 << 20];
    for (part, length) in held {
        let mut done = 0;
        while done < length {
            let size = (length - done).min(piece.len() as u64) as usize;
            // Pages that cannot be read are left as a hole, and so are those of zeros.
            let is_read = memory.read_exact_at(&mut piece[..size], part.start + done).is_ok();
            if is_read && piece[..size].iter().any(|byte| *byte != 0) {
                file.seek(SeekFrom::Start(place)).unwrap();
                file.write_all(&piece[..size]).unwrap();
            }
            done += size as u64;
            place += size as u64;
        }
    }
    file.set_len(place).unwrap();
}

fn header(segments: u16) -> Vec<u8> {
    let mut out = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
    out.extend(4_u16.to_le_bytes()); // a core
    out.extend(62_u16.to_le_bytes()); // of x86-64
    out.extend(1_u32.to_le_bytes());
    out.extend([0_u64, 64, 0].iter().flat_map(|word| word.to_le_bytes()));
    out.extend(0_u32.to_le_bytes());
    out.extend([64_u16, 56, segments, 64, 0, 0].iter().flat_map(|half| half.to_le_bytes()));
    out
}

fn segment(kind: u32, offset: u64, address: u64, length: u64) -> Vec<u8> {
    let mut out = kind.to_le_bytes().to_vec();
    out.extend(6_u32.to_le_bytes());
    let words = [offset, address, 0, length, length, 1];
    out.extend(words.iter().flat_map(|word| word.to_le_bytes()));
    out
}

fn notes(files: &[&Part], signal: u16) -> Vec<u8> {
    let mut status = vec![0; 336];
    status[12..14].copy_from_slice(&signal.to_le_bytes());
    let mut mapped: Vec<u8> = Vec::new();
    mapped.extend((files.len() as u64).to_le_bytes());
    mapped.extend(PAGE.to_le_bytes());
    for file in files {
        let words = [file.start, file.end, file.offset / PAGE];
        mapped.extend(words.iter().flat_map(|word| word.to_le_bytes()));
    }
    for file in files {
        mapped.extend(file.name.as_bytes());
        mapped.push(0);
    }
    [note(1, &status), note(0x4649_4c45, &mapped)].concat()
}

fn note(kind: u32, text: &[u8]) -> Vec<u8> {
    let mut out = 5_u32.to_le_bytes().to_vec();
    out.extend((text.len() as u32).to_le_bytes());
    out.extend(kind.to_le_bytes());
    out.extend(b"CORE\0\0\0\0");
    out.extend(text);
    out.resize(out.len().next_multiple_of(4), 0);
    out
}

/// Adds a part of memory of so many bytes of zeros to a core dump, as a hole of the file.
pub(crate) fn widen(core: &Path, size: u64) {
    let file = fs::OpenOptions::new().read(true).write(true).open(core).unwrap();
    let end = file.metadata().unwrap().len().next_multiple_of(PAGE);
    // The headers are moved behind the hole, with one more.
    let mut count = [0; 2];
    file.read_exact_at(&mut count, 56).unwrap();
    let count = u16::from_le_bytes(count);
    let mut headers = vec![0; usize::from(count) * 56];
    file.read_exact_at(&mut headers, 64).unwrap();
    headers.extend(segment(1, end, 0x7e00_0000_0000, size));
    file.write_all_at(&headers, end + size).unwrap();
    file.write_all_at(&(end + size).to_le_bytes(), 32).unwrap();
    file.write_all_at(&(count + 1).to_le_bytes(), 56).unwrap();
}
