internal import CommyNode
internal import Glibc

exit(DaemonMain.run(Array(CommandLine.arguments.dropFirst())))
