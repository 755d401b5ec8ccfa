# libunbound: the newest version served, or UNBOUND=1.17 (another series of those below) by name.
# Its configure flags are in libunbound.conf.
unbound_PACKAGE = unbound
unbound_ORDER = newest
unbound_SERIES = 1.17.*|1.19.*|1.2?.*
# The series that test-all builds and tests besides, where the mirror serves them.
unbound_ALSO = 1.17 1.26
