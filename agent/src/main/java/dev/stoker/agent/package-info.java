/** What is installed on a node: leases, sessions, renderers, and the one binary's command line. */
@NullMarked
package dev.stoker.agent;

import org.jspecify.annotations.NullMarked;
