//! What is inspected: a live process or a core dump, and the program's file.

use super::files::Parts;
use crate::error::{Error, Result};
use go_binary::Image;
use go_memory::{Core, CoreMemory, Memory, bias, mappings};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// What is inspected.
pub(super) struct Target {
    /// `process 4711`, `core dump core.4711`.
    pub(super) words: String,
    /// The program's file, as the process or the core calls it.
    pub(super) program: PathBuf,
    /// The program's file, where it is read.
    file: PathBuf,
    /// The bytes of the program's file.
    pub(super) bytes: Vec<u8>,
    memory: Kind,
}

enum Kind {
    Live { memory: Parts, mappings: String },
    Core { core: Core, source: Parts },
}

impl Target {
    /// Opens the process of that number, or the core dump of that name.
    pub(super) fn open(name: &Path, exe: Option<&Path>) -> Result<Self> {
        match name.to_str().and_then(|name| name.parse::<u32>().ok()) {
            Some(pid) if !name.exists() => live(pid, exe),
            _ => core(name, exe),
        }
    }

    /// Whether it is a process that runs.
    pub(super) fn is_live(&self) -> bool {
        matches!(self.memory, Kind::Live { .. })
    }

    /// The signal that a process died of, by its core dump.
    pub(super) fn signal(&self) -> Option<u32> {
        match &self.memory {
            Kind::Core { core, .. } => core.signal(),
            Kind::Live { .. } => None,
        }
    }

    /// Whether the memory is still there, with the program in it: a process may end or run another one.
    pub(super) fn is_there(&self, image: &Image<'_>) -> bool {
        let Kind::Live { memory, mappings: text } = &self.memory else { return true };
        let (all, segments) = (mappings(text), image.segments());
        let parts = all.iter().map(|part| (part.start, part.offset, part.name.as_str()));
        let name = self.program.to_string_lossy();
        let Some(bias) = bias(parts, &segments, &name) else { return false };
        segments
            .iter()
            .filter(|segment| segment.file_size > 0)
            .take(1)
            .all(|segment| memory.read(segment.address.wrapping_add(bias), &mut [0]).is_ok())
    }

    /// Calls `look` with the memory, and what is added to the addresses of the program's file.
    pub(super) fn with_memory<R>(
        &self,
        image: &Image<'_>,
        gaps: &mut Vec<String>,
        look: impl FnOnce(&dyn Memory, u64) -> R,
    ) -> Result<R> {
        let segments = image.segments();
        let name = self.program.to_string_lossy();
        let nowhere = || {
            Error::new(format!("{name} is not mapped in {}", self.words))
                .hint("--exe must name the very file that the process runs")
        };
        match &self.memory {
            Kind::Live { memory, mappings: text } => {
                let all = mappings(text);
                let parts = all.iter().map(|part| (part.start, part.offset, part.name.as_str()));
                Ok(look(memory, bias(parts, &segments, &name).ok_or_else(nowhere)?))
            }
            Kind::Core { core, source } => {
                let files = core.files();
                let parts = files.iter().map(|part| (part.start, part.offset, part.path.as_str()));
                let bias = bias(parts, &segments, &name).ok_or_else(nowhere)?;
                let memory = CoreMemory::new(core, source, Some((image, bias)));
                self.same_build(image, &memory, bias)?;
                if core.missing() > 0 {
                    gaps.push(format!(
                        "the core dump was cut short: {} bytes of memory are missing",
                        core.missing()
                    ));
                }
                Ok(look(&memory, bias))
            }
        }
    }

    /// A core of another build would be read by wrong layouts.
    fn same_build(
        &self,
        image: &Image<'_>,
        memory: &CoreMemory<'_, Parts>,
        bias: u64,
    ) -> Result<()> {
        for section in [".note.go.buildid", ".note.gnu.build-id"] {
            let Ok(Some(note)) = image.section(section) else { continue };
            if memory.agrees_on(&note, bias) == Some(false) {
                let name = self.file.display();
                return Err(Error::new(format!(
                    "{} is of another build than {name}, whose build id is {}",
                    self.words,
                    build_id(&note.data)
                ))
                .hint("name the file of the build that died by --exe"));
            }
        }
        Ok(())
    }
}

