import SimModel

/// The tables of processes and traffic.
extension Shapes {
    static let process = Shape(
        title: "a process",
        keys: [
            Key(
                "on", .anyOf("a host or a list of hosts", [.reference("host")]), required: true,
                "Where it runs: hosts, or the name of a host with a count."),
            Key(
                "run",
                .anyOf("a command line or a list of words", [.text, .list(.text)]),
                "The program and its arguments; no shell."),
            Key("shell", .text, "A line for /bin/sh -c, instead of run."),
            Key("env", .named(.text), "Environment variables."),
            Key("files", .named(.text), "Files that are written into {{dir}} before the start."),
            Key("ready", .mapping { ready }, "How readiness is seen."),
            Key(
                "ready-within", .duration(.positive), fallback: "10s",
                "How long readiness may take."),
            Key(
                "restart", .word(ProcessSpec.Restart.allCases.map(\.rawValue)), fallback: "never",
                "What happens when it ends by itself."),
            Key("stop", .mapping { stop }, "How it is asked to stop."),
            Key(
                "capabilities", .list(.word(Capabilities.all)), fallback: "[net_bind_service]",
                "Linux capabilities that it keeps."),
            Key("limits", .mapping { limits }, "Resource limits, by setrlimit(2)."),
            Key(
                "after", .anyOf("a process or a list of processes", [.reference("process")]),
                "Processes that must be ready first."),
        ])

    static let ready = Shape(
        title: "a readiness",
        keys: [
            Key("tcp", .integer(1...65_535), "This port accepts a connection."),
            Key("http", .text, "A GET on this port and path succeeds: \":8080/health\"."),
            Key("log", .text, "A line of output contains this text."),
            Key("exec", .text, "This shell command on the host ends with 0."),
            Key("delay", .duration(.positive), "This long after the start."),
        ])

    static let stop = Shape(
        title: "a stop",
        keys: [
            Key("signal", .word(Signals.names), fallback: "TERM", "The polite signal."),
            Key("within", .duration(.positive), fallback: "5s", "How long until SIGKILL."),
        ])

    static let limits = Shape(
        title: "the limits",
        keys: [
            Key("open-files", .integer(3...1_048_576), "RLIMIT_NOFILE."),
            Key("memory", .size(1_048_576...Limits.bytes), "RLIMIT_AS; at least 1MiB."),
            Key("processes", .integer(1...65_536), "RLIMIT_NPROC."),
            Key("file", .size(0...Limits.bytes), "RLIMIT_FSIZE: the largest file it writes."),
            Key("core", .size(0...Limits.bytes), fallback: "0B", "RLIMIT_CORE."),
        ])

    static let traffic = Shape(
        title: "a traffic",
        keys: [
            Key("from", .reference("host"), required: true, "The host that sends."),
            Key(
                "http", .text, required: true,
                "The URL that is asked for: http://HOST:PORT/PATH."),
            Key("rate", .requestRate, fallback: "100/s", "Requests per second, open loop."),
            Key("timeout", .duration(.positive), fallback: "1s", "When a request has failed."),
            Key(
                "connection", .word(TrafficSpec.Connection.allCases.map(\.rawValue)),
                fallback: "keep-alive", "Whether connections are used again."),
            Key("backend-header", .text, "The response header that names the backend."),
            Key("start", .duration(.zeroOrMore), fallback: "0s", "When it begins."),
            Key("end", .duration(.positive), fallback: "the duration", "When it ends."),
            Key("ipv6", .boolean, fallback: "false", "Whether it uses the host's IPv6 address."),
        ])
}

/// Signals that a process may be stopped with, by their Linux numbers.
enum Signals {
    static let numbers: KeyValuePairs<String, Int32> = [
        "TERM": 15, "INT": 2, "QUIT": 3, "HUP": 1, "USR1": 10, "USR2": 12, "KILL": 9,
        "WINCH": 28,
    ]
    static let names = numbers.map(\.key)

    static func number(of name: String) -> Int32? {
        numbers.first { $0.key == name }?.value
    }
}

/// The capabilities of Linux in libcap's spelling without `cap_`.
enum Capabilities {
    static let all = [
        "audit_control", "audit_read", "audit_write", "block_suspend", "bpf",
        "checkpoint_restore", "chown", "dac_override", "dac_read_search", "fowner", "fsetid",
        "ipc_lock", "ipc_owner", "kill", "lease", "linux_immutable", "mac_admin", "mac_override",
        "mknod", "net_admin", "net_bind_service", "net_broadcast", "net_raw", "perfmon",
        "setfcap", "setgid", "setpcap", "setuid", "sys_admin", "sys_boot", "sys_chroot",
        "sys_module", "sys_nice", "sys_pacct", "sys_ptrace", "sys_rawio", "sys_resource",
        "sys_time", "sys_tty_config", "syslog", "wake_alarm",
    ]
}
