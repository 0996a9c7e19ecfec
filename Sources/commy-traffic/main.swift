internal import Glibc
internal import SimTraffic

exit(TrafficMain.run(Array(CommandLine.arguments.dropFirst())))
