// The limit of open files of this process.
#pragma once

namespace belay::app {

// Raises the soft limit as far as the system allows: a server needs a descriptor for each connection, a backup
// one for each segment of the journal.
void raise_descriptor_limit();

}  // namespace belay::app
