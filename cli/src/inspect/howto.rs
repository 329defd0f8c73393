//! How to get a core dump.

/// What `--howto-core` prints.
pub(super) const CORE: &str = "\
On a host, for a program that is started now:
    ulimit -c unlimited
    echo core.%p | sudo tee /proc/sys/kernel/core_pattern    # into the folder where it runs
    GOTRACEBACK=crash ./server                               # without it, a Go program leaves no core
With systemd: LimitCORE=infinity and Environment=GOTRACEBACK=crash in the unit; where systemd-coredump takes cores,
    coredumpctl dump PID --output=core.4711

Of a process that runs and is to go on:
    sudo gcore -o core 4711        # from the package gdb; stops it for as long as it takes to write its memory

In a container, where the kernel's core_pattern is that of the host:
    echo /cores/core.%p | sudo tee /proc/sys/kernel/core_pattern    # on the host; a path that exists inside
    docker run --ulimit core=-1 -e GOTRACEBACK=crash -v \"$PWD/cores:/cores\" IMAGE
In Kubernetes: GOTRACEBACK=crash in the env of the container, and a volume mounted at /cores. The limit of core dumps is
that of the container runtime, which is unlimited by default with containerd.

Then, with the very file that ran:
    tophash inspect core.4711 --exe ./server
";
