internal import Glibc
internal import SimWorkload

exit(WorkloadMain.run(Array(CommandLine.arguments.dropFirst())))