/// The build id of a note: text for Go's own, bytes for that of the system's linker.
fn build_id(note: &[u8]) -> String {
    /// The lengths, the type, and the name in four bytes.
    const HEADER: usize = 16;
    let id = note.get(HEADER..).unwrap_or_default();
    match str::from_utf8(id) {
        Ok(text) if text.chars().all(|c| c.is_ascii_graphic() || c == '\0') => {
            text.trim_end_matches('\0').to_owned()
        }
        _ => id.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

fn live(pid: u32, exe: Option<&Path>) -> Result<Target> {
    let folder = PathBuf::from(format!("/proc/{pid}"));
    if cfg!(not(target_os = "linux")) {
        return Err(Error::new("live processes are read on Linux only")
            .hint("inspect a core dump there; tophash inspect --howto-core says how to get one"));
    }
    if !folder.exists() {
        return Err(Error::new(format!("there is no process {pid}")).hint(
            "'pgrep -a NAME' lists processes; a file of that name would be read as a core dump",
        ));
    }
    let refused = |what: &str, error: &io::Error| {
        let failed = Error::new(format!("cannot read {what} of process {pid}")).because(error);
        if error.kind() == io::ErrorKind::PermissionDenied {
            failed.hint(format!(
                "sudo tophash inspect {pid}, or once: sudo setcap cap_sys_ptrace+ep \"$(which tophash)\"; \
                 a core dump needs no rights but to read it"
            ))
        } else {
            failed.hint("it may have ended meanwhile")
        }
    };
    let memory = File::open(folder.join("mem")).map_err(|error| refused("the memory", &error))?;
    let text =
        fs::read_to_string(folder.join("maps")).map_err(|error| refused("the mappings", &error))?;
    let program =
        fs::read_link(folder.join("exe")).map_err(|error| refused("the program", &error))?;
    // The link leads to the file also where it was replaced, and inside containers.
    let file = exe.map_or_else(|| folder.join("exe"), Path::to_path_buf);
    let bytes = read(&file)?;
    Ok(Target {
        words: format!("process {pid}"),
        program,
        file,
        bytes,
        memory: Kind::Live { memory: Parts(memory), mappings: text },
    })
}

fn core(name: &Path, exe: Option<&Path>) -> Result<Target> {
    let cannot = |error: &io::Error| {
        Error::new(format!("cannot read {}", name.display()))
            .because(error)
            .hint("give the number of a process, or a core dump")
    };
    let file = File::open(name).map_err(|error| cannot(&error))?;
    let length = file.metadata().map_err(|error| cannot(&error))?.len();
    let source = Parts(file);
    let core = Core::read(&source, length).map_err(|error| {
        Error::new(format!("cannot read {}", name.display()))
            .because(&error)
            .hint("tophash inspect --howto-core says how to get a core dump")
    })?;
    let Some(program) = core.program().map(PathBuf::from) else {
        return Err(Error::new(format!("{} does not say which program died", name.display()))
            .hint("the kernel writes that; other tools' dumps are not read"));
    };
    let file = exe.unwrap_or(&program).to_path_buf();
    let bytes = read(&file)?;
    Ok(Target {
        words: format!("core dump {}", name.display()),
        program,
        file,
        bytes,
        memory: Kind::Core { core, source },
    })
}

fn read(file: &Path) -> Result<Vec<u8>> {
    fs::read(file).map_err(|error| {
        Error::new(format!("cannot read the program {}", file.display()))
            .because(&error)
            .hint("--exe FILE names it where it lies elsewhere")
    })
}
