/**
 * {@code stoker demo}: the whole path on one machine, with a real scene, a real renderer and an
 * emulated Blob account. Starts everything it needs as children or within the process, and leaves
 * nothing behind when it ends, however it ends. The command line calls {@link
 * dev.stoker.agent.demo.Demo}; nobody calls anything else here.
 */
@NullMarked
package dev.stoker.agent.demo;

import org.jspecify.annotations.NullMarked;
