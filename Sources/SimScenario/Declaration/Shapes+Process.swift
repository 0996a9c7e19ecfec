import SimModel

/// The tables of processes.
extension Shapes {
    static let commandLine = ValueType.anyOf(
        "a command line or a list of words", [.text, .list(.text)])

    static let variableNames = ValueType.KeyForm(
        described: "names of environment variables", pattern: "^[A-Za-z_][A-Za-z0-9_]*$")

    static let filePaths = ValueType.KeyForm(
        described: "relative paths", pattern: "^(?!/)(?!(.*/)?\\.\\.?(/|$)).+$")

    static let process = Shape(
        title: "a process",
        keys: [
            Key(
                "on",
                .anyOf(
                    "a host or a list of hosts", [.reference("host"), .list(.reference("host"))]),
                required: true,
                "Where it runs: hosts, or the name of a host with a count."),
            Key(
                "run", commandLine,
                example: "nginx -g 'daemon off;' -c {{dir}}/nginx.conf",
                "The program and its arguments; quotes as in a shell, but no shell runs."),
            Key(
                "shell", .text, example: "exec db | tee log",
                "A line for /bin/sh -c, instead of run."),
            Key(
                "env", .keyed(variableNames, .text), fallback: "none",
                example: "{ PORT: 8080, DB: \"{{address:db}}\" }",
                "Environment variables, beside PATH and a few of the harness's own."),
            Key(
                "files", .keyed(filePaths, .text), fallback: "none",
                example: "{ nginx.conf: \"listen {{address}};\" }",
                "Files that are written into {{dir}} before the start, by relative path."),
            Key("ready", .mapping { ready }, fallback: "ready at once", "How readiness is seen."),
            Key(
                "ready-within", .duration(.positive), fallback: "10s",
                "How long readiness may take before the run is an error; with ready only."),
            Key(
                "restart", .word(ProcessSpec.Restart.allCases.map(\.rawValue)), fallback: "never",
                "Whether it is started again when it ends and no fault is the cause."),
            Key(
                "stop", .mapping { stop }, fallback: "{ signal: TERM, within: 5s }",
                "How it is asked to stop."),
            Key(
                "capabilities", .list(.word(Capabilities.all)), fallback: "[net_bind_service]",
                "Linux capabilities that it keeps, in lower case without cap_."),
            Key(
                "limits", .mapping { limits }, fallback: "{ core: 0B }",
                "Resource limits, by setrlimit(2)."),
            Key(
                "after",
                .anyOf(
                    "a process or a list of processes",
                    [.reference("process"), .list(.reference("process"))]), fallback: "none",
                example: "[db, cache]",
                "Processes that must be ready before it is started."),
        ], choices: [Choice(keys: ["run", "shell"], isRequired: true)],
        example: "{ on: web, run: python3 -m http.server 8080, ready: { tcp: 8080 } }")

    static let ready = Shape(
        title: "a readiness",
        keys: [
            Key("tcp", .integer(1...65_535), "This port of its host accepts a connection."),
            Key(
                "http",
                .formatted(
                    "a port and a path such as \":8080/health\"", pattern: "^:[0-9]{1,5}(/.*)?$",
                    example: "\":8080/health\""),
                "A GET on this port and path answers with a status below 400."),
            Key("log", .text, example: "listening on", "A line of output contains this text."),
            Key(
                "exec", .text, example: "test -S {{dir}}/socket",
                "This shell command on the host ends with 0."),
            Key("delay", .duration(.positive), "This long after the start."),
        ],
        choices: [Choice(keys: ["tcp", "http", "log", "exec", "delay"], isRequired: true)],
        example: "{ http: \":8080/health\" }")

    static let stop = Shape(
        title: "a stop",
        keys: [
            Key("signal", .word(Signals.names), fallback: "TERM", "The polite signal."),
            Key("within", .duration(.positive), fallback: "5s", "How long until SIGKILL."),
        ], example: "{ signal: QUIT, within: 2s }")

    static let limits = Shape(
        title: "the limits",
        keys: [
            Key(
                "open-files", .integer(3...1_048_576), fallback: "the harness's own",
                example: "1024",
                "How many files it may have open (RLIMIT_NOFILE)."),
            Key(
                "memory", .size(1_048_576...Limits.bytes), fallback: "the harness's own",
                example: "256MiB",
                "Its address space (RLIMIT_AS); at least 1MiB."),
            Key(
                "processes", .integer(1...65_536), fallback: "the harness's own",
                example: "64",
                "How many processes its user may have (RLIMIT_NPROC)."),
            Key(
                "file", .size(0...Limits.bytes), fallback: "the harness's own",
                "The largest file that it may write (RLIMIT_FSIZE)."),
            Key(
                "core", .size(0...Limits.bytes), fallback: "0B",
                "The largest core dump (RLIMIT_CORE)."),
        ], example: "{ open-files: 1024, memory: 256MiB }")
}

/// Signals that a process may be stopped with, by their Linux numbers.
enum Signals {
    static let numbers: KeyValuePairs<String, Int32> = [
        "TERM": 15, "INT": 2, "QUIT": 3, "HUP": 1, "USR1": 10, "USR2": 12, "KILL": 9,
        "WINCH": 28,
    ]
    static let names = numbers.map(\.key)

    /// Those that may end a process.
    static let all: KeyValuePairs<String, Int32> = [
        "HUP": 1, "INT": 2, "QUIT": 3, "ILL": 4, "TRAP": 5, "ABRT": 6, "BUS": 7, "FPE": 8,
        "KILL": 9, "USR1": 10, "SEGV": 11, "USR2": 12, "PIPE": 13, "ALRM": 14, "TERM": 15,
        "XCPU": 24, "XFSZ": 25, "SYS": 31,
    ]

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
