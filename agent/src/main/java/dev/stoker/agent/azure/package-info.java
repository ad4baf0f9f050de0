/**
 * What Azure tells a virtual machine of itself: its size and place, and the events that will end it
 * ({@link dev.stoker.agent.azure.EventWatch}). The command line calls it. Never goes through a
 * proxy; every call has a deadline; an event is acknowledged only by whoever was told of it.
 */
@NullMarked
package dev.stoker.agent.azure;

import org.jspecify.annotations.NullMarked;
